"""What people type about goals."""

from beichen.goals.forms.changes import ChangeForm, CheckForm, CorrectForm, SeasonForm, WeightsForm
from beichen.goals.forms.goals import (
    AlignForm,
    BoardForm,
    DayInput,
    FilterForm,
    GoalForm,
    HandOnForm,
    KeyResultForm,
    MapForm,
    ReportForm,
    checked,
    chosen_goals,
    hundredths,
    trimmed,
)
from beichen.goals.forms.split import SplitForm

__all__ = [
    "AlignForm",
    "BoardForm",
    "ChangeForm",
    "CheckForm",
    "CorrectForm",
    "DayInput",
    "FilterForm",
    "GoalForm",
    "HandOnForm",
    "KeyResultForm",
    "MapForm",
    "ReportForm",
    "SeasonForm",
    "SplitForm",
    "WeightsForm",
    "checked",
    "chosen_goals",
    "hundredths",
    "trimmed",
]
