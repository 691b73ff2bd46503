"""A file becomes tables of raw cells: xlsx by calamine, csv in UTF-8, UTF-16 or GB18030. Hostile files are refused."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import PurePath

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    ZipError,
)

from beichen.people.formulas.cells import Unreadable
from beichen.people.formulas.parts import NOTHING_SEEN, Seen, as_text, is_1904, sheet_parts
from beichen.platform.kit.cells import read_back
from beichen.platform.kit.errors import Invalid, gettext_noop

LARGEST_FILE = 50 * 1024 * 1024
LARGEST_UNPACKED = 300 * 1024 * 1024
LARGEST_RATIO = 100
MOST_ENTRIES = 200
MOST_CELLS = 5_000_000
"""Of a sheet that is mostly empty: the reader takes up room for each cell between the first and the last."""
# A small file of blanks packs a thousandfold and harms nobody; the ratio counts from here on.
RATIO_FROM = 10 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"%PDF", b"II*\x00", b"MM\x00*")
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<svg", b"{\\rtf")
_OWN_SHEETS = "WpsReserved"
"""How sheets begin that a table program keeps for itself; nobody has seen them, so nobody is told."""


class BadFile(Invalid):
    """The file as a whole cannot be read."""

    code = "bad_file"
    text = gettext_noop("This file cannot be read as a table. Save it as .xlsx or .csv and try again.")


class EmptyFile(BadFile):
    code = "empty_file"
    text = gettext_noop("This file is empty. It needs at least one sheet with a header row and one row of data.")


class LargeFile(BadFile):
    code = "large_file"
    text = gettext_noop("This file is larger than %(limit)s MB. Split it by sheets and import them together.")


class BombFile(BadFile):
    code = "unpacks_too_large"
    text = gettext_noop(
        "This file expands to far more than its size, unlike a normal table. Save the sheets again as a new file."
    )


class LockedFile(BadFile):
    code = "password_protected"
    text = gettext_noop("This workbook is password-protected. Remove the password in your spreadsheet program first.")


class OldFile(BadFile):
    code = "old_format"
    text = gettext_noop("This is the old .xls format. Open it in your spreadsheet program and save it as .xlsx.")


class PictureFile(BadFile):
    code = "not_a_table"
    text = gettext_noop("This is a picture or document with a spreadsheet’s file name. Choose an .xlsx or .csv file.")


class HiddenFile(BadFile):
    code = "hidden_sheets"
    text = gettext_noop("Every sheet with data in this workbook is hidden. Unhide the ones you want to import.")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table as it stands; `number` counts from 1 as people see it."""

    number: int
    cells: tuple[object, ...]
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet before anything is understood; blank lines are left out, and of a hidden sheet all of them.

    `lines` are read once, while they are asked for: of a large sheet one line at a time takes up room.
    """

    title: str
    lines: Iterator[Line]
    is_hidden: bool = False
    is_1904: bool = False


def tables(content: bytes, file_name: str) -> Iterator[Table]:
    """The sheets of a file, told by its first bytes rather than its name; a csv is one table called like the file.

    A file that cannot be read is refused while it is read: EmptyFile, HiddenFile when the last sheet was asked for.
    """
    _check_kind(content)
    hidden = filled = 0
    for table in _from_workbook(content) if content.startswith(b"PK") else [_from_csv(content, file_name)]:
        first = next(table.lines, None)
        hidden += table.is_hidden
        if first is not None or table.is_hidden:
            filled += first is not None
            yield replace(table, lines=chain([first] if first else [], table.lines))
    if not filled:
        raise HiddenFile(field="file") if hidden else EmptyFile(field="file")


def check(content: bytes) -> None:
    """Refuse what is no table, a bomb or locked, without reading it: for a file that is read later."""
    _check_kind(content)
    if content.startswith(b"PK"):
        _check_packed(content)


def _check_kind(content: bytes) -> None:
    if not content.strip():
        raise EmptyFile(field="file")
    if len(content) > LARGEST_FILE:
        raise LargeFile(field="file", limit=LARGEST_FILE // 1024 // 1024)
    if content.startswith(_OLE):
        raise LockedFile(field="file") if "EncryptedPackage".encode("utf-16-le") in content else OldFile(field="file")
    if content.startswith(_PICTURES) or content[:64].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_MARKUP):
        raise PictureFile(field="file")


def _check_packed(content: bytes) -> Mapping[str, Seen]:
    """Unpack once in small pieces and count: what a zip says about itself may be a lie. What was seen of each part.

    `zipfile` says RuntimeError of a packing it does not know, `zlib` its own of bytes that do not unpack.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
            if len(entries) > MOST_ENTRIES:
                raise BombFile(field="file")
            if any(entry.flag_bits & 1 for entry in entries):
                raise LockedFile(field="file")
            names = [entry.filename for entry in entries]
            if not any(name.startswith("xl/workbook") and name.endswith(".xml") for name in names):
                raise PictureFile(field="file")
            if any(name.endswith(".bin") and name.startswith("xl/workbook") for name in names):
                raise BadFile(field="file")
            return _count(packed, entries, len(content))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as broken:
        raise BadFile(field="file") from broken


def _count(packed: zipfile.ZipFile, entries: list[zipfile.ZipInfo], size: int) -> dict[str, Seen]:
    unpacked, found = 0, {}
    for entry in entries:
        seen = found[entry.filename] = Seen()
        for piece in _pieces(packed, entry):
            unpacked += len(piece)
            if unpacked > LARGEST_UNPACKED or (unpacked > RATIO_FROM and unpacked > LARGEST_RATIO * size):
                raise BombFile(field="file")
            seen.read(piece)
        seen.end()
        if seen.reaches_beyond(MOST_CELLS) and _is_hollow(packed, entry):
            raise BombFile(field="file")
    return found


def _is_hollow(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Looked at again without the cells that have a format and no value: the reader takes up no room for those."""
    seen = Seen(only_filled=True)
    for piece in _pieces(packed, entry):
        seen.read(piece)
    seen.end()
    return seen.reaches_beyond(MOST_CELLS)


def _pieces(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with packed.open(entry) as part:
        while piece := part.read(1 << 20):
            yield piece


def _from_workbook(content: bytes) -> Iterator[Table]:
    seen = _check_packed(content)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts, since_1904 = sheet_parts(packed), is_1904(packed)
    if strange := [name for name, one in seen.items() if one.has_unknown_errors]:
        content = as_text(content, strange)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for at, sheet in enumerate(book.sheets_metadata):
            if sheet.typ != SheetTypeEnum.WorkSheet or sheet.name.startswith(_OWN_SHEETS):
                continue
            if sheet.visible != SheetVisibleEnum.Visible:
                yield Table(sheet.name, iter(()), is_hidden=True)
                continue
            marks = seen.get(parts[at], NOTHING_SEEN) if at < len(parts) else NOTHING_SEEN
            yield Table(sheet.name, _sheet_lines(book.get_sheet_by_index(at), marks), is_1904=since_1904)
    except PasswordError as locked:
        raise LockedFile(field="file") from locked
    except (CalamineError, ZipError, ValueError) as broken:
        raise BadFile(field="file") from broken


def _sheet_lines(sheet: CalamineSheet, seen: Seen) -> Iterator[Line]:
    """The lines that hold anything, numbered as in the sheet, with a mark in place of a value that is not there."""
    top, left = sheet.start or (0, 0)
    last = sheet.end[0] + 1 if sheet.end else 0
    before, rows = ("",) * left, iter(sheet.iter_rows() if sheet.end else ())
    for number in range(min(top + 1, *seen.broken, 1 << 20), max(last, *seen.broken, 0) + 1):
        cells = (*before, *next(rows, ())) if number > top else ()
        if number in seen.broken:
            cells = _marked(cells, seen.broken[number])
        if any(cell != "" and str(cell).strip() for cell in cells):
            yield Line(number, cells, number in seen.hidden)


def _marked(cells: tuple[object, ...], broken: Mapping[int, str]) -> tuple[object, ...]:
    wide = max(len(cells), *broken)
    every = [*cells, *[""] * (wide - len(cells))]
    for column, said in broken.items():
        every[column - 1] = Unreadable(said)
    return tuple(every)


def _from_csv(content: bytes, file_name: str) -> Table:
    written = _decoded(content)
    if "\x00" in written:
        raise BadFile(field="file")
    written = written if "\n" in written else written.replace("\r", "\n")
    first = written[: written.find("\n")]
    delimiter = max(",;\t", key=first.count)
    if written.count(delimiter) + written.count("\n") > MOST_CELLS:
        raise LargeFile(field="file", limit=LARGEST_FILE // 1024 // 1024)
    return Table(PurePath(file_name).stem, _csv_lines(written, delimiter))


def _each_line(written: str) -> Iterator[str]:
    """The lines one after the other, without a second copy of the whole."""
    start = 0
    while start < len(written):
        end = written.find("\n", start) + 1 or len(written)
        yield written[start:end]
        start = end


def _decoded(content: bytes) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for coding in ["utf-16"] if wide else ["utf-8-sig", "gb18030"]:
        try:
            return content.decode(coding)
        except UnicodeDecodeError:
            continue
    raise BadFile(field="file")


def _csv_lines(written: str, delimiter: str) -> Iterator[Line]:
    try:
        for number, row in enumerate(csv.reader(_each_line(written), delimiter=delimiter), start=1):
            if any(cell.strip() for cell in row):
                yield Line(number, tuple(read_back(cell) for cell in row))
    except csv.Error as broken:
        raise BadFile(field="file") from broken
