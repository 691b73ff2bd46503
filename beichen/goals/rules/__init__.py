"""Every write of goals."""

from beichen.goals.rules.agree import Hint, approve_goal, hints, propose_goal, return_goal, withdraw_goal
from beichen.goals.rules.align import (
    accept_alignment,
    decline_alignment,
    end_alignment,
    move_goal,
    propose_alignment,
)
from beichen.goals.rules.close import close_cycle
from beichen.goals.rules.drafts import (
    GoalInput,
    KeyResultInput,
    MilestoneInput,
    add_key_result,
    create_goal,
    discard_draft,
    drop_key_result,
    edit_goal,
    edit_key_result,
    reweigh_key_result,
)
from beichen.goals.rules.reports import ReportInput, report
from beichen.goals.rules.rollup import drain, recount, restate

__all__ = [
    "GoalInput",
    "Hint",
    "KeyResultInput",
    "MilestoneInput",
    "ReportInput",
    "accept_alignment",
    "add_key_result",
    "approve_goal",
    "close_cycle",
    "create_goal",
    "decline_alignment",
    "discard_draft",
    "drain",
    "drop_key_result",
    "edit_goal",
    "edit_key_result",
    "end_alignment",
    "hints",
    "move_goal",
    "propose_alignment",
    "propose_goal",
    "recount",
    "report",
    "restate",
    "return_goal",
    "reweigh_key_result",
    "withdraw_goal",
]
