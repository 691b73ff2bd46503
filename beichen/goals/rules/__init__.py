"""Every write of goals."""

from beichen.goals.rules.agree import (
    Agreed,
    Hint,
    approve_goal,
    approve_goals,
    doubt_goal,
    hand_on,
    hints,
    propose_goal,
    return_goal,
    withdraw_goal,
)
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
from beichen.goals.rules.nudge import LONGEST, Nudged, nudge
from beichen.goals.rules.reports import ReportInput, report
from beichen.goals.rules.rollup import drain, recount, restate

__all__ = [
    "LONGEST",
    "Agreed",
    "GoalInput",
    "Hint",
    "KeyResultInput",
    "MilestoneInput",
    "Nudged",
    "ReportInput",
    "accept_alignment",
    "add_key_result",
    "approve_goal",
    "approve_goals",
    "close_cycle",
    "create_goal",
    "decline_alignment",
    "discard_draft",
    "doubt_goal",
    "drain",
    "drop_key_result",
    "edit_goal",
    "edit_key_result",
    "end_alignment",
    "hand_on",
    "hints",
    "move_goal",
    "nudge",
    "propose_alignment",
    "propose_goal",
    "recount",
    "report",
    "restate",
    "return_goal",
    "reweigh_key_result",
    "withdraw_goal",
]
