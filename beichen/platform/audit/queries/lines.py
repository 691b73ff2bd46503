"""Rows as people read them: names, units, words, and whether the chain holds the row yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from beichen.platform import registry
from beichen.platform.audit.models import Anchor, Entry, Pending, Seal
from beichen.platform.audit.queries import search, words
from beichen.platform.auth.queries import accounts_of
from beichen.platform.kit.actor import Actor
from beichen.platform.registry import Face

BATCHES = 1_000


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the audit as an auditor reads it; `more` people it is also about are not shown."""

    id: UUID
    at: datetime
    who: str
    unit: str
    number: str
    act: str
    did: str
    kind: str
    what: str
    object_id: str
    subjects: list[int]
    about: list[Face]
    more: int
    channel: str
    door: str
    details: dict[str, Any]
    notes: list[tuple[str, str]]
    batch: int | None
    sealed: bool
    request_id: str


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at something confidential about me (mask M7)."""

    at: datetime
    who: str
    seat: str
    kind: str
    channel: str
    row: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """How far the chain is: the newest seal, how many rows wait for the next, the newest signed head."""

    seal: int
    sealed_at: datetime | None
    waiting: int
    signed: int
    signed_at: datetime | None


def lines(actor: Actor, rows: Iterable[Entry]) -> list[Line]:
    """Rows with names, units and words. Cost: four statements for a page, whatever its length."""
    found = list(rows)
    about = search.in_seat(actor, {one for row in found for one in row.subjects})
    faces = registry.faces(actor, about | {row.person_id for row in found if row.person_id is not None})
    names = _names(found)
    waiting = set(Pending.objects.filter(pk__in=[row.pk for row in found]).values_list("pk", flat=True))
    return [_line(row, names, faces, about, sealed=row.pk not in waiting) for row in found]


def _line(row: Entry, names: dict[int | None, str], faces: Any, about: set[int], *, sealed: bool) -> Line:
    mine = [one for one in row.subjects if one in about]
    face: Face | None = faces.get(row.person_id)
    who = names.get(row.person_id) or (face.name if face else words.job(row.job) if row.job else row.actor)
    return Line(
        id=row.id, at=row.at, who=who, unit=face.unit if face else "", number=face.number if face else "",
        act=row.act, did=words.did(row), kind=row.kind, what=words.what(row), object_id=row.object_id,
        subjects=mine, about=[faces[one] for one in mine if one in faces], more=len(row.subjects) - len(mine),
        channel=str(row.details.get("channel", "")), door=words.door(row), details=words.open_details(row),
        notes=words.notes(row), batch=row.details.get("batch"), sealed=sealed, request_id=row.request_id,
    )  # fmt: skip


def masked(actor: Actor, rows: Iterable[Entry]) -> list[Look]:
    """Rows as the person concerned reads them: time, viewer, seat, kind, channel and nothing else.

    The seat is what the row noted, else how the viewer stood to the person at that moment. Cost: two statements.
    """
    found = list(rows)
    names, stood = _names(found), search.stood(actor, found)
    return [
        Look(
            row.at, names.get(row.person_id) or (words.job(row.job) if row.job else row.actor),
            str(row.details.get("seat") or stood.get(n, "")), row.kind,
            str(row.details.get("channel", "")), str(row.details.get("row", "")),
        )
        for n, row in enumerate(found)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch of an act on many rows: how many, the smallest and the greatest number of the rows."""

    number: int
    at: datetime
    count: int
    first: int | None
    last: int | None
    sealed: bool


def batches(actor: Actor, row_id: UUID) -> list[Batch]:
    """The batches of an act on many rows, in order; NotFound for any other row. Cost: four statements."""
    rows = list(search.entries(actor, search.Wanted(bulk=row_id)).order_by("at", "id")[:BATCHES])
    waiting = set(Pending.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return [_batch(row, sealed=row.pk not in waiting) for row in rows]


def _batch(row: Entry, *, sealed: bool) -> Batch:
    ids = sorted(row.details.get("ids", []))
    return Batch(row.details["batch"] + 1, row.at, len(ids), ids[0] if ids else None, ids[-1] if ids else None, sealed)


def ids_of(actor: Actor, text: str) -> tuple[int, ...] | None:
    """The people a typed name or number means; None for nothing typed. Cost: one statement."""
    if not text.strip():
        return None
    found = registry.find_faces(actor, text)
    exact = [face for face in found if face.number.lower() == text.strip().lower()]
    return tuple(face.id for face in exact or found)


def chain(actor: Actor) -> Chain:
    """The state of the chain, for whoever may read the audit. Cost: three statements."""
    del actor
    seal = Seal.objects.order_by("-n").values_list("n", "sealed_at").first() or (0, None)
    signed = Anchor.objects.order_by("-n").values_list("n", "at").first() or (0, None)
    return Chain(seal[0], seal[1], Pending.objects.count(), signed[0], signed[1])


def last_verification(actor: Actor) -> Entry | None:
    """The newest run of a verification. Cost: one statement, the index of acts."""
    del actor
    return Entry.objects.filter(act="audit.verify").order_by("-at").first()


def _names(rows: list[Entry]) -> dict[int | None, str]:
    people = sorted({row.person_id for row in rows if row.person_id is not None})
    return {person: account.name for person, account in accounts_of(people).items()} if people else {}
