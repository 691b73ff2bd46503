"""The files of a workbook, kept as they were uploaded until it is written: what was confirmed is what is read again."""

from __future__ import annotations

from collections.abc import Sequence

from beichen.people.formulas import reading, workbook
from beichen.people.models import ImportBatch, ImportFile
from beichen.platform.kit.actor import Actor
from beichen.platform.registry import imports as registry

Upload = tuple[str, bytes]
"""Name and content."""


def keep(actor: Actor, batch: ImportBatch, files: Sequence[Upload]) -> None:
    """Cost: one statement."""
    ImportFile.objects.bulk_create(
        ImportFile(batch=batch, uploaded_by=actor.person_id, name=name[:200], content=content)
        for name, content in files
    )


def kept(batch: ImportBatch) -> list[Upload]:
    """The files of a workbook in the order of their upload. Cost: one statement."""
    return [(file.name, bytes(file.content)) for file in ImportFile.objects.filter(batch=batch).order_by("pk")]


def forget(batch: ImportBatch) -> None:
    """Of a workbook that is settled nothing is kept, amounts of pay least of all. Cost: one statement."""
    ImportFile.objects.filter(batch=batch).delete()


def understood(files: Sequence[Upload]) -> reading.Book:
    """What the files say. Errors: the refusals of `formulas.workbook`."""
    return reading.read(
        (table for name, content in files for table in workbook.tables(content, name)), registry.sheets()
    )
