"""Shapes of the strategy in the API."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema
from pydantic import Field

from beichen.platform.api.schemas import Strict


class PriorityOut(Schema):
    """One priority; `id` is 0 in a version that is not in force."""

    id: int
    key: str
    name: str
    name_en: str
    owner_id: int | None
    owner_name: str


class PageOut(Schema):
    """One version of the page."""

    map_id: int
    number: int
    state: str
    horizon: str
    period: str
    boxes: dict[str, str]
    priorities: list[PriorityOut]
    exclusions: list[str]
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


class PriorityIn(Strict):
    """One priority as entered."""

    key: str = Field(min_length=1, max_length=20)
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field("", max_length=120)
    owner_id: int | None = None


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
    note: str = Field("", max_length=200)
    version: int = 0


class VersionIn(Strict):
    """The version you read."""

    version: int = 0


class EditorsIn(Strict):
    """Persons who may edit the page; `version` counts the namings as you read them."""

    person_ids: list[int]
    version: int = 0


class EditorsOut(Schema):
    """Persons who may edit the page besides the executive seat."""

    person_ids: list[int]
    version: int
