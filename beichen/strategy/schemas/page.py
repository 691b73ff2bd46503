"""Shapes of the strategy in the API."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from ninja import Schema
from pydantic import Field

from beichen.platform.api.schemas import Id, Strict


class PriorityOut(Schema):
    """One priority; `id` is 0 in a version that is not in force."""

    id: int
    key: str
    name: str
    name_en: str
    owner_id: int | None
    owner_name: str


class WordOut(Schema):
    """Who confirmed a target, and when."""

    person_id: int
    name: str
    at: datetime


class TargetOut(Schema):
    """A key metric of a priority; agreed once business head and HR partner have both confirmed it."""

    id: int
    metric_id: int
    code: str
    name: str
    unit: str
    baseline: Decimal
    target: Decimal
    due: date
    proposed_by_id: int
    head_word: WordOut | None
    hrbp_word: WordOut | None
    is_agreed: bool


class MeasuredPriorityOut(PriorityOut):
    """A priority of a page, with its key metrics."""

    targets: list[TargetOut]


class PageOut(Schema):
    """One version of the page."""

    map_id: int
    number: int
    state: str
    horizon: str
    period: str
    boxes: dict[str, str]
    priorities: list[MeasuredPriorityOut]
    exclusions: list[str]
    tradeoffs: dict[str, str]
    limit: int
    note: str
    editor_name: str
    edited_at: datetime
    publisher_name: str
    published_at: datetime | None
    version: int


class WordingOut(Schema):
    """One difference to the version before."""

    what: str
    before: str
    after: str


class VersionLine(Schema):
    """One version in the history."""

    number: int
    state: str
    note: str
    edited_at: datetime
    published_at: datetime | None


class TargetIn(Strict):
    """A key metric as entered; other terms than before have to be confirmed anew."""

    metric_id: Id
    baseline: Decimal = Field(max_digits=24, decimal_places=6)
    target: Decimal = Field(max_digits=24, decimal_places=6)
    due: date


class PriorityIn(Strict):
    """One priority as entered."""

    key: str = Field(min_length=1, max_length=20)
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field("", max_length=120)
    owner_id: int | None = None
    targets: list[TargetIn] = Field([], max_length=3)


class TradeOffsIn(Strict):
    """What the page chose, and why."""

    focus: Literal["", "scale", "profit", "technology"] = ""
    growth: Literal["", "acquisition", "retention"] = ""
    breadth: Literal["", "many", "few"] = ""
    why: str = Field("", max_length=300)


class BoxesIn(Strict):
    """The five boxes."""

    target_users: str = Field("", max_length=1000)
    core_value: str = Field("", max_length=1000)
    business_model: str = Field("", max_length=1000)
    key_capabilities: str = Field("", max_length=1000)
    key_metrics: str = Field("", max_length=1000)


class PageInBody(Strict):
    """The whole page as entered; `version` is the draft's, 0 where there is none."""

    map_id: int | None = None
    horizon: str = Field(min_length=1, max_length=60)
    period: str = Field("", max_length=60)
    boxes: BoxesIn
    priorities: list[PriorityIn] = []
    exclusions: list[str] = []
    tradeoffs: TradeOffsIn = TradeOffsIn(why="")
    note: str = Field("", max_length=200)
    version: int = 0


class VersionIn(Strict):
    """The version you read."""

    version: int = 0


class LimitIn(Strict):
    """How many priorities a year may have; `version` as for the editors."""

    limit: int = Field(ge=1, le=12)
    version: int = 0


class EditorsIn(Strict):
    """Persons who may edit the page; `version` counts the namings as you read them."""

    person_ids: list[int]
    version: int = 0


class EditorsOut(Schema):
    """Persons who may edit the page besides the executive seat."""

    person_ids: list[int]
    version: int
