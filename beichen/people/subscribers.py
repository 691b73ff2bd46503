"""What people does when something was said: a workbook is read, a confirmed one is written."""

from __future__ import annotations

from beichen.people import queries, rules
from beichen.people.events import ImportConfirmed, WorkbookUploaded
from beichen.platform.events import progress
from beichen.platform.events.bus import on
from beichen.platform.kit.actor import Actor, system


@on(WorkbookUploaded)
def read_workbook(event: WorkbookUploaded) -> None:
    """Read it and say what it would do, as the person who uploaded it: it shows what they may write, no more."""
    actor = Actor(event.person_id)
    key = queries.batch(actor, event.batch_id).progress
    if key is not None:
        with progress.reporting(key) as report:
            rules.imports.read(actor, event.batch_id, report)


@on(ImportConfirmed)
def write_workbook(event: ImportConfirmed) -> None:
    """Write it under the name that every area's grants know."""
    actor = system("import_company", "writes a workbook that was confirmed")
    key = queries.imported(actor, event.batch_id).progress
    if key is None:
        rules.imports.write(actor, event.batch_id)
        return
    with progress.reporting(key) as report:
        rules.imports.write(actor, event.batch_id, report)
