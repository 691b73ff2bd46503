"""Raw tables meet the registered sheets: which sheet is meant, which columns, what every cell says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from beichen.people.formulas import cells
from beichen.people.formulas.workbook import Line, Table
from beichen.platform.kit.errors import gettext_noop
from beichen.platform.registry.imports import Action, Column, Finding, ImportSheet, Row

NO_COLUMN = gettext_noop("The column “%(column)s” is missing, so this sheet cannot be read.")
HEADER_WITHIN = 10
_ORDINAL = re.compile(r"^\d+\s*[-_. ]\s*")


@dataclass(slots=True)
class Sheet:
    """One sheet as understood: rows that can be read, and findings about those that cannot."""

    key: str
    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Book:
    """Every sheet that was recognised, by key, and the titles of those that were not."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def read(tables: Iterable[Table], known: Sequence[ImportSheet]) -> Book:
    """Understand every table; two tables of one kind (from two files) are read one after the other."""
    book = Book()
    for table in tables:
        kind = _kind(table, known)
        if kind is None:
            book.unknown.append(table.title)
            continue
        sheet = book.sheets.setdefault(kind.key, Sheet(kind.key))
        _fill(sheet, table, kind)
    return book


def _kind(table: Table, known: Sequence[ImportSheet]) -> ImportSheet | None:
    """By its title; else the one kind whose needed columns all stand in the header, with the most columns of it."""
    title = _ORDINAL.sub("", table.title)
    key = cells.matches(title, {kind.key: (kind.key, kind.name_zh) for kind in known})
    for kind in known:
        if kind.key == key:
            return kind
    fitting = []
    for kind in known:
        _, found = _header(table, kind)
        if all(column.key in found for column in kind.columns if column.required):
            fitting.append((len(found), kind))
    fitting.sort(key=lambda pair: pair[0], reverse=True)
    alone = len(fitting) == 1 or (len(fitting) > 1 and fitting[0][0] > fitting[1][0])
    return fitting[0][1] if alone and fitting[0][0] > 1 else None


def _header(table: Table, kind: ImportSheet) -> tuple[Line | None, dict[str, int]]:
    """The line with the most known headers among the first ten, and where each column stands in it."""
    best: tuple[Line | None, dict[str, int]] = (None, {})
    for line in table.lines[:HEADER_WITHIN]:
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


def _fill(sheet: Sheet, table: Table, kind: ImportSheet) -> None:
    header, columns = _header(table, kind)
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
    for line in table.lines:
        if line.number > header.number:
            _read_line(sheet, line, kind.columns, columns)


def _read_line(sheet: Sheet, line: Line, columns: Sequence[Column], placed: dict[str, int]) -> None:
    values: dict[str, object] = {}
    bad: list[Finding] = []
    for column in columns:
        index = placed.get(column.key, len(line.cells))
        raw = line.cells[index] if index < len(line.cells) else None
        try:
            values[column.key] = cells.read(raw, column)
        except cells.BadCell as fault:
            bad.append(Finding(line.number, Action.REFUSED, column.key, fault.reason, fault.params))
    if bad:
        sheet.findings += bad
    else:
        sheet.rows.append(Row(line.number, values))
