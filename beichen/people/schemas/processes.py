"""Shapes of the process map in the API."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema
from pydantic import Field

from beichen.platform.api.schemas import Id, Strict


class RoleNameOut(Schema):
    """A role profile by its name."""

    id: int
    code: str
    name: str
    name_en: str


class ProcessStepOut(Schema):
    """A step; `answers` null while no role answers for it."""

    name: str
    name_en: str
    is_bottleneck: bool
    answers: RoleNameOut | None
    contributes: list[RoleNameOut]


class ProcessOut(Schema):
    """A process with its steps in order."""

    id: int
    code: str
    name: str
    name_en: str
    result: str
    result_en: str
    edited_at: datetime
    steps: list[ProcessStepOut]
    version: int


class KeyRoleOut(Schema):
    """A role that answers for steps."""

    role: RoleNameOut
    steps: int
    bottlenecks: int
    processes: list[str]


class OpenStepOut(Schema):
    """A step nobody answers for."""

    process_id: int
    process: str
    step: str


class ProcessMapOut(Schema):
    """Every process, key roles, steps nobody answers for, and roles without a step."""

    processes: list[ProcessOut]
    key_roles: list[KeyRoleOut]
    unanswered: list[OpenStepOut]
    idle: list[RoleNameOut]


class ProcessStepIn(Strict):
    """A step as it should be; roles by id of their profiles."""

    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field("", max_length=120)
    is_bottleneck: bool = False
    answers: Id | None = None
    contributes: list[Id] = Field([], max_length=12)


class ProcessIn(Strict):
    """A process as it should be, its steps in order."""

    code: str = Field(min_length=1, max_length=40)
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field("", max_length=120)
    result: str = Field("", max_length=200)
    result_en: str = Field("", max_length=200)
    steps: list[ProcessStepIn] = Field(min_length=1, max_length=9)


class ProcessChangeIn(ProcessIn):
    """The same, with the version that was read."""

    version: int = Field(ge=0, le=2**31)


class ProcessVersionIn(Strict):
    """The version that was read."""

    version: int = Field(ge=0, le=2**31)
