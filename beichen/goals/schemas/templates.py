"""What the API takes and shows about goals to begin from."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from ninja import Schema
from pydantic import Field

from beichen.goals.choices import Ambition, GoalKind, Measure
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


class RecommendedOut(Schema):
    """A metric recommended to the role."""

    metric_id: int
    code: str
    name: str
    name_en: str
    unit: str


class PastResultOut(Schema):
    """A key result of the last cycle and where it came; progress in millionths."""

    id: int
    title: str
    title_en: str
    measure: str
    unit: str
    baseline: Decimal | None
    target: Decimal | None
    reached: Decimal | None
    progress: int | None


class SuggestionsOut(Schema):
    """What fits a person in a cycle."""

    templates: list[TemplateOut]
    metrics: list[RecommendedOut]
    past: list[PastResultOut]
    period: str
