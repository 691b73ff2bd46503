"""Shapes of metrics in the API. Scores are hundredths of a point."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from beichen.metrics.choices import BandMode, Direction, MetricKind, OnZero, Subject
from beichen.people.choices import PeriodKind
from beichen.platform.api.schemas import Strict

Figure = Annotated[Decimal, Field(max_digits=24, decimal_places=6)]


class MetricOut(Schema):
    """One metric of the library; `roles` are codes of role profiles, `formula` is empty where values are collected."""

    id: int
    code: str
    name: str
    name_en: str
    also_named: list[str]
    kind: str
    unit: str
    direction: str
    owner_id: int | None
    definition: str
    definition_en: str
    calculation: str
    calculation_en: str
    rhythm: str
    subject: str
    source: str
    source_en: str
    roles: list[str]
    scenes: str
    scenes_en: str
    is_general: bool
    formula: str
    on_zero: str
    least: Decimal | None
    most: Decimal | None
    jump_percent: int | None
    due_days: int
    state: str
    version: int


class MetricVersionOut(Schema):
    """A definition as agreed or proposed; `content` holds the fields of a metric as entered."""

    number: int
    state: str
    content: dict[str, Any]
    edited_by_id: int | None
    edited_at: datetime
    agreed_by_id: int | None
    agreed_at: datetime | None


class StarterOut(Schema):
    """How many."""

    count: int


class PeriodOut(Schema):
    """A metric's figures for a period as a whole; `missing` had a figure in the period before."""

    period: str
    state: str
    values: int
    by_hand: int
    missing: int
    held: int
    late_days: int
    signed_at: datetime | None
    note: str
    version: int


class ValueOut(Schema):
    """One figure; `replaces` is the id of the one it corrected."""

    id: int
    subject_id: int
    value: Decimal
    origin: str
    author: str
    at: datetime
    reason: str
    replaces: int | None


class FiguresOut(Schema):
    """A page of figures."""

    period: PeriodOut
    items: list[ValueOut]
    next: int | None


class FrozenOut(Schema):
    """A figure a cycle was scored with; `now` stands there today, `is_corrected` where that is another."""

    value_id: int
    metric_id: int
    code: str
    period: str
    subject_id: int
    value: Decimal
    frozen_at: datetime
    now: Decimal
    is_corrected: bool
    why: str
    author: str


class SnapshotOut(Schema):
    """A page of the figures a cycle was scored with."""

    items: list[FrozenOut]
    next: int | None


class FormulaTermOut(Schema):
    """A number that went into a formula."""

    code: str
    period: str
    value: Decimal | None
    origin: str
    author: str
    at: datetime | None
    is_current: bool
    value_id: int | None


class ExplanationOut(Schema):
    """How a figure came about; `gives` is what the terms give, `earlier` what stood there before."""

    period: str
    line: ValueOut
    formula: str
    with_numbers: str
    terms: list[FormulaTermOut]
    gives: Decimal | None
    agrees: bool
    earlier: list[ValueOut]


class HeldOut(Schema):
    """A figure that was held back; `limit` would just have passed."""

    id: int
    metric_id: int
    period: str
    subject: str
    value: Decimal
    fault: str
    limit: Decimal | None
    origin: str
    author: str
    at: datetime
    said: str
    version: int


class TakenOut(Schema):
    """What became of a figure; `held` names the rule it failed."""

    added: int
    corrected: int
    unchanged: int
    held: str


class ComputedOut(Schema):
    """How many figures were written, replaced and held back."""

    written: int
    replaced: int
    held: int


class PointOut(Schema):
    """One point of a band table."""

    value: Decimal
    score: int
    condition: str


class BandOut(Schema):
    """A band table, worst point first."""

    id: int
    key: str
    name: str
    metric_id: int | None
    mode: str
    state: str
    cycle_id: int | None
    role: str
    level: str
    unit_id: int | None
    reason: str
    points: list[PointOut]
    version: int


class ScoreOut(Schema):
    """What a value earns."""

    value: Decimal
    score: int


class MetricIn(Strict):
    """A metric as entered."""

    code: str = Field(min_length=1, max_length=40)
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field("", max_length=120)
    also_named: list[Annotated[str, Field(max_length=120)]] = Field([], max_length=20)
    kind: MetricKind = MetricKind.RESULT
    unit: str = Field("", max_length=20)
    direction: Direction = Direction.HIGHER
    owner_id: int | None = None
    definition: str = Field("", max_length=2000)
    definition_en: str = Field("", max_length=2000)
    calculation: str = Field("", max_length=300)
    calculation_en: str = Field("", max_length=300)
    rhythm: PeriodKind = PeriodKind.MONTH
    subject: Subject = Subject.UNIT
    source: str = Field("", max_length=120)
    source_en: str = Field("", max_length=120)
    roles: list[Annotated[str, Field(max_length=40)]] = Field([], max_length=40)
    scenes: str = Field("", max_length=200)
    scenes_en: str = Field("", max_length=200)
    is_general: bool = False
    formula: str = Field("", max_length=500)
    on_zero: OnZero = OnZero.MISSING
    least: Figure | None = None
    most: Figure | None = None
    jump_percent: int | None = Field(None, ge=1, le=100_000)
    due_days: int = Field(5, ge=0, le=365)
    version: int = 0


class RetireIn(Strict):
    """Why a metric is taken out of use."""

    reason: str = Field(min_length=1, max_length=300)
    version: int = 0


class FigureIn(Strict):
    """One figure of a person or a unit; `reason` where it corrects another."""

    value: Figure
    person_id: int | None = None
    unit_id: int | None = None
    reason: str = Field("", max_length=300)


class SignIn(Strict):
    """A note on what is missing, and the version you read."""

    note: str = Field("", max_length=300)
    version: int = 0


class DecideFigureIn(Strict):
    """Whether a held figure counts after all, and why."""

    let_through: bool
    reason: str = Field(min_length=1, max_length=300)
    version: int = 0


class PointIn(Strict):
    """One point."""

    value: Decimal
    score: int = Field(ge=0, le=99_999)
    condition: str = Field("", max_length=200)


class BandIn(Strict):
    """A band table as entered, worst point first; `key` is taken when it is made."""

    key: str = Field("", max_length=40)
    name: str = Field(min_length=1, max_length=120)
    mode: BandMode = BandMode.INTERPOLATED
    metric_id: int | None = None
    cycle_id: int | None = None
    role: str = Field("", max_length=40)
    level: str = Field("", max_length=20)
    unit_id: int | None = None
    reason: str = Field("", max_length=300)
    points: list[PointIn]
    version: int = 0


class RecommendedLineOut(Schema):
    """A metric recommended to a role; `weight` in percent, null where the set has no weights."""

    metric_id: int
    code: str
    name: str
    name_en: str
    unit: str
    direction: str
    state: str
    weight: int | None
    note: str
    note_en: str


class RecommendedOut(Schema):
    """The recommended metric set of a role profile; version 0 while there is none."""

    profile_id: int
    version: int
    lines: list[RecommendedLineOut]


class RecommendedLineIn(Strict):
    """A metric to recommend."""

    metric_id: int
    weight: int | None = Field(None, ge=1, le=100)
    note: str = Field("", max_length=200)
    note_en: str = Field("", max_length=200)


class RecommendedIn(Strict):
    """The whole set, the most telling metric first."""

    lines: list[RecommendedLineIn] = Field(max_length=40)
    version: int = 0


class VersionIn(Strict):
    """The version you read."""

    version: int = 0
