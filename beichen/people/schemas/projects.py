"""Shapes of projects in the API."""

from __future__ import annotations

from datetime import date

from ninja import Schema
from pydantic import Field

from beichen.platform.api.schemas import Strict


class ProjectOut(Schema):
    """A project; `closed_on` is the first day on which it is closed, `members` counts who works in it today."""

    id: int
    code: str
    name: str
    name_en: str
    purpose: str
    purpose_en: str
    lead_id: int
    starts_on: date
    closed_on: date | None
    state: str
    members: int
    version: int


class MemberOut(Schema):
    """Somebody in a project from `first` on, until the day before `until` (null: open)."""

    id: int
    project_id: int
    person_id: int
    role: str
    share: int
    first: date
    until: date | None


class ProjectIn(Strict):
    """A project as it should be."""

    code: str = Field(min_length=1, max_length=40)
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field("", max_length=120)
    purpose: str = Field("", max_length=500)
    purpose_en: str = Field("", max_length=500)
    lead_id: int
    starts_on: date


class ProjectChangeIn(ProjectIn):
    """A project as it should be; `version` is that of the project you read."""

    version: int


class ProjectCloseIn(Strict):
    """The first day on which it is closed."""

    on: date
    version: int


class MemberIn(Strict):
    """Somebody who joins, for a share of the working time in percent."""

    person_id: int
    role: str = Field(min_length=1, max_length=120)
    share: int = Field(ge=1, le=100)
    first: date
    until: date | None = None


class MemberEndIn(Strict):
    """The first day it no longer applies."""

    until: date
