"""Sheets of a company workbook: each area registers those it can read, the importer of people drives them.

The importer finds a sheet by its title, its columns by their headers, and turns every cell into the column's kind.
It then asks each sheet, in `order`, what every row would do (`preview`, which writes nothing), and after
confirmation hands over the rows that were not refused (`apply`, one transaction for the whole workbook).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Phrase


class Kind(StrEnum):
    """What a cell is read as: str, str, date, int, Decimal, or one value of a list of words.

    A code is an identifier: full-width signs become plain ones, 12.0 from a table becomes "12".
    """

    TEXT = "text"
    CODE = "code"
    DAY = "day"
    WHOLE = "whole"
    DECIMAL = "decimal"
    CHOICE = "choice"


class Action(StrEnum):
    """What a row would do; the order is the order in which a preview shows them."""

    REFUSED = "refused"
    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"
    LEFT = "left"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its header is `name_zh`, `key`, or both in one cell ("工号 number").

    `words` maps the value of a choice to what people write for it, in any language: {"increase": ("提升", "up")};
    the value itself is always understood. An empty cell gives None (text and code: ""); `required` refuses it.
    `secret` values never appear in a preview or a refusal (amounts of pay).
    """

    key: str
    name_zh: str
    kind: Kind = Kind.TEXT
    required: bool = False
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet; `number` is the line people see in their table (the header is line 1).

    `places` says where in `values` each column stands; all rows of a sheet share it.
    """

    number: int
    values: tuple[Any, ...]
    places: Mapping[str, int]

    def __getitem__(self, key: str) -> Any:
        return self.values[self.places[key]]


class Rows(Sequence[Row]):
    """The rows of one sheet that are still standing, and what the rest of the workbook brings along."""

    def __init__(
        self,
        rows: Sequence[Row],
        book: Mapping[str, Sequence[Row]] | None = None,
        later: Mapping[str, Sequence[Row]] | None = None,
    ) -> None:
        self._rows = list(rows)
        self._book = book or {}
        self._later = later or {}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __getitem__(self, index: Any) -> Any:
        return self._rows[index]

    def brings(self, sheet: str, column: str) -> frozenset[str]:
        """The keys that another sheet of this workbook adds or repeats: `rows.brings("People", "number")`.

        In a preview they are not in the database yet. Rows refused in an earlier sheet are not among them.
        """
        return frozenset(str(row[column]) for row in self._book.get(sheet, ()) if row[column])

    def coming(self, sheet: str) -> Sequence[Row]:
        """The rows of a sheet that is looked at after this one, not yet asked whether they stand."""
        return self._later.get(sheet, ())

    def of(self, sheet: str) -> Sequence[Row]:
        """The standing rows of another sheet."""
        return self._book.get(sheet, ())


@dataclass(frozen=True, slots=True)
class Finding:
    """What one row would do. `reason` is an English message with %(name)s places, translated when it is drawn.

    `label` says whom or what it is about, for people: "E004 许知微". Several refusals of one row are several findings.
    `about` is the person whose data the row would change: who may not change them may not bring this workbook in.
    `forbidden` says that the row is none of the actor's business: it refuses the whole workbook, not only itself.
    """

    row: int
    action: Action
    column: str = ""
    reason: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    label: str = ""
    about: int | None = None
    forbidden: bool = False


Refusal = Finding


def refuse(row: Row, column: str, reason: Phrase, /, **params: object) -> Finding:
    """A refused row: the column at fault, and a sentence that says what would be right."""
    said = {name: str(value) for name, value in params.items()}
    return Finding(row.number, Action.REFUSED, column, str(reason), said)


def forbid(row: Row, column: str, reason: Phrase, /, **params: object) -> Finding:
    """A row that is not the actor's to write; with one of these nothing of the workbook is read in."""
    return replace(refuse(row, column, reason, **params), forbidden=True)


@dataclass(slots=True)
class Counts:
    """How many rows did what."""

    added: int = 0
    changed: int = 0
    moved: int = 0
    left: int = 0
    unchanged: int = 0

    @property
    def written(self) -> int:
        """Rows that changed anything."""
        return self.added + self.changed + self.moved + self.left


@dataclass(frozen=True, slots=True)
class Note:
    """What writing the sheet brings along, said once for the whole: a sentence with %(name)s places, drawn later."""

    text: str
    params: Mapping[str, str] = field(default_factory=dict)


def nothing_to_say(actor: Actor, rows: Rows) -> list[Note]:
    """A sheet that brings nothing along but its rows."""
    return []


Preview = Callable[[Actor, Rows], list[Finding]]
Apply = Callable[[Actor, Rows], Counts]


@dataclass(frozen=True, slots=True)
class ImportSheet:
    """One kind of sheet. The title is `name_zh`, `key`, or both ("目标 Goals").

    `preview` gives at least a finding for every row that is refused; rows without a finding count as unchanged.
    `notes` says before that what the standing rows bring along.
    `apply` runs inside the importer's transaction and must change nothing when the same rows come again.
    Orders in use: People 10, Units 20, Assignments 30, Seats 40, Projects 50, Memberships 60; strategy from 100,
    goals from 200.
    """

    key: str
    name_zh: str
    columns: tuple[Column, ...]
    preview: Preview
    apply: Apply
    order: int
    notes: Callable[[Actor, Rows], list[Note]] = nothing_to_say

    def places(self) -> dict[str, int]:
        """Where in the values of a row each column stands."""
        return {column.key: at for at, column in enumerate(self.columns)}


_sheets: dict[str, ImportSheet] = {}


def register(sheet: ImportSheet) -> ImportSheet:
    """Declare a sheet; called when an area's `panels.py` is imported at start."""
    _sheets[sheet.key] = sheet
    return sheet


def sheets() -> list[ImportSheet]:
    """Every registered sheet, in the order of reading and writing."""
    return sorted(_sheets.values(), key=lambda sheet: sheet.order)
