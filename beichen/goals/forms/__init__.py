"""What people type about goals."""

from beichen.goals.forms.changes import ChangeForm, CheckForm, CorrectForm, SeasonForm, WeightsForm
from beichen.goals.forms.conditions import ConditionForm
from beichen.goals.forms.explorations import ConclusionForm, ExplorationForm
from beichen.goals.forms.filters import BoardForm, FilterForm, MapForm
from beichen.goals.forms.goals import (
    AlignForm,
    DayInput,
    GoalForm,
    HandOnForm,
    KeyResultForm,
    ReportForm,
    checked,
    chosen_goals,
    hundredths,
    trimmed,
)
from beichen.goals.forms.presets import ABOVE, PresetForm
from beichen.goals.forms.shares import AnswerForm, PartsForm, ShareForm
from beichen.goals.forms.split import SplitForm
from beichen.goals.forms.tasks import TaskForm
from beichen.goals.forms.templates import GiveForm, TemplateForm

__all__ = [
    "ABOVE",
    "AlignForm",
    "AnswerForm",
    "BoardForm",
    "ChangeForm",
    "CheckForm",
    "ConclusionForm",
    "ConditionForm",
    "CorrectForm",
    "DayInput",
    "ExplorationForm",
    "FilterForm",
    "GiveForm",
    "GoalForm",
    "HandOnForm",
    "KeyResultForm",
    "MapForm",
    "PartsForm",
    "PresetForm",
    "ReportForm",
    "SeasonForm",
    "ShareForm",
    "SplitForm",
    "TaskForm",
    "TemplateForm",
    "WeightsForm",
    "checked",
    "chosen_goals",
    "hundredths",
    "trimmed",
]
