"""The home page by program."""

from __future__ import annotations

from datetime import date

from ninja import Schema


class OwedOut(Schema):
    """One thing to do."""

    key: str
    title: str
    subtitle: str
    url: str
    due: date | None
    kind: str
    subject_id: int | None


class HomeGoalOut(Schema):
    """One of my goals; progress in millionths."""

    id: int
    title: str
    progress: int | None
    expected: int
    health: str
    state: str
    due: date


class TalkOut(Schema):
    """My next check-in: the open one, or the day the rhythm asks next."""

    check_in_id: int | None
    day: date | None


class HomeReportOut(Schema):
    """One of my people; progress in millionths."""

    person_id: int
    name: str
    progress: int | None
    expected: int | None
    goals: int
    attention: int
    waits_for_me: bool
    strained: bool


class ScopeOut(Schema):
    """Goals of a unit (None: the company) that are open to me."""

    unit_id: int | None
    goals: int
    attention: int
    late: int


class HomePriorityOut(Schema):
    """A priority and its attainment in millionths."""

    key: str
    name: str
    attainment: int | None


class OverviewOut(Schema):
    """What I answer for beyond my own people."""

    scopes: list[ScopeOut]
    priorities: list[HomePriorityOut]
    check_ins_late: int | None


class HomeOut(Schema):
    """What I owe, my goals, my next talk, my people, my unit or company."""

    person_id: int
    owed: list[OwedOut]
    talk: TalkOut
    goals: list[HomeGoalOut]
    people: list[HomeReportOut]
    overview: OverviewOut | None
