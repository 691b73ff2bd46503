"""A workbook from its upload to its writing: read, previewed, confirmed by two people."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from uuid import uuid4

from beichen.people import access
from beichen.people.choices import ImportState
from beichen.people.events import ImportConfirmed, WorkbookUploaded
from beichen.people.formulas import workbook
from beichen.people.models import ImportBatch, Person
from beichen.people.rules.imports.files import Upload, forget, keep, kept, understood
from beichen.people.rules.imports.previews import (
    NAMED,
    WRITING,
    about,
    closed_to,
    company_is_empty,
    may_write_pay,
    notes,
    read_preview,
    refuse_forbidden,
    said,
)
from beichen.people.rules.imports.writing import Report, Written, write
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.access.two_person import two_person
from beichen.platform.events import progress
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Forbidden, Invalid, NotFound, Refused, gettext_noop
from beichen.platform.registry import imports as registry
from beichen.platform.registry.imports import Action

AT_ONCE = 512 * 1024
"""Bytes of upload that are read while its sender waits (about 5,000 people); a larger one is a job with a bar."""
STEPS = 100
READ = 40
"""How far a bar has come when the file is read and its rows are still to be compared."""
SETTLED = (ImportState.APPLYING, ImportState.APPLIED)


class NothingRecognised(Invalid):
    """None of the sheets is one of ours."""

    code = "nothing_recognised"
    text = gettext_noop("None of these sheets was recognised. Name them as in the template: %(sheets)s.")


class NothingToWrite(Refused):
    """The workbook says what is already so."""

    code = "nothing_to_write"
    text = gettext_noop("Nothing to import: every row either matches the current data or was refused.")


class OwnSeatInside(Forbidden):
    """The second person would give a seat to themselves (G6)."""

    code = "own_seat_inside"
    text = gettext_noop("This workbook gives you a seat. Another HR administrator has to confirm it.")


class NotYoursToConfirm(Forbidden):
    """Two people who may change somebody stand behind every row (20a)."""

    code = "not_yours_to_confirm"
    text = gettext_noop(
        "This workbook changes people whose data you may not change: %(names)s. Another HR "
        "administrator has to confirm it."
    )


@rule
def upload(actor: Actor, files: Sequence[Upload]) -> int:
    """Take a workbook (or several files of one) and keep its preview; the id of the batch. Writes no company data.

    A small one is read at once, a large one by a job. Errors: the refusals of `formulas.workbook`, NothingRecognised,
    ForbiddenRows; of a large one, those of its rows stand in the batch. Cost: that of the previews, four statements.
    """
    require(actor, access.IMPORT)
    batch = ImportBatch(
        uploaded_by=actor.person_id, uploaded_at=clock.now(), state=ImportState.READING,
        file_name=", ".join(name for name, _content in files)[:200],
        digest=hashlib.sha256(b"\0".join(content for _name, content in files)).hexdigest(),
        is_first=company_is_empty(),
    )  # fmt: skip
    if sum(len(content) for _name, content in files) > AT_ONCE and actor.person_id is not None:
        _read_later(actor, actor.person_id, batch, files)
    else:
        _preview(actor, batch, files)
        keep(actor, batch, files)
    return batch.pk


def _read_later(actor: Actor, person_id: int, batch: ImportBatch, files: Sequence[Upload]) -> None:
    for _name, content in files:
        workbook.check(content)
    batch.progress = uuid4()
    batch.save()
    keep(actor, batch, files)
    progress.begin(actor, batch.progress, STEPS)
    audit.record(actor, "people.upload", batch, details={"digest": batch.digest})
    publish(WorkbookUploaded(batch_id=batch.pk, person_id=person_id))


@rule
def read(actor: Actor, batch_id: int, report: Report | None = None) -> None:
    """Read a large workbook that waits for it; a second run does nothing. What is wrong with it stands in its notes."""
    batch = _found(batch_id)
    if batch.state != ImportState.READING:
        return
    try:
        _preview(actor, batch, kept(batch), report)
    except Refused as fault:
        params = {name: str(value) for name, value in fault.params.items()}
        batch.state, batch.notes = ImportState.REFUSED, [{"note": str(fault.text), "params": params}]
        batch.save(update_fields=["state", "notes"])
        forget(batch)
        audit.record(actor, "people.import_failed", batch, details={"fault": type(fault).__name__})


def _preview(actor: Actor, batch: ImportBatch, files: Sequence[Upload], report: Report | None = None) -> None:
    book = understood(files)
    if not book.sheets:
        names = ", ".join(f"{kind.name_zh} {kind.key}" for kind in registry.sheets())
        raise NothingRecognised(field="file", sheets=names)
    if report:
        report(done=READ, total=STEPS)
    found = read_preview(actor, book)
    refuse_forbidden(actor, found)
    batch.state, batch.version = ImportState.PREVIEWED, batch.version + (batch.pk is not None)
    batch.counts, batch.about, batch.notes = found.counts(), about(found), notes(actor, found)
    batch.refused, batch.changes = said(found, frozenset({Action.REFUSED})), said(found, WRITING)
    batch.save()
    what = "people.read_import" if report else "people.upload"
    audit.record(actor, what, batch, details={"digest": batch.digest, "counts": batch.counts})


def _writes(batch: ImportBatch) -> bool:
    quiet = (Action.UNCHANGED.value, Action.REFUSED.value)
    return any(n for counts in batch.counts.values() for action, n in counts.items() if action not in quiet)


def _found(batch_id: int) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update().filter(access.visible_batches(), pk=batch_id).first()
    if batch is None:
        raise NotFound
    return batch


@rule
def confirm(actor: Actor, batch_id: int, version: int) -> int:
    """Have the workbook written: at once when it founds the company, else when a second person confirms as well.

    Errors: NotFound, Forbidden, Changed, NothingToWrite, OwnSeatInside. Cost: seven statements; the writing is a job.
    """
    batch = _found(batch_id)
    if batch.state in SETTLED:
        return batch.pk
    require(actor, access.IMPORT)
    if batch.version != version:
        raise Changed(batch)
    if batch.state in (ImportState.READING, ImportState.REFUSED) or not (_writes(batch) or _pay_only(actor, batch)):
        raise NothingToWrite(batch)
    batch.is_first = batch.is_first and company_is_empty()
    _may_stand_behind(actor, batch)
    key, what = f"import:{batch.pk}", {"digest": batch.digest}
    if not batch.is_first and not two_person(actor, access.IMPORT, key, what, about=batch.file_name):
        batch.state, batch.asked_by = ImportState.WAITING, actor.person_id
        batch.save(update_fields=["state", "asked_by"])
        audit.record(actor, "people.ask_import", batch, details={"digest": batch.digest})
        return batch.pk
    _start(actor, batch)
    return batch.pk


def _pay_only(actor: Actor, batch: ImportBatch) -> bool:
    """A workbook that may change nothing but target bonuses, which no preview compares."""
    return bool(batch.counts.get("People")) and may_write_pay([actor.person_id, batch.uploaded_by, batch.asked_by])


def _may_stand_behind(actor: Actor, batch: ImportBatch) -> None:
    """Nobody has a seat given to themselves, and every row needs two people who may change whom it is about."""
    if batch.is_first or actor.person_id is None:
        return
    if any(line["sheet"] == "Seats" and line["about"] == actor.person_id for line in batch.changes):
        raise OwnSeatInside(batch)
    closed = closed_to(actor, batch.about)
    if closed:
        persons = Person.objects.filter(pk__in=closed).order_by("number")[:NAMED]
        raise NotYoursToConfirm(batch, names=", ".join(f"{one.number} {one.name}" for one in persons))


def _start(actor: Actor, batch: ImportBatch) -> None:
    batch.state, batch.confirmed_by, batch.version = ImportState.APPLYING, actor.person_id, batch.version + 1
    batch.progress = uuid4()
    batch.save(update_fields=["state", "confirmed_by", "version", "progress", "is_first"])
    rows = sum(sum(counts.values()) for counts in batch.counts.values())
    progress.begin(actor, batch.progress, rows)
    audit.record(actor, access.IMPORT, batch, details={"digest": batch.digest, "first": batch.is_first})
    publish(ImportConfirmed(batch_id=batch.pk))


@rule
def discard(actor: Actor, batch_id: int, version: int) -> None:
    """Put a workbook aside before it is written; nothing was changed by it."""
    batch = _found(batch_id)
    require(actor, access.IMPORT)
    if batch.version != version or batch.state in SETTLED:
        raise Changed(batch)
    batch.state, batch.version = ImportState.REFUSED, batch.version + 1
    batch.save(update_fields=["state", "version"])
    forget(batch)
    audit.record(actor, "people.discard_import", batch)


@rule
def import_now(actor: Actor, files: Sequence[Upload]) -> Written:
    """Found an empty company from the command line: read, confirm and write in one go. Errors: as `upload`."""
    batch = ImportBatch.objects.select_for_update().get(pk=upload(actor, files))
    if not batch.is_first:
        return Written(batch.pk, {}, [])
    batch.state = ImportState.APPLYING
    batch.save(update_fields=["state"])
    audit.record(actor, access.IMPORT, batch, details={"digest": batch.digest, "first": True})
    return write(actor, batch.pk)
