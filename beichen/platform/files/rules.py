"""A file is asked for, written by a job, and forgotten after a day."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from typing import IO
from uuid import UUID

from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.audit.rules import new_id
from beichen.platform.events import progress
from beichen.platform.events.bus import publish
from beichen.platform.files.access import MINE
from beichen.platform.files.choices import ExportState
from beichen.platform.files.events import ExportAsked
from beichen.platform.files.models import ExportFile, ExportPiece
from beichen.platform.files.queries import KEPT, allowed_kind, seats_of
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Forbidden, NotFound

STUCK = timedelta(hours=1)
"""A file that is not written by then is asked for anew."""
PIECE = 1_000_000
IN_MEMORY = 8_000_000
"""A file larger than this is written to the disk before it is cut into pieces."""


@rule
def ask(actor: Actor, key: str) -> UUID:
    """Have a file written; the id by which it is found. Whoever asks twice gets the one that is being made.

    Errors: NotFound, Forbidden. Cost: five statements; the writing is a job.
    """
    kind = allowed_kind(actor, key)
    if actor.person_id is None:
        raise Forbidden
    mine = ExportFile.objects.filter(MINE, kind=key, state=ExportState.MAKING)
    waiting = mine.filter(asked_at__gt=clock.now() - STUCK).first()
    if waiting is not None:
        return waiting.pk
    file = ExportFile.objects.create(
        id=new_id(), person_id=actor.person_id, kind=key, media=kind.media, asked_at=clock.now()
    )
    progress.begin(actor, file.pk, 1)
    audit.record(actor, "files.ask", file, details={"kind": key})
    publish(ExportAsked(file_id=file.pk, person_id=actor.person_id))
    return file.pk


@rule
def make(actor: Actor, file_id: UUID, report: progress.Reporter) -> None:
    """Write a file that waits for it, as the person who asked; a second run does nothing."""
    file = ExportFile.objects.select_for_update().filter(pk=file_id, state=ExportState.MAKING).first()
    if file is None:
        return
    try:
        kind = allowed_kind(actor, file.kind)
    except (Forbidden, NotFound):
        file.state = ExportState.FAILED
        file.save(update_fields=["state"])
        return
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as out:
        file.name = kind.write(actor, out, lambda done, total: report(done=done, total=total))
        file.size = _keep(file, out)
    file.state, file.ready_at, file.seats = ExportState.READY, clock.now(), seats_of(actor)
    file.save(update_fields=["name", "size", "state", "ready_at", "seats"])


def _keep(file: ExportFile, out: IO[bytes]) -> int:
    out.seek(0)
    number = size = 0
    while piece := out.read(PIECE):
        ExportPiece.objects.create(file=file, person_id=file.person_id, number=number, content=piece)
        number, size = number + 1, size + len(piece)
    return size


@rule
def forget(actor: Actor) -> int:
    """Delete files older than a day; how many. Cost: two statements."""
    old = ExportFile.objects.filter(asked_at__lt=clock.now() - KEPT)
    gone = old.count()
    old.delete()
    return gone
