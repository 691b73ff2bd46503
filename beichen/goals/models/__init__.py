"""Goals, key results, updates, alignment, rolled-up numbers, and what became of terms while a goal ran.

One table, one class. Weights are integers in hundredths (10000 = 100 %), progress and expected progress in
millionths, scores in hundredths of a point.
"""

from beichen.goals.models.changes import ChangeRequest, GoalCheck, GoalVersion
from beichen.goals.models.conditions import BandConfirmation
from beichen.goals.models.explorations import Exploration
from beichen.goals.models.goals import (
    Alignment,
    Goal,
    GoalStat,
    KeyResult,
    KeyResultStat,
    Milestone,
    Nudge,
    RollupDue,
    Update,
    UpdateText,
)
from beichen.goals.models.presets import VisibilityPreset
from beichen.goals.models.shares import ContributionShare, SharedResult
from beichen.goals.models.tasks import GoalTask
from beichen.goals.models.templates import GoalTemplate, KeyResultTemplate

__all__ = [
    "Alignment",
    "BandConfirmation",
    "ChangeRequest",
    "ContributionShare",
    "Exploration",
    "Goal",
    "GoalCheck",
    "GoalStat",
    "GoalTask",
    "GoalTemplate",
    "GoalVersion",
    "KeyResult",
    "KeyResultStat",
    "KeyResultTemplate",
    "Milestone",
    "Nudge",
    "RollupDue",
    "SharedResult",
    "Update",
    "UpdateText",
    "VisibilityPreset",
]
