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


class VersionIn(Strict):
    """The version you read."""

    version: int = 0
