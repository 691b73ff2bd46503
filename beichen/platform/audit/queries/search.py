"""Reading the audit. An auditor finds what was done by whom and when; a person finds who looked at them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from beichen.platform.access.permissions import require
from beichen.platform.audit.access import SEARCH, SEAT, visible_entries
from beichen.platform.audit.choices import READ, REFUSED, Sort
from beichen.platform.audit.models import Entry
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound

ORDER = ("-at", "-id")
SORTS = {
    Sort.READS: Q(act=READ),
    Sort.REFUSALS: Q(act=REFUSED),
    Sort.CHANGES: ~Q(act__in=[READ, REFUSED]),
    Sort.PEOPLE: Q(person_id__isnull=False),
}
FIRST_BATCH = ~Q(details__has_key="batch") | Q(details__contains={"batch": 0})
WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class Wanted:
    """What is searched for; None or empty means any. Days are those of the page's time zone, both included.

    `people` acted, `subjects` are those it was about (any of them). An act that ends with a dot means a whole area.
    `bulk` is a row of an act on many rows: all its batches are wanted, which otherwise stand as one.
    """

    people: tuple[int, ...] | None = None
    subjects: tuple[int, ...] | None = None
    act: str = ""
    kind: str = ""
    sort: str = ""
    since: date | None = None
    until: date | None = None
    bulk: UUID | None = None
    every_batch: bool = False


def entries(actor: Actor, wanted: Wanted) -> QuerySet[Entry]:
    """The rows an auditor asks for; Forbidden for everybody else. Cost of a page: an index range of its size."""
    require(actor, SEARCH)
    found = visible_entries() & _asked(actor, wanted)
    if wanted.bulk is not None:
        return Entry.objects.filter(found & _batches(wanted.bulk))
    return Entry.objects.filter(found if wanted.every_batch else found & FIRST_BATCH)


def _asked(actor: Actor, wanted: Wanted) -> Q:
    found = Q()
    if wanted.people is not None:
        found &= Q(person_id__in=wanted.people)
    if wanted.subjects is not None:
        found &= Q(subjects__overlap=sorted(in_seat(actor, wanted.subjects)))
    if wanted.act:
        found &= Q(act__startswith=wanted.act) if wanted.act.endswith(".") else Q(act=wanted.act)
    if wanted.kind:
        found &= Q(kind=wanted.kind)
    if wanted.sort:
        found &= SORTS[Sort(wanted.sort)]
    if wanted.since:
        found &= Q(at__gte=_midnight(wanted.since))
    if wanted.until:
        found &= Q(at__lt=_midnight(wanted.until + timedelta(days=1)))
    return found


def _batches(row_id: UUID) -> Q:
    """Every batch of the act that this row belongs to; NotFound when there is no such act on many rows."""
    row = Entry.objects.filter(visible_entries(), pk=row_id, details__has_key="batch").first()
    if row is None:
        raise NotFound
    same = Q(act=row.act, actor=row.actor, kind=row.kind, details__contains={"digest": row.details["digest"]})
    return same & Q(at__gte=row.at - WITHIN, at__lte=row.at + WITHIN)


def in_seat(actor: Actor, ids: Iterable[int]) -> set[int]:
    """Which of these people the auditor may read about (G2, G20). Cost: one statement, none for nobody."""
    wanted = sorted(set(ids))
    if not wanted or actor.person_id is None:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM unnest(%s::bigint[]) asked (id) WHERE id IN (SELECT access.seat_people(%s))",
            [wanted, SEAT],
        )
        return {row[0] for row in cursor.fetchall()}


def looks(actor: Actor) -> QuerySet[Entry]:
    """Reads of confidential rows about the actor by other people. Cost of a page: the index of subjects."""
    if actor.person_id is None:
        return Entry.objects.none()
    read = Entry.objects.filter(act=READ, subjects__contains=[actor.person_id])
    return read.exclude(person_id=actor.person_id)


STOOD = """
SELECT row.n, access.stood(row.viewer, %s, row.at)
FROM unnest(%s::int[], %s::bigint[], %s::timestamptz[]) row (n, viewer, at)
"""


def stood(actor: Actor, rows: Sequence[Entry]) -> dict[int, str]:
    """How the viewer of each row stood to the actor when they looked, as a column of the table: the line, else a seat.

    Cost: one statement for a page.
    """
    asked = [(n, row.person_id, row.at) for n, row in enumerate(rows) if row.person_id is not None]
    if not asked:
        return {}
    places, viewers, moments = (list(column) for column in zip(*asked, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(STOOD, [actor.person_id, places, viewers, moments])
        return {n: columns[0] for n, columns in cursor.fetchall() if columns}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())
