"""Every write of reviews."""

from beichen.reviews.rules.closing import (
    follow_cycle,
    lock_results,
    release_results,
    take_step,
    unlock_results,
)
from beichen.reviews.rules.errors import PartChanged
from beichen.reviews.rules.grades import decide, move_grade
from beichen.reviews.rules.launch import FROM_THE_FIRST, add_person, launch_plan, make_batch, make_reviews, tell_begun
from beichen.reviews.rules.moves import follow_leaver, follow_people, take_in
from beichen.reviews.rules.parts import Saved, decline_part, remind, return_part, save_part, submit_part
from beichen.reviews.rules.peers import nominate, settle, withdraw
from beichen.reviews.rules.plans import (
    PlanInput,
    create_plan,
    edit_form,
    edit_plan,
    read_form,
)
from beichen.reviews.rules.receipts import acknowledge
from beichen.reviews.rules.sessions import close_session

__all__ = [
    "FROM_THE_FIRST",
    "PartChanged",
    "PlanInput",
    "Saved",
    "acknowledge",
    "add_person",
    "close_session",
    "create_plan",
    "decide",
    "decline_part",
    "edit_form",
    "edit_plan",
    "follow_cycle",
    "follow_leaver",
    "follow_people",
    "launch_plan",
    "lock_results",
    "make_batch",
    "make_reviews",
    "move_grade",
    "nominate",
    "read_form",
    "release_results",
    "remind",
    "return_part",
    "save_part",
    "settle",
    "submit_part",
    "take_in",
    "take_step",
    "tell_begun",
    "unlock_results",
    "withdraw",
]
