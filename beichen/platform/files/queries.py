"""Reading files: each person their own, for a day, as long as their rights are what they were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from beichen.platform import audit
from beichen.platform.access.current import acting, query, scope_of
from beichen.platform.events import progress
from beichen.platform.files.access import MINE
from beichen.platform.files.choices import ExportState
from beichen.platform.files.models import ExportFile, ExportPiece
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Forbidden, NotFound, Refused, gettext_noop
from beichen.platform.registry import ExportKind, export_kind

KEPT = timedelta(days=1)
SHOWN = 50


class NotReady(Refused):
    """It is still being written."""

    code = "not_ready"
    text = gettext_noop("This file is still being written. Try again in a moment.")


class RightsChanged(Forbidden):
    """What the person may read is not what it was when the file was written (20f)."""

    code = "rights_changed"
    text = gettext_noop("Your seats changed after this file was written. Ask for it again.")


@dataclass(frozen=True, slots=True)
class FileCard:
    """One file; `bar` while it is being written."""

    id: UUID
    title: str
    name: str
    state: str
    size: int
    asked_at: datetime
    until: datetime
    bar: progress.Bar | None

    @property
    def failed(self) -> bool:
        """Whether nobody writes it any more."""
        return self.state == ExportState.FAILED or (self.bar is not None and self.bar.state == "failed")


@dataclass(frozen=True, slots=True)
class Handed:
    """What is sent: a name, a media type, a size, and the bytes, read piece by piece."""

    name: str
    media: str
    size: int
    content: Iterator[bytes]


def allowed_kind(actor: Actor, key: str) -> ExportKind:
    """The kind of that name, if there is one and the actor may have it; else NotFound or Forbidden."""
    kind = export_kind(key)
    if kind is None:
        raise NotFound
    if not kind.allowed(actor):
        raise Forbidden
    return kind


def seats_of(actor: Actor) -> list[str]:
    """What the actor holds now. Cost: none."""
    return sorted(scope_of(actor).seats)


@query
def files(actor: Actor) -> list[FileCard]:
    """The actor's files of the last day, newest first. Cost: one statement, one more for each that is being written."""
    found = ExportFile.objects.filter(MINE, asked_at__gt=clock.now() - KEPT).order_by("-asked_at")[:SHOWN]
    return [_card(actor, file) for file in found]


@query
def file(actor: Actor, file_id: UUID) -> FileCard:
    """One of the actor's files, or NotFound. Cost: two statements."""
    return _card(actor, _mine(file_id))


@query
def handed(actor: Actor, file_id: UUID) -> Handed:
    """The file itself. Errors: NotFound, NotReady, Forbidden, RightsChanged. Leaves an audit row.

    Cost: two statements, and one for each million bytes, each in a transaction of its own.
    """
    found = _mine(file_id)
    allowed_kind(actor, found.kind)
    if found.state != ExportState.READY:
        raise NotReady(found)
    if found.seats != seats_of(actor):
        raise RightsChanged(found)
    audit.record(actor, "files.fetch", found)
    return Handed(found.name, found.media, found.size, _pieces(actor, file_id))


def _pieces(actor: Actor, file_id: UUID) -> Iterator[bytes]:
    number = 0
    while True:
        with acting(actor):
            rows = ExportPiece.objects.filter(MINE, file_id=file_id, number=number).values_list("content", flat=True)
            piece = rows.first()
        if piece is None:
            return
        yield bytes(piece)
        number += 1


def _mine(file_id: UUID) -> ExportFile:
    found = ExportFile.objects.filter(MINE, pk=file_id, asked_at__gt=clock.now() - KEPT).first()
    if found is None:
        raise NotFound
    return found


def _card(actor: Actor, found: ExportFile) -> FileCard:
    kind = export_kind(found.kind)
    making = found.state == ExportState.MAKING
    return FileCard(
        found.pk, str(kind.title) if kind else found.kind, found.name, found.state, found.size, found.asked_at,
        found.asked_at + KEPT, progress.bar(actor, found.pk) if making else None,
    )  # fmt: skip
