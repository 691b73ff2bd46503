"""Every write of goals."""

from beichen.goals.rules.agree import (
    Agreed,
    approve_goal,
    approve_goals,
    doubt_goal,
    hand_on,
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
from beichen.goals.rules.changes import (
    ChangeInput,
    ResultChange,
    approve_change,
    ask_change,
    refuse_change,
    withdraw_change,
)
from beichen.goals.rules.checks import check_goal, check_goals
from beichen.goals.rules.close import close_cycle
from beichen.goals.rules.conditions import confirm_condition, take_back_condition
from beichen.goals.rules.correct import set_progress, take_back_progress
from beichen.goals.rules.drafts import GoalInput, create_goal, discard_draft, edit_goal
from beichen.goals.rules.explorations import (
    ConclusionInput,
    ExplorationInput,
    conclude_exploration,
    describe_exploration,
)
from beichen.goals.rules.giving import Given, give_template
from beichen.goals.rules.hints import Hint, hints
from beichen.goals.rules.key_results import (
    KeyResultInput,
    MilestoneInput,
    add_key_result,
    drop_key_result,
    edit_key_result,
    reweigh_key_result,
)
from beichen.goals.rules.nudge import LONGEST, Nudged, nudge
from beichen.goals.rules.presets import INHERITED, choose_preset
from beichen.goals.rules.reports import ReportInput, report
from beichen.goals.rules.rollup import drain, recount, restate
from beichen.goals.rules.season import set_season
from beichen.goals.rules.shares import PartyInput, answer_share, say_seen, settle_shares, share_result
from beichen.goals.rules.split import MOST as MOST_PARTS
from beichen.goals.rules.split import PartInput, split_goal
from beichen.goals.rules.tasks import TaskInput, add_task, edit_task, move_task, tell_assignees
from beichen.goals.rules.templates import ResultTemplateInput, TemplateInput, save_template
from beichen.goals.rules.weights import Weighed, Weights, set_weights

__all__ = [
    "INHERITED",
    "LONGEST",
    "MOST_PARTS",
    "Agreed",
    "ChangeInput",
    "ConclusionInput",
    "ExplorationInput",
    "Given",
    "GoalInput",
    "Hint",
    "KeyResultInput",
    "MilestoneInput",
    "Nudged",
    "PartInput",
    "PartyInput",
    "ReportInput",
    "ResultChange",
    "ResultTemplateInput",
    "TaskInput",
    "TemplateInput",
    "Weighed",
    "Weights",
    "accept_alignment",
    "add_key_result",
    "add_task",
    "answer_share",
    "approve_change",
    "approve_goal",
    "approve_goals",
    "ask_change",
    "check_goal",
    "check_goals",
    "choose_preset",
    "close_cycle",
    "conclude_exploration",
    "confirm_condition",
    "create_goal",
    "decline_alignment",
    "describe_exploration",
    "discard_draft",
    "doubt_goal",
    "drain",
    "drop_key_result",
    "edit_goal",
    "edit_key_result",
    "edit_task",
    "end_alignment",
    "give_template",
    "hand_on",
    "hints",
    "move_goal",
    "move_task",
    "nudge",
    "propose_alignment",
    "propose_goal",
    "recount",
    "refuse_change",
    "report",
    "restate",
    "return_goal",
    "reweigh_key_result",
    "save_template",
    "say_seen",
    "set_progress",
    "set_season",
    "set_weights",
    "settle_shares",
    "share_result",
    "split_goal",
    "take_back_condition",
    "take_back_progress",
    "tell_assignees",
    "withdraw_change",
    "withdraw_goal",
]
