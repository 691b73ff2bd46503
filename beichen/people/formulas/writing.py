"""Sheets become a workbook that the importer reads back: every value as it is typed, codes with their zeros."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import IO

WIDTH = 16


@dataclass(frozen=True, slots=True)
class Written:
    """One sheet: its title, its header, its rows."""

    title: str
    heads: Sequence[str]
    rows: Iterable[Sequence[object]]


def workbook(sheets: Iterable[Written], made: datetime, out: IO[bytes]) -> None:
    """Write an xlsx of these sheets, row by row; of the same rows at the same moment the same bytes.

    Text stays text, so that no cell is ever taken for a formula.
    """
    import xlsxwriter  # only the worker writes workbooks; the others start sooner without it

    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        book.set_properties({"created": made})
        day, head = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"bold": True})
        for written in sheets:
            sheet = book.add_worksheet(written.title)
            sheet.set_column(0, len(written.heads) - 1, WIDTH)
            sheet.freeze_panes(1, 0)
            for at, name in enumerate(written.heads):
                sheet.write_string(0, at, name, head)
            for number, row in enumerate(written.rows, start=1):
                for at, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(number, at, datetime.combine(value, time()), day)
                    elif isinstance(value, int):
                        sheet.write_number(number, at, value)
                    elif value:
                        sheet.write_string(number, at, str(value))
