"""The table of rights as the tests read it: straight from the file, apart from the product's own reader."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parents[2] / "beichen/platform/access/policy.csv"
COLUMNS = ("SE", "LM", "PM", "SK", "DL", "CO", "PR", "BP", "HA", "CA", "EX", "CF", "AU", "TK", "PA", "TE")
CONTENT = frozenset("rw")
STATUS = frozenset("xrwt")


@dataclass(frozen=True)
class Row:
    """One line of the file."""

    id: str
    noun: str
    state: str
    sensitivity: str
    cells: Mapping[str, str]

    def opens(self, columns: set[str], codes: frozenset[str]) -> bool:
        """Whether any of these columns holds any of these codes."""
        return any(codes & set(self.cells[column]) for column in columns)


@cache
def read(path: Path = FILE) -> Mapping[str, Row]:
    """Every row by its id."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            line["id"]: Row(line["id"], line["noun"], line["state"], line["class"], {c: line[c] for c in COLUMNS})
            for line in csv.DictReader(file)
        }


def flipped(target: Path, row_id: str, column: str, cell: str) -> Path:
    """Write a copy of the file with one cell changed."""
    with FILE.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    at = lines[0].index(column)
    for line in lines:
        if line[0] == row_id:
            line[at] = cell
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    return target
