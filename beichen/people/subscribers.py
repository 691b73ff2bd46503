"""What people does when something was said: a confirmed workbook is written."""

from __future__ import annotations

from beichen.people import queries, rules
from beichen.people.events import ImportConfirmed
from beichen.platform.events import progress
from beichen.platform.events.bus import on
from beichen.platform.kit.actor import system


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
