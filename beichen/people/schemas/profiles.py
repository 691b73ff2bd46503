"""Shapes of role profiles in the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from beichen.platform.api.schemas import Strict


class SceneOut(Schema):
    """A scene in which the contribution shows."""

    title: str
    text: str
    title_en: str
    text_en: str


class DutyOut(Schema):
    """What the role answers for."""

    text: str
    text_en: str


class SignOut(Schema):
    """Why its texts read like a list of tasks: old words, words of duty, too many lines."""

    kind: str
    count: int
    words: list[str]


class ProfileOut(Schema):
    """A role profile; `review_on` is the day of the next yearly look, `positions` is empty in lists."""

    id: int
    code: str
    family: str
    name: str
    name_en: str
    role_type: str
    is_key: bool
    is_bottleneck: bool
    scenarios: list[SceneOut]
    responsibilities: list[DutyOut]
    tools: dict[str, int]
    owner_id: int | None
    review_on: date
    positions: list[str]
    signs: list[SignOut]
    version: int


class ProfileVersionOut(Schema):
    """A role profile as it stood after an edit."""

    number: int
    edited_by: int | None
    edited_at: datetime
    content: dict[str, Any]


class SceneIn(Strict):
    """A scene in which the contribution shows."""

    title: str = Field(min_length=1, max_length=60)
    text: str = Field(min_length=1, max_length=400)
    title_en: str = Field("", max_length=120)
    text_en: str = Field("", max_length=600)


class DutyIn(Strict):
    """What the role answers for."""

    text: str = Field(min_length=1, max_length=400)
    text_en: str = Field("", max_length=600)


class ToolsIn(Strict):
    """The recommended mix of goal tools in percent, together 100."""

    okr: int = Field(0, ge=0, le=100)
    kpi: int = Field(0, ge=0, le=100)
    milestone: int = Field(0, ge=0, le=100)
    behaviour: int = Field(0, ge=0, le=100)


class RoleProfileIn(Strict):
    """A role profile as it should be."""

    code: str = Field(min_length=1, max_length=40)
    family: str
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field("", max_length=120)
    role_type: Literal["stable", "exploratory", "collaborative"]
    is_key: bool = False
    is_bottleneck: bool = False
    scenarios: list[SceneIn] = Field(max_length=6)
    responsibilities: list[DutyIn] = Field(max_length=12)
    tools: ToolsIn
    owner_id: int | None = None
    positions: list[str] = Field([], max_length=100)


class RoleProfileChangeIn(RoleProfileIn):
    """A role profile as it should be; `version` is that of the profile you read."""

    version: int


class ProfileVersionIn(Strict):
    """The version that was looked at."""

    version: int
