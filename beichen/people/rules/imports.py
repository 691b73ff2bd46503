"""A workbook comes in: read, previewed, confirmed by two people, written in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction

from beichen.people import access
from beichen.people.choices import ImportState, SeatKind
from beichen.people.events import CompanyImported, ImportConfirmed
from beichen.people.formulas import cells, reading, workbook
from beichen.people.models import ImportBatch, ImportContent, OrgUnit, Person, Seat
from beichen.people.rules import accounts, places
from beichen.people.rules.sheets import known as knowing
from beichen.people.rules.sheets import persons as persons_sheet
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
from beichen.platform.registry.imports import Action, Counts, Finding, ImportSheet, Note, Row, Rows

PEOPLE_FIRST = 100
SHOWN_CHANGES = 500
PAY = "target_bonus_cents"
UNKNOWN_SHEET = gettext_noop("The sheet “%(sheet)s” is not known here and was left out.")
UNKNOWN_COLUMN = gettext_noop("In “%(sheet)s” the column “%(column)s” is not known here and was left out.")
PAY_LEFT_OUT = gettext_noop(
    "Target bonuses in this workbook are left out: a compensation administrator has to upload or confirm it."
)
FAILED = gettext_noop("Nothing was written: %(sentence)s")
CLASHED = gettext_noop("the company changed in the meantime. Upload the workbook again.")

Upload = tuple[str, bytes]
Report = progress.Reporter


class NothingRecognised(Invalid):
    """None of the sheets is one of ours."""

    code = "nothing_recognised"
    text = gettext_noop("None of these sheets is known. Name them like the template: %(sheets)s.")


class NothingToWrite(Refused):
    """The workbook says what is already so."""

    code = "nothing_to_write"
    text = gettext_noop("There is nothing to write: every row is already so, or was refused.")


class OwnSeatInside(Forbidden):
    """The second person would give a seat to themselves (G6)."""

    code = "own_seat_inside"
    text = gettext_noop("This workbook gives you a seat. Another HR administrator has to confirm it.")


@dataclass(slots=True)
class Previewed:
    """What a workbook would do; `standing` are the rows that can be written, in the order of writing."""

    book: reading.Book
    standing: dict[str, list[Row]] = field(default_factory=dict)
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def counts(self) -> dict[str, dict[str, int]]:
        """Rows per sheet and action; a row with three faults is one refused row."""
        return {key: self._counted(key) for key in self.findings}

    def _counted(self, key: str) -> dict[str, int]:
        by_row = {finding.row: finding.action for finding in self.findings[key]}
        found = {action.value: 0 for action in Action}
        for action in by_row.values():
            found[action.value] += 1
        said = set(by_row)
        found[Action.UNCHANGED.value] += sum(1 for row in self.standing.get(key, ()) if row.number not in said)
        return found

    def has_pay(self) -> bool:
        """Whether any row states a target bonus."""
        return any(row[PAY] is not None for row in self.standing.get("People", ()))


@dataclass(frozen=True, slots=True)
class Written:
    """What an import did: counts per sheet, and the persons who got an account."""

    batch_id: int
    counts: dict[str, dict[str, int]]
    newcomers: list[int]


def company_is_empty() -> bool:
    """Nobody here but, at most, the first administrator. Cost: two statements."""
    return Person.objects.all()[:2].count() <= 1 and OrgUnit.objects.all()[:2].count() <= 1


def read_preview(actor: Actor, book: reading.Book) -> Previewed:
    """Ask every sheet, in order, what its rows would do. Writes nothing."""
    with knowing.held():
        return _asked(actor, book)


def _asked(actor: Actor, book: reading.Book) -> Previewed:
    result = Previewed(book)
    every = {key: sheet.rows for key, sheet in book.sheets.items()}
    for kind in registry.sheets():
        sheet = book.sheets.get(kind.key)
        if sheet is None:
            continue
        found = kind.preview(actor, Rows(sheet.rows, result.standing, every))
        refused = {finding.row for finding in found if finding.action is Action.REFUSED}
        result.standing[kind.key] = [row for row in sheet.rows if row.number not in refused]
        result.findings[kind.key] = [*sheet.findings, *found]
        result.notes += kind.notes(actor, Rows(result.standing[kind.key], result.standing))
    return result


@rule
def upload(actor: Actor, files: Sequence[Upload]) -> int:
    """Read a workbook (or several files of one) and keep its preview; the id of the batch. Writes no company data.

    Errors: the refusals of `formulas.workbook`, NothingRecognised. Cost: that of the previews, and three statements.
    """
    require(actor, access.IMPORT)
    book = reading.read(
        [table for name, content in files for table in workbook.tables(content, name)], registry.sheets()
    )
    if not book.sheets:
        names = ", ".join(f"{kind.name_zh} {kind.key}" for kind in registry.sheets())
        raise NothingRecognised(field="file", sheets=names)
    found = read_preview(actor, book)
    batch = ImportBatch.objects.create(
        uploaded_by=actor.person_id,
        uploaded_at=clock.now(),
        file_name=", ".join(name for name, _content in files)[:200],
        digest=hashlib.sha256(b"\0".join(content for _name, content in files)).hexdigest(),
        counts=found.counts(),
        refused=_said(found, frozenset({Action.REFUSED})),
        changes=_said(found, frozenset(Action) - {Action.REFUSED, Action.UNCHANGED}),
        notes=_notes(actor, found),
        is_first=company_is_empty(),
    )
    ImportContent.objects.bulk_create(
        [ImportContent(batch=batch, uploaded_by=actor.person_id, sheets=_packed(found.standing))]
    )
    audit.record(actor, "people.upload", batch, details={"digest": batch.digest, "counts": batch.counts})
    return batch.pk


def _said(found: Previewed, actions: frozenset[Action]) -> list[dict[str, Any]]:
    """Findings as JSON, seats first, since who confirms must see every one of them; changes are cut to a number."""
    lines = [
        {"sheet": key, **asdict(finding)}
        for key in sorted(found.findings, key=lambda key: key != "Seats")
        for finding in sorted(found.findings[key], key=lambda finding: finding.row)
        if finding.action in actions
    ]
    seats = sum(line["sheet"] == "Seats" for line in lines)
    return lines if Action.REFUSED in actions else lines[: SHOWN_CHANGES + seats]


def _notes(actor: Actor, found: Previewed) -> list[dict[str, Any]]:
    notes: list[dict[str, Any]] = [{"note": UNKNOWN_SHEET, "params": {"sheet": title}} for title in found.book.unknown]
    notes += [
        {"note": UNKNOWN_COLUMN, "params": {"sheet": key, "column": column}}
        for key, sheet in found.book.sheets.items()
        for column in sheet.unknown_columns
    ]
    notes += [{"note": str(note.text), "params": dict(note.params)} for note in found.notes]
    if found.has_pay() and not company_is_empty() and not _may_write_pay([actor.person_id]):
        notes.append({"note": PAY_LEFT_OUT, "params": {}})
    return notes


def _may_write_pay(people: Sequence[int | None]) -> bool:
    """Row 12a: a compensation administrator stands behind the workbook."""
    held = Seat.objects.filter(seat=SeatKind.COMPENSATION, granted_at__isnull=False, revoked_at=None)
    return held.filter(person_id__in=[one for one in people if one is not None], person__is_active=True).exists()


def _packed(standing: Mapping[str, Sequence[Row]]) -> dict[str, list[dict[str, Any]]]:
    """Rows as JSON: every value as the text that its column reads back."""
    return {
        key: [{"n": row.number, "v": [None if v is None else str(v) for v in row.values.values()]} for row in rows]
        for key, rows in standing.items()
    }


def _unpacked(kind: ImportSheet, packed: Sequence[Mapping[str, Any]]) -> list[Row]:
    return [
        Row(line["n"], {c.key: cells.read(v, c) for c, v in zip(kind.columns, line["v"], strict=True)})
        for line in packed
    ]


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
    if batch.state in (ImportState.APPLYING, ImportState.APPLIED):
        return batch.pk
    require(actor, access.IMPORT)
    if batch.version != version:
        raise Changed(batch)
    if batch.state == ImportState.REFUSED or not (_writes(batch) or _pay_only(actor, batch)):
        raise NothingToWrite(batch)
    batch.is_first = batch.is_first and company_is_empty()
    _no_own_seat(actor, batch)
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
    return bool(batch.counts.get("People")) and _may_write_pay([actor.person_id, batch.uploaded_by, batch.asked_by])


def _no_own_seat(actor: Actor, batch: ImportBatch) -> None:
    if batch.is_first or actor.person_id is None:
        return
    number = Person.objects.values_list("number", flat=True).get(pk=actor.person_id)
    named = [line["label"].split(" ")[0] for line in batch.changes if line["sheet"] == "Seats"]
    if number in named:
        raise OwnSeatInside(batch)


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
    if batch.version != version or batch.state in (ImportState.APPLYING, ImportState.APPLIED):
        raise Changed(batch)
    batch.state, batch.version = ImportState.REFUSED, batch.version + 1
    batch.save(update_fields=["state", "version"])
    audit.record(actor, "people.discard_import", batch)


@rule
def write(actor: Actor, batch_id: int, report: Report | None = None) -> Written:
    """Write a confirmed workbook; everything or nothing; a second run does nothing. Runs as `import_company`."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    if batch.state != ImportState.APPLYING:
        return Written(batch.pk, batch.written, [])
    try:
        with transaction.atomic():
            done = _write(actor, batch, report)
    except (Refused, IntegrityError) as fault:
        sentence = fault.sentence() if isinstance(fault, Refused) else str(CLASHED)
        batch.notes = [*batch.notes, {"note": FAILED, "params": {"sentence": sentence}}]
        batch.state = ImportState.REFUSED
        batch.save(update_fields=["notes", "state"])
        audit.record(actor, "people.import_failed", batch, details={"fault": type(fault).__name__})
        return Written(batch.pk, {}, [])
    batch.state, batch.applied_at, batch.written = ImportState.APPLIED, clock.now(), done.counts
    batch.save(update_fields=["state", "applied_at", "written"])
    ImportContent.objects.filter(batch=batch).update(sheets={})
    audit.record(actor, "people.imported", batch, details={"counts": done.counts, "accounts": len(done.newcomers)})
    publish(CompanyImported(batch_id=batch.pk))
    return done


def _write(actor: Actor, batch: ImportBatch, report: Report | None) -> Written:
    """The company may have changed since the preview, so every row is asked again; what no longer fits is refused."""
    packed = ImportContent.objects.values_list("sheets", flat=True).get(batch=batch)
    book = reading.Book()
    for kind in registry.sheets():
        if kind.key in packed:
            book.sheets[kind.key] = reading.Sheet(kind.key, _unpacked(kind, packed[kind.key]))
    found = read_preview(actor, book)
    late = _said(found, frozenset({Action.REFUSED}))
    if late:
        batch.refused = [*batch.refused, *late]
        batch.save(update_fields=["refused"])
    first, then = _split(found)
    counts = _apply(actor, found, first, report)
    _settle_people(actor, batch, found)
    newcomers = accounts.follow(actor)
    counts |= _apply(actor, found, then, report)
    return Written(batch.pk, {key: asdict(count) for key, count in counts.items()}, newcomers)


def _split(found: Previewed) -> tuple[list[ImportSheet], list[ImportSheet]]:
    here = [kind for kind in registry.sheets() if kind.key in found.standing]
    return [k for k in here if k.order < PEOPLE_FIRST], [k for k in here if k.order >= PEOPLE_FIRST]


def _apply(actor: Actor, found: Previewed, kinds: Sequence[ImportSheet], report: Report | None) -> dict[str, Counts]:
    counts = {}
    order = list(found.standing)
    total = sum(len(rows) for rows in found.standing.values())
    for kind in kinds:
        counts[kind.key] = kind.apply(actor, Rows(found.standing[kind.key], found.standing))
        if report:
            behind = order[: order.index(kind.key) + 1]
            report(done=sum(len(found.standing[key]) for key in behind), total=total, message=kind.key)
    return counts


def _settle_people(actor: Actor, batch: ImportBatch, found: Previewed) -> None:
    """What follows from the sheets of people: who asked for seats, places, pay. Before goals, which carry places."""
    fresh = Seat.objects.filter(asked_by=None, granted_by=None)
    accounts_due = list(fresh.values_list("person_id", "seat"))
    asked_by = batch.asked_by or batch.uploaded_by
    granted_by = batch.confirmed_by if batch.confirmed_by != asked_by else None
    fresh.update(asked_by=asked_by, granted_by=granted_by)
    if batch.is_first:
        places.renumber()
    else:
        places.catch_up()
    if found.has_pay() and (batch.is_first or _may_write_pay([batch.uploaded_by, batch.asked_by, batch.confirmed_by])):
        persons_sheet.write_bonuses(Rows(found.standing["People"], found.standing))
    accounts.guard_seats(actor, accounts_due)


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
