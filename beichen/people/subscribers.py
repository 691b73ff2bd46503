"""What people does when something was said: a confirmed workbook is written."""

from __future__ import annotations

from beichen.people import rules
from beichen.people.events import ImportConfirmed
from beichen.platform.events.bus import on
from beichen.platform.kit.actor import system


@on(ImportConfirmed)
def write_workbook(event: ImportConfirmed) -> None:
    """Write it under the name that every area's grants know."""
    rules.imports.write(system("import_company", "writes a workbook that was confirmed"), event.batch_id)
