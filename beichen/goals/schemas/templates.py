"""What the API takes and shows about goals to begin from."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from ninja import Schema
from pydantic import Field

from beichen.goals.choices import Ambition, GoalKind, Measure
from beichen.goals.schemas.shown import GoalOut
from beichen.platform.api.schemas import Id, Strict


class ResultTemplateIn(Strict):
    """A key result of the library, without numbers."""

    title: str = Field(min_length=1, max_length=160)
    title_en: str = Field("", max_length=160)
    measure: Measure = Measure.INCREASE
    unit: str = Field("", max_length=20)


class TemplateIn(Strict):
    """A goal to begin from; what is left empty holds for all."""

    title: str = Field(min_length=1, max_length=160)
    title_en: str = Field("", max_length=160)
    why: str = Field("", max_length=300)
    why_en: str = Field("", max_length=300)
    kind: GoalKind = GoalKind.OBJECTIVE
    ambition: Ambition = Ambition.COMMITTED
    verification: str = Field("", max_length=300)
    unit_id: Id | None = None
    profile_id: Id | None = None
    level: str = Field("", max_length=20)
    period_kind: Literal["", "year", "half", "quarter", "month"] = ""
    is_active: bool = True
    results: list[ResultTemplateIn] = Field([], max_length=8)


class EditTemplateIn(TemplateIn):
    """A changed one; `version` is the one you read."""

    version: int = 0


class ResultTemplateOut(Schema):
    """A key result of the library."""

    id: int
    title: str
    title_en: str
    measure: str
    unit: str


class TemplateOut(Schema):
    """A goal to begin from."""

    id: int
    title: str
    title_en: str
    why: str
    why_en: str
    kind: str
    ambition: str
    verification: str
    unit_id: int | None
    profile_id: int | None
    level: str
    period_kind: str
    is_active: bool
    version: int
    results: list[ResultTemplateOut]


class RoleMetricOut(Schema):
    """A metric recommended to the role."""

    metric_id: int
    code: str
    name: str
    name_en: str
    unit: str


class PastResultOut(Schema):
    """A key result of the last cycle and where it came; progress in millionths. `whose`: a colleague's name."""

    id: int
    title: str
    title_en: str
    measure: str
    unit: str
    baseline: Decimal | None
    target: Decimal | None
    reached: Decimal | None
    progress: int | None
    whose: str


class SuggestionsOut(Schema):
    """What fits a person in a cycle."""

    templates: list[TemplateOut]
    metrics: list[RoleMetricOut]
    past: list[PastResultOut]
    period: str
    colleagues: list[PastResultOut]
    colleagues_period: str


class GiveIn(Strict):
    """Whom a template is given to; what is left empty narrows nothing. `person_ids`: of those only these."""

    cycle_id: Id
    unit_id: Id | None = None
    profile_id: Id | None = None
    level: str = Field("", max_length=20)
    person_ids: list[Id] | None = Field(None, max_length=10_000)


class GivenOut(Schema):
    """How many people got the draft, and how many have a goal of this title already."""

    count: int
    left: int


class ReceiversOut(Schema):
    """The first 60 people who would get it, how many they are, and how many have a goal of this title already."""

    person_ids: list[int]
    count: int
    have_it: int


class DeskLineOut(Schema):
    """One plan among peers: `group` is the role or level, `notes` say what stands out."""

    group: str
    person_id: int
    level: str
    weight: int
    heaviest: int
    stretch: int
    notes: list[str]
    goals: list[GoalOut]
