"""Shapes of metrics in the API. Scores are hundredths of a point."""

from __future__ import annotations

from decimal import Decimal

from ninja import Schema
from pydantic import Field

from beichen.metrics.choices import BandMode, Direction
from beichen.platform.api.schemas import Strict


class MetricOut(Schema):
    """One metric of the library."""

    id: int
    code: str
    name: str
    name_en: str
    unit: str
    direction: str
    owner_id: int | None
    definition: str
    state: str
    version: int


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
    unit: str = Field("", max_length=20)
    direction: Direction = Direction.HIGHER
    owner_id: int | None = None
    definition: str = Field("", max_length=2000)
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
