"""A confirmed workbook is written: everything or nothing, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from beichen.people.choices import ImportState
from beichen.people.events import CompanyImported
from beichen.people.formulas import reading
from beichen.people.models import ImportBatch, Seat
from beichen.people.rules import accounts, places
from beichen.people.rules.imports.files import forget, kept, understood
from beichen.people.rules.imports.previews import Previewed, may_write_pay, read_preview, said
from beichen.people.rules.sheets import persons as persons_sheet
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.events import progress
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Refused, gettext_noop
from beichen.platform.registry import imports as registry
from beichen.platform.registry.imports import Action, Counts, ImportSheet, Rows

PEOPLE_FIRST = 100
FAILED = gettext_noop("Nothing was written: %(sentence)s")
CLASHED = gettext_noop("the company’s data changed in the meantime. Upload the workbook again.")

Report = progress.Reporter


@dataclass(frozen=True, slots=True)
class Written:
    """What an import did: counts per sheet, and the persons who got an account."""

    batch_id: int
    counts: dict[str, dict[str, int]]
    newcomers: list[int]


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
        forget(batch)
        audit.record(actor, "people.import_failed", batch, details={"fault": type(fault).__name__})
        return Written(batch.pk, {}, [])
    batch.state, batch.applied_at, batch.written = ImportState.APPLIED, clock.now(), done.counts
    batch.save(update_fields=["state", "applied_at", "written"])
    forget(batch)
    audit.record(actor, "people.imported", batch, details={"counts": done.counts, "accounts": len(done.newcomers)})
    publish(CompanyImported(batch_id=batch.pk))
    return done


def _write(actor: Actor, batch: ImportBatch, report: Report | None) -> Written:
    """The company may have changed since the preview, so every row is asked again; what no longer fits is refused."""
    found = read_preview(actor, _standing(batch))
    late = said(found, frozenset({Action.REFUSED}))
    if late:
        batch.refused = [*batch.refused, *late]
        batch.save(update_fields=["refused"])
    first, then = _split(found)
    last_seat = Seat.objects.aggregate(last=Max("pk"))["last"] or 0
    counts = _apply(actor, found, first, report)
    _settle_people(actor, batch, found, Seat.objects.filter(pk__gt=last_seat))
    newcomers = accounts.follow(actor)
    counts |= _apply(actor, found, then, report)
    return Written(batch.pk, {key: asdict(count) for key, count in counts.items()}, newcomers)


def _standing(batch: ImportBatch) -> reading.Book:
    """The rows that stood in the preview: of the same files, read again, without those refused then."""
    book = understood(kept(batch))
    refused = {(line["sheet"], line["row"]) for line in batch.refused}
    for key, sheet in book.sheets.items():
        unreadable = {finding.row for finding in sheet.findings}  # in one of two files; the other's row may stand
        sheet.rows = [row for row in sheet.rows if (key, row.number) not in refused or row.number in unreadable]
        sheet.findings = []
    return book


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


def _settle_people(actor: Actor, batch: ImportBatch, found: Previewed, fresh: QuerySet[Seat]) -> None:
    """What follows from the sheets of people: who asked for seats, places, pay. Before goals, which carry places."""
    accounts_due = list(fresh.values_list("person_id", "seat"))
    asked_by = batch.asked_by or batch.uploaded_by
    granted_by = batch.confirmed_by if batch.confirmed_by != asked_by else None
    fresh.update(asked_by=asked_by, granted_by=granted_by)
    if batch.is_first:
        places.renumber()
    else:
        places.catch_up()
    if found.has_pay() and (batch.is_first or may_write_pay([batch.uploaded_by, batch.asked_by, batch.confirmed_by])):
        persons_sheet.write_bonuses(Rows(found.standing["People"], found.standing))
    accounts.guard_seats(actor, accounts_due)
