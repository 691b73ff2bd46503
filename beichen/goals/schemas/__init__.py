"""What the API takes about goals; what it shows is in `shown`. Weights are hundredths of a per cent point."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from ninja import Schema
from pydantic import Field

from beichen.goals.choices import Ambition, GoalKind, Measure, Visibility
from beichen.platform.api.schemas import Id, Strict

WEIGHT = Field(0, ge=0, le=10_000, description="Hundredths: 10000 is 100 %")


class Made(Schema):
    """The id of what was made."""

    id: int


class GoalIn(Strict):
    """A goal as entered; without dates the cycle's hold."""

    title: str = Field(min_length=1, max_length=160)
    title_en: str = Field("", max_length=160)
    kind: GoalKind = GoalKind.OBJECTIVE
    ambition: Ambition = Ambition.COMMITTED
    weight: int = WEIGHT
    priority_id: int | None = None
    visibility: Visibility = Visibility.PUBLIC
    start: date | None = None
    due: date | None = None
    verification: str = Field("", max_length=300)
    effort_days: int | None = Field(None, ge=1, le=400, description="Working days it is said to take")


class NewGoalIn(GoalIn):
    """A new draft: one's own, or of a report (`owner_id`), or of a unit one heads (`unit_id`), or from a template."""

    cycle_id: int
    owner_id: int | None = None
    unit_id: int | None = None
    template_id: Id | None = None


class EditGoalIn(GoalIn):
    """A changed goal; `version` is the one you read."""

    version: int = 0


class MilestoneIn(Strict):
    """One step; `id` of the step it replaces, 0 for a new one."""

    name: str = Field(min_length=1, max_length=120)
    due: date
    weight: int = WEIGHT
    id: int = 0


class KeyResultIn(Strict):
    """A key result as entered; the measure says which numbers are needed. `version`: of the goal for a new one."""

    title: str = Field(min_length=1, max_length=160)
    title_en: str = Field("", max_length=160)
    measure: Measure
    baseline: Decimal | None = None
    target: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    tolerance: Decimal | None = None
    unit: str = Field("", max_length=20)
    weight: int = WEIGHT
    start: date | None = None
    due: date | None = None
    band_id: int | None = None
    metric_id: int | None = None
    by_metric: bool = False
    milestones: list[MilestoneIn] = []
    version: int = 0


class ReportIn(Strict):
    """A report: `value`, `answer` or `finished` (ids of finished milestones), by the kind of measure."""

    value: Decimal | None = None
    answer: bool | None = None
    finished: list[int] | None = None
    confidence: Literal["", "on_track", "at_risk", "off_track"] = ""
    text: str = Field("", max_length=1000)
    problem: str = Field("", max_length=1000)
    next_action: str = Field("", max_length=1000)
    support: str = Field("", max_length=1000)
    risk: str = Field("", max_length=1000)
    is_shared: bool = False
    day: date | None = None


class AlignIn(Strict):
    """The goal to serve, and whether the progress counts there."""

    parent_id: int
    rolls_up: bool = True


class PartIn(Strict):
    """A part of a goal that is split: who answers for it, by when, how it is verified; `share` in the goal."""

    title: str = Field(min_length=1, max_length=160)
    owner_id: Id
    due: date | None = None
    verification: str = Field("", max_length=300)
    share: int | None = Field(None, ge=0, le=10_000, description="Hundredths; left out: the mean of the other items")
    weight: int = WEIGHT


class SplitIn(Strict):
    """Parts to make drafts of, in the goal's cycle or another; `version` is the goal's that you read."""

    parts: list[PartIn] = Field(min_length=1, max_length=20)
    cycle_id: Id | None = None
    version: int = 0


class AcceptIn(Strict):
    """Accept, with the weight it has in your goal (left out: the mean of what the other items hold)."""

    weight: int | None = Field(None, ge=0, le=10_000)
    version: int = 0


class HandOnIn(Strict):
    """Who decides in your place, and the last day."""

    to: int
    last_day: date
    version: int = 0


class ChosenIn(Strict):
    """A goal to agree to, with the version you read."""

    goal_id: int
    version: int


class ManyIn(Strict):
    """Goals to agree to at once."""

    goals: list[ChosenIn] = Field(max_length=100)


class WordsIn(Strict):
    """Why it goes back or is declined."""

    reason: str = Field(max_length=500)
    version: int = 0


class VersionIn(Strict):
    """The version you read."""

    version: int = 0


BoardState = Literal[
    "", "off_track", "at_risk", "not_updated", "on_track", "ahead", "done", "early", "not_measured",
    "attention", "behind", "risks",
]  # fmt: skip
MapState = Literal["", "attention", "off_track", "at_risk", "not_updated", "on_track", "ahead", "done"]
BoardScope = Literal["", "branch", "asked"]
BoardKind = Literal["", "objective", "kpi", "milestone", "behaviour"]


class NudgeIn(Strict):
    """What to ask about: `goal_ids`, or without them everything late or behind that the filter leaves."""

    cycle_id: Id
    goal_ids: list[Id] | None = Field(None, min_length=1, max_length=1000)
    sentence: str = Field("", max_length=160)
    state: BoardState = ""
    scope: BoardScope = ""
    kind: BoardKind = ""
    unit_id: Id | None = None
    owner_id: Id | None = None
    priority_id: Id | None = None
    project_id: Id | None = None
