"""Uploaded workbooks: what they would do, what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from beichen.people import access
from beichen.people.models import ImportBatch
from beichen.platform.access.current import query
from beichen.platform.api.paging import Slice, page_of
from beichen.platform.api.schemas import PageIn
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound


@dataclass(frozen=True, slots=True)
class BatchCard:
    """One workbook. `counts`, `refused`, `changes`, `notes`: as in the model; `written`: counts after writing."""

    id: int
    file_name: str
    state: str
    uploaded_by: int | None
    uploaded_at: datetime
    asked_by: int | None
    confirmed_by: int | None
    applied_at: datetime | None
    is_first: bool
    counts: dict[str, dict[str, int]]
    refused: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    written: dict[str, dict[str, int]]
    progress: UUID | None
    digest: str
    version: int

    def total(self, action: str) -> int:
        """Rows of every sheet with this action."""
        return sum(counts.get(action, 0) for counts in self.counts.values())

    @property
    def writes(self) -> int:
        """Rows that would change anything."""
        return sum(self.total(action) for action in ("added", "changed", "moved", "left"))


def _card(batch: ImportBatch) -> BatchCard:
    return BatchCard(**{name: getattr(batch, name) for name in BatchCard.__slots__})


def _visible() -> QuerySet[ImportBatch]:
    return ImportBatch.objects.filter(access.visible_batches())


@query
def batch(actor: Actor, batch_id: int) -> BatchCard:
    """One workbook, or NotFound. Cost: one statement."""
    found = _visible().filter(pk=batch_id).first()
    if found is None:
        raise NotFound
    return _card(found)


@query
def batches(actor: Actor, asked: PageIn) -> Slice[Any]:
    """Workbooks, newest first, without their rows. Cost: one statement."""
    rows = _visible().defer("refused", "changes", "notes", "written")
    return page_of(actor, rows, asked, order=("-pk",), name="people.imports")


@query
def imported(actor: Actor, batch_id: int) -> BatchCard:
    """One workbook for the job or command that writes it. Cost: one statement."""
    return _card(ImportBatch.objects.get(pk=batch_id))
