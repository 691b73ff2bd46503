"""The table with one cell turned over, in force: read by the product and compiled into the test database."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Protocol

import pytest
from django.db import connection, transaction

from beichen.platform.access import filters, locks, policy
from tests.access import oracle, table
from tests.database import login

CODES = frozenset("xrwto")


AUTHOR = "who wrote it always reads it: the lock names the author, whatever the cell"
CLOSED = "opening this takes more than a cell: the head it hangs on, or the relation itself, is closed to the column"
SESSION = "a facilitator's seat counts inside the session alone (G7): what is about nobody lies outside it"
PARENT = "what hangs on a goal is read with the goal (G11): its own rows 01d and 01e decide"
SELF = "every employee is a colleague, of oneself too; colleagues read nothing its person may not (test_coverage.py)"
COMPANY = "who works where is open to every employee at the door of the organisation, not row by row"
HELD: dict[str, dict[str, str]] = {
    AUTHOR: {"06a": "SE", "06b": "SE", "06c": "SE", "07b": "PR", "07c": "PR", "07e": "PR", "40a": "SE", "41c": "LM",
             "08a": "PM", "08b": "PM", "08c": "PM", "08d": "PM"},
    SESSION: {"11g": "CF", "22a": "CF", "22c": "CF", "26f": "CF", "26b": "CF", "41a": "CF"},
    COMPANY: {"20a": "CO"},
    PARENT: {"01j": "SE CO", "02a": "SE CO", "02b": "SE LM PM SK DL CO BP CA AU PA"},
    SELF: {"01d": "SE", "01f": "SE", "01k": "SE", "20a": "SE", "20c": "SE"},
    CLOSED: {"20g": "PM DL CA PA", "20h": "PM DL CA PA", "11i": "SK", "07a": "CF"},
}  # fmt: skip
"""Cells that the product holds by construction, not by the table; turning them over changes nothing for anybody."""


def is_held(row: str, column: str) -> bool:
    """Whether a cell is one of those."""
    return any(column in cells.get(row, "").split() for cells in HELD.values())


@dataclass(frozen=True)
class Flip:
    """One cell and what it becomes."""

    row: str
    column: str
    cell: str

    def rows(self) -> dict[str, table.Row]:
        """The table with this cell turned over."""
        rows = dict(table.read())
        old = rows[self.row]
        rows[self.row] = table.Row(old.id, old.noun, old.state, old.sensitivity, {**old.cells, self.column: self.cell})
        return rows


def flips(row_ids: set[str]) -> list[Flip]:
    """One flip for every cell: what is open closes, what is closed opens."""
    rows = table.read()
    return [
        Flip(row_id, column, "-" if CODES & set(rows[row_id].cells[column]) else "r")
        for row_id in sorted(row_ids)
        for column in table.COLUMNS
        if not is_held(row_id, column)
    ]


class Kept(Protocol):
    """Something in a row of the table: planted in the database, or behind doors."""

    @property
    def row(self) -> str: ...

    def expected(self, viewer: str, row: table.Row, /) -> bool:
        """Whether the table opens it to the viewer."""


def who_notices(kept: Iterable[Kept], flip: Flip) -> list[str]:
    """The people for whom the flip changes something: nobody where the column has nobody or another cell covers it."""
    before, after = table.read(), flip.rows()
    planted = [one for one in kept if one.row == flip.row]
    return [
        viewer for viewer in oracle.people()
        if any(one.expected(viewer, before[one.row]) != one.expected(viewer, after[one.row]) for one in planted)
    ]  # fmt: skip


@contextmanager
def in_force(flip: Flip, folder: Path, tables: set[str]) -> Iterator[None]:
    """The product and the test database go by the flipped table, until the end of the block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BEICHEN_POLICY", str(table.flipped(folder / "policy.csv", flip.row, flip.column, flip.cell)))
        _read_table_again()
        try:
            with transaction.atomic():
                with login(None):
                    _lock_again(tables)
                yield
                transaction.set_rollback(True)
        finally:
            _read_table_again()


def _read_table_again() -> None:
    policy.table.cache_clear()
    filters.pieces.cache_clear()


def _lock_again(tables: set[str]) -> None:
    """Compile the locks of these tables anew. Access modules are read under another name: theirs are constants."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for _, module in locks.access_modules():
            wanted = [lock for lock in getattr(module, "LOCKS", ()) if lock.model in tables]
            fresh = _read_again(module).LOCKS if wanted else []
            for lock in (one for one in fresh if one.model in tables):
                for statement in locks._lock_table(lock):
                    cursor.execute(statement)


def _read_again(module: ModuleType) -> ModuleType:
    assert module.__file__
    spec = importlib.util.spec_from_file_location(f"{module.__name__}_again", module.__file__)
    assert spec
    assert spec.loader
    again = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(again)
    return again
