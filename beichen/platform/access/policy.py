"""The table of rights (`policy.csv`), read once: rows are kinds of data in a state, columns are relations.

`BEICHEN_POLICY` may name another copy: a test flips cells there and expects the suite to notice.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

COLUMNS = ("SE", "LM", "PM", "SK", "DL", "CO", "PR", "BP", "HA", "CA", "EX", "CF", "AU", "TK", "PA", "TE")
SEATS = ("BP", "HA", "CA", "EX", "CF", "AU", "PA")
CODES = frozenset("-xmarowctb!")

# What a cell must hold for a reader to get: status only, or the content itself.
STATUS = frozenset("xmrwt")
CONTENT = frozenset("rw")


class UnknownRow(LookupError):
    """A row id is not in the table: nothing without a row is open to anyone (G1)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    id: str
    noun: str
    state: str
    sensitivity: str
    cells: Mapping[str, str]
    condition: str
    note: str

    def holds(self, column: str, codes: frozenset[str]) -> bool:
        """Whether the cell of `column` holds any of `codes`."""
        return not codes.isdisjoint(self.cells[column])

    @property
    def needs_two(self) -> frozenset[str]:
        """The columns whose acts take two different people."""
        return frozenset(column for column, cell in self.cells.items() if "!" in cell)


def _path() -> Path:
    return Path(os.environ.get("BEICHEN_POLICY") or Path(__file__).with_name("policy.csv"))


@cache
def table() -> Mapping[str, Row]:
    """Every row by its id; a cell with an unknown code stops the start."""
    with _path().open(encoding="utf-8", newline="") as file:
        return {line["id"]: _row(line) for line in csv.DictReader(file)}


def _row(line: dict[str, str]) -> Row:
    cells = {column: line[column] for column in COLUMNS}
    for column, cell in cells.items():
        if not set(cell) <= CODES or not cell:
            raise ValueError(f"policy.csv, row {line['id']}, column {column}: {cell!r} is no cell code")
    return Row(line["id"], line["noun"], line["state"], line["class"], cells, line["condition"], line["window_note"])


def row(row_id: str) -> Row:
    """The row of this id, or UnknownRow."""
    try:
        return table()[row_id]
    except KeyError:
        raise UnknownRow(row_id) from None


def goes_up(row_id: str, codes: frozenset[str] = CONTENT) -> bool:
    """G20: whether managers further up the line hold these codes where the manager's manager does.

    On some rows they hold the whole cell, on others (where the status is asked for) the status alone. The review (41c)
    is the head of what rows 06–10 speak of.
    """
    whole = row_id[:2] in ("01", "02", "10", "20") or row_id == "11d"
    status = row_id[:2] in ("04", "05", "06", "07", "08", "09", "12", "13") or row_id == "41c"
    return whole or ("x" in codes and status)
