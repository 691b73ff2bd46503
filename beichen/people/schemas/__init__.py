"""Shapes of people in the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from beichen.platform.api.schemas import Strict


class PersonOut(Schema):
    """What everyone may know of a person."""

    id: int
    number: str
    name: str
    name_en: str
    email: str
    position: str
    role_type: str
    unit_id: int | None
    unit_name: str
    manager_id: int | None
    is_active: bool
    version: int


class UnitOut(Schema):
    """A unit of the one tree."""

    id: int
    code: str
    name: str
    name_en: str
    kind: str
    parent_id: int | None
    head_id: int | None
    hrbp_id: int | None
    role_type: str
    depth: int
    version: int


class EmploymentOut(Schema):
    """Level and dates (20d)."""

    hired_on: date
    left_on: date | None
    level: str


class AssignmentOut(Schema):
    """One stretch of a person in a unit under a manager; `last` null while it goes on."""

    person_id: int
    unit_id: int
    manager_id: int | None
    position: str
    level: str
    first: date
    last: date | None


class HireIn(Strict):
    """A newcomer and the first assignment."""

    number: str = Field(min_length=1, max_length=40)
    name: str = Field(min_length=1, max_length=80)
    email: str = Field(min_length=3, max_length=254)
    hired: date
    unit_id: int
    manager_id: int | None = None
    position: str = Field("", max_length=120)
    level: str = Field("", max_length=20)
    role_type: str = "stable"
    name_en: str = Field("", max_length=80)
    kind: Literal["employee", "external"] = "employee"


class MoveIn(Strict):
    """From `first` on; what is null stays as it is."""

    first: date
    unit_id: int | None = None
    manager_id: int | None = None
    position: str | None = Field(None, max_length=120)
    level: str | None = Field(None, max_length=20)


class PortalOut(Schema):
    """What whoever left may still do, and until when."""

    person_id: int
    left_on: date
    until: date
    days: int


class ReturnIn(Strict):
    """Somebody who left works here again; what is empty stays as it was."""

    first: date
    unit_id: int
    manager_id: int | None = None
    position: str = Field("", max_length=120)
    level: str = Field("", max_length=20)
    email: str = Field("", max_length=254)


class LeaveIn(Strict):
    """The last day."""

    last: date


class ProfileIn(Strict):
    """Name, address and role type."""

    name: str = Field(min_length=1, max_length=80)
    name_en: str = Field("", max_length=80)
    email: str = Field(min_length=3, max_length=254)
    role_type: str
    version: int


class UnitIn(Strict):
    """A unit as it should be."""

    code: str = Field(min_length=1, max_length=40)
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field("", max_length=120)
    kind: str
    parent_id: int | None
    head_id: int | None = None
    hrbp_id: int | None = None
    role_type: str = "stable"
    is_active: bool = True


class UnitChangeIn(UnitIn):
    """A unit as it should be; `version` is that of the unit you read."""

    version: int = 0


class ChangeOut(Schema):
    """A change that waits for a second person."""

    id: int
    kind: str
    state: str
    person_id: int | None
    payload: dict[str, Any]
    asked_by: int
    asked_at: datetime


class SecondOut(Schema):
    """An act that waits for a second person: `mine`, the caller asked for it; else the caller can do it, at a page."""

    key: str
    title: str
    about: str
    asked_by: int
    asked_at: datetime | None
    expires_at: datetime | None
    url: str
    mine: bool

    @staticmethod
    def resolve_title(card: Any) -> str:
        """In the reader's language."""
        return str(card.title)


class Asked(Schema):
    """The id of the change that now waits for a second person."""

    change_id: int


class SeatIn(Strict):
    """A seat over a unit and all below it: BP, HA, CA, EX, CF, AU or PA."""

    person_id: int
    seat: str
    scope_id: int


class SeatOut(Schema):
    """A seat asked for (`granted_at` null) or held."""

    id: int
    person_id: int
    seat: str
    scope_id: int
    asked_by: int | None
    granted_by: int | None
    granted_at: datetime | None


class CycleIn(Strict):
    """A period such as 2026Q2, for a unit and all below it."""

    period: str = Field(max_length=12)
    scope_id: int


class AgreeStep(Strict):
    """One step of agreeing to a goal: who, and how many days until it passes on."""

    role: Literal["LM", "SK", "BP", "HA"]
    days: int = Field(5, ge=1, le=30)


class StepsIn(Strict):
    """Who agrees to a goal in a cycle, one after the other: one to three different roles."""

    steps: list[AgreeStep] = Field(min_length=1, max_length=3)
    version: int


class StepsOut(Schema):
    """Who agrees to a goal in a cycle, one after the other."""

    id: int
    phase: str
    steps: list[AgreeStep]
    version: int


class PhaseIn(Strict):
    """The phase to go to, C00 to C12; the reason is for the way back."""

    to: str = Field(max_length=3)
    version: int
    reason: str = Field("", max_length=1000)


class TurnOut(Schema):
    """One agreement a step takes: the seat, who gave it, else who may give it."""

    seat: str
    by: int | None
    may: list[int]


class WorkOut(Schema):
    """Work of one phase: `done` of `whole`, as far as one may count."""

    phase: str
    label: str
    done: int
    whole: int


class HoldOut(Schema):
    """What is to be set right before a cycle leaves its phase: a sentence with its code."""

    code: str
    sentence: str
    url: str


class CycleStepOut(Schema):
    """The next step of a cycle; `asked_to` is the phase somebody asked for, `part` the seat in which one may agree."""

    cycle_id: int
    phase: str
    version: int
    next: str
    jumps: list[str]
    back: bool
    asked_to: str
    reason: str
    turns: list[TurnOut]
    part: str
    now: list[WorkOut]
    then: list[WorkOut]
    holds: list[HoldOut]


class ActOut(Schema):
    """An act of several people over a whole cycle: by seat who would act; the seat that is missing, or empty."""

    act: str
    seats: dict[str, list[int]]
    lacks: str
    must: bool


class CoverOut(Schema):
    """A kind of step about people: how many by who would take it (LM, SK, BP, HA, OUT), and for how many nobody."""

    step: str
    by_who: dict[str, int]
    nobody: int
    examples: list[int]


class ReadyOut(Schema):
    """Whether a cycle can begin; each gap is a sentence with its remedy."""

    gaps: list[str]
    acts: list[ActOut]
    steps: list[CoverOut]
    rule_version: str


class CycleOut(Schema):
    """A cycle and its phase."""

    id: int
    period_key: str
    first: date
    last: date
    phase: str
    scope_id: int
    version: int


class BatchVersionIn(Strict):
    """The version that was looked at."""

    version: int


class BatchOut(Schema):
    """A workbook: counts per sheet and action, refused rows with their reason (`reason` % `params`)."""

    id: int
    file_name: str
    state: str
    is_first: bool
    uploaded_by: int | None
    uploaded_at: datetime
    confirmed_by: int | None
    applied_at: datetime | None
    counts: dict[str, dict[str, int]]
    written: dict[str, dict[str, int]]
    refused: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    version: int


class BatchLine(Schema):
    """A workbook in the list."""

    id: int
    file_name: str
    state: str
    uploaded_by: int | None
    uploaded_at: datetime
    version: int
