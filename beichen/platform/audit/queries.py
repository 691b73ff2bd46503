"""Reading the audit. An auditor finds what was done by whom and when; a person finds who looked at them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from beichen.platform.access.permissions import require
from beichen.platform.audit.access import SEARCH
from beichen.platform.audit.models import Entry
from beichen.platform.auth.queries import accounts_of
from beichen.platform.kit.actor import Actor

ORDER = ("-at", "-id")


@dataclass(frozen=True)
class Wanted:
    """What is searched for; empty means any. Days are those of the page's time zone, both included."""

    person_id: int | None = None
    subject_id: int | None = None
    act: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Line:
    """One row of the audit as an auditor reads it."""

    id: UUID
    at: datetime
    who: str
    act: str
    kind: str
    object_id: str
    subjects: list[int]
    details: dict[str, Any]
    request_id: str


@dataclass(frozen=True)
class Look:
    """Somebody looked at something confidential about me (mask M7)."""

    at: datetime
    who: str
    seat: str
    kind: str
    channel: str
    row: str = ""


def entries(actor: Actor, wanted: Wanted) -> QuerySet[Entry]:
    """The rows an auditor asks for; Forbidden for everybody else. Cost of a page: an index range of its size."""
    require(actor, SEARCH)
    found = Q()
    if wanted.person_id is not None:
        found &= Q(person_id=wanted.person_id)
    if wanted.subject_id is not None:
        found &= Q(subjects__contains=[wanted.subject_id])
    if wanted.act:
        found &= Q(act__startswith=wanted.act)
    if wanted.since:
        found &= Q(at__gte=_midnight(wanted.since))
    if wanted.until:
        found &= Q(at__lt=_midnight(wanted.until + timedelta(days=1)))
    return Entry.objects.filter(found)


def looks(actor: Actor) -> QuerySet[Entry]:
    """Reads of confidential rows about the actor by other people. Cost of a page: the index of subjects."""
    if actor.person_id is None:
        return Entry.objects.none()
    read = Entry.objects.filter(act="read", subjects__contains=[actor.person_id])
    return read.exclude(person_id=actor.person_id)


def lines(rows: Iterable[Entry]) -> list[Line]:
    """Rows with the names of those who acted. Cost: one statement for all names."""
    found = list(rows)
    names = _names(found)
    return [
        Line(
            row.id, row.at, names.get(row.person_id, row.actor), row.act, row.kind, row.object_id, row.subjects,
            row.details, row.request_id,
        )
        for row in found
    ]  # fmt: skip


def masked(rows: Iterable[Entry]) -> list[Look]:
    """Rows as the person concerned reads them: time, viewer, seat, kind, channel and nothing else."""
    found = list(rows)
    names = _names(found)
    return [
        Look(
            row.at, names.get(row.person_id, row.actor), str(row.details.get("seat", "")), row.kind,
            str(row.details.get("channel", "")), str(row.details.get("row", "")),
        )
        for row in found
    ]  # fmt: skip


def _names(rows: list[Entry]) -> dict[int | None, str]:
    people = sorted({row.person_id for row in rows if row.person_id is not None})
    return {person: account.name for person, account in accounts_of(people).items()} if people else {}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())
