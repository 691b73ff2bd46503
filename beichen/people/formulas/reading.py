"""Raw tables meet the registered sheets: which sheet is meant, which columns, what every cell says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice

from beichen.people.formulas import cells
from beichen.people.formulas.workbook import Line, Table
from beichen.platform.kit.errors import gettext_noop
from beichen.platform.registry.imports import Action, Column, Finding, ImportSheet, Kind, Row

NO_COLUMN = gettext_noop("The column “%(column)s” is missing, so this sheet cannot be read.")
HEADER_WITHIN = 10
NOWHERE = 1 << 20
"""The place of a column that a sheet does not have."""
HELD = 5_000
"""Of so many different values of a column what they mean is held; names and numbers differ in every row."""
AS_WRITTEN = (str, date)
"""Cells of which two that are equal say the same; 1 and true are equal and do not."""
_ORDINAL = re.compile(r"^\d+\s*[-_. ]\s*")


@dataclass(slots=True)
class Sheet:
    """One sheet as understood: rows that can be read, and findings about those that cannot."""

    key: str
    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    hidden_rows: int = 0


@dataclass(slots=True)
class Book:
    """Every sheet that was recognised, by key, and the titles of those that were not or that are hidden."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)


def read(tables: Iterable[Table], known: Sequence[ImportSheet]) -> Book:
    """Understand every table; two tables of one kind (from two files) are read one after the other."""
    book = Book()
    for table in tables:
        if table.is_hidden:
            book.hidden.append(table.title)
            continue
        head = list(islice(table.lines, HEADER_WITHIN))
        kind = _kind(table.title, head, known)
        if kind is None:
            book.unknown.append(table.title)
            continue
        sheet = book.sheets.setdefault(kind.key, Sheet(kind.key))
        _fill(sheet, table, head, kind)
    return book


def _kind(title: str, head: Sequence[Line], known: Sequence[ImportSheet]) -> ImportSheet | None:
    """By its title; else the one kind whose needed columns all stand in the header, with the most columns of it."""
    title = _ORDINAL.sub("", title)
    key = cells.matches(title, {kind.key: (kind.key, kind.name_zh) for kind in known})
    for kind in known:
        if kind.key == key:
            return kind
    fitting = []
    for kind in known:
        _, found = _header(head, kind)
        if all(column.key in found for column in kind.columns if column.required):
            fitting.append((len(found), kind))
    fitting.sort(key=lambda pair: pair[0], reverse=True)
    alone = len(fitting) == 1 or (len(fitting) > 1 and fitting[0][0] > fitting[1][0])
    return fitting[0][1] if alone and fitting[0][0] > 1 else None


def _header(head: Sequence[Line], kind: ImportSheet) -> tuple[Line | None, dict[str, int]]:
    """The line with the most known headers among the first ten, and where each column stands in it."""
    best: tuple[Line | None, dict[str, int]] = (None, {})
    for line in head:
        found = _columns(line, kind)
        if len(found) > len(best[1]):
            best = (line, found)
    return best


def _columns(line: Line, kind: ImportSheet) -> dict[str, int]:
    names = {column.key: (column.key, column.name_zh) for column in kind.columns}
    found: dict[str, int] = {}
    for index, cell in enumerate(line.cells):
        key = cells.matches(cells.plain(cell), names) if cells.plain(cell) else None
        if key is not None:
            found.setdefault(key, index)
    return found


def _fill(sheet: Sheet, table: Table, head: Sequence[Line], kind: ImportSheet) -> None:
    header, columns = _header(head, kind)
    number = header.number if header else 1
    missing = [column for column in kind.columns if column.required and column.key not in columns]
    if header is None or missing:
        sheet.findings += [
            Finding(number, Action.REFUSED, column.key, NO_COLUMN, {"column": f"{column.name_zh} {column.key}"})
            for column in missing
        ]
        return
    placed = set(columns.values())
    sheet.unknown_columns += [
        cells.shown(cell) for index, cell in enumerate(header.cells) if index not in placed and cells.shown(cell)
    ]
    sheet.given += [key for key in columns if key not in sheet.given]
    reader = _Reader(kind, columns, since=cells.FROM_1904 if table.is_1904 else 0)
    for line in chain(head, table.lines):
        if line.number > header.number:
            sheet.hidden_rows += line.is_hidden
            reader.read(sheet, line)


class _Reader:
    """Reads line after line; a cell that says what one before it in the same column said is not read anew.

    Of a large company most cells do: a quarter of the time, and each of their values takes up room once.
    """

    def __init__(self, kind: ImportSheet, placed: dict[str, int], since: int) -> None:
        self._columns = [(column, placed.get(column.key, NOWHERE), dict[object, object]()) for column in kind.columns]
        self._places, self._since = kind.places(), since

    def read(self, sheet: Sheet, line: Line) -> None:
        """A row for a line that can be read, else a finding for each cell at fault."""
        values: list[object] = []
        bad: list[Finding] = []
        for column, index, known in self._columns:
            raw = line.cells[index] if index < len(line.cells) else None
            if type(raw) in AS_WRITTEN and raw in known:
                values.append(known[raw])
                continue
            try:
                values.append(self._value(raw, column, known))
            except cells.BadCell as fault:
                bad.append(Finding(line.number, Action.REFUSED, column.key, fault.reason, fault.params))
        if bad:
            sheet.findings += bad
        else:
            sheet.rows.append(Row(line.number, tuple(values), self._places))

    def _value(self, raw: object, column: Column, known: dict[object, object]) -> object:
        if self._since and column.kind is Kind.DAY and isinstance(raw, float):
            raw += self._since
        found = cells.read(raw, column)
        if len(known) < HELD and type(raw) in AS_WRITTEN:
            known[raw] = found
        return found
