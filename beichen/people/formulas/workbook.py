"""A file becomes tables of raw cells: xlsx by calamine, csv in UTF-8, UTF-16 or GB18030. Hostile files are refused."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, ZipError

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
_CELL = re.compile(rb"[<:]c\s[^<>]{0,200}?\br\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"%PDF", b"II*\x00", b"MM\x00*")


class BadFile(Invalid):
    """The file as a whole cannot be read."""

    code = "bad_file"
    text = gettext_noop("This file cannot be read as a table. Save it as .xlsx or .csv and try again.")


class EmptyFile(BadFile):
    code = "empty_file"
    text = gettext_noop("This file is empty. Fill in at least one sheet with a header line and one row.")


class LargeFile(BadFile):
    code = "large_file"
    text = gettext_noop("This file is larger than %(limit)s MB. Split it by sheets and import them together.")


class BombFile(BadFile):
    code = "unpacks_too_large"
    text = gettext_noop("This file unpacks to far more than its size, as no honest table does. Save the sheets anew.")


class LockedFile(BadFile):
    code = "password_protected"
    text = gettext_noop("This workbook is protected with a password. Remove the password in your table program first.")


class OldFile(BadFile):
    code = "old_format"
    text = gettext_noop("This is the old .xls format. Open it in your table program and save it as .xlsx.")


class PictureFile(BadFile):
    code = "not_a_table"
    text = gettext_noop("This is a picture or a document with the name of a table. Choose the .xlsx or .csv file.")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table as it stands; `number` counts from 1 as people see it."""

    number: int
    cells: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet before anything is understood; blank lines are left out."""

    title: str
    lines: list[Line] = field(default_factory=list)


def tables(content: bytes, file_name: str) -> list[Table]:
    """The sheets of a file, told by its first bytes rather than its name; a csv is one table called like the file."""
    _check_kind(content)
    found = _from_workbook(content) if content.startswith(b"PK") else [_from_csv(content, file_name)]
    filled = [table for table in found if table.lines]
    if not filled:
        raise EmptyFile(field="file")
    return filled


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
    if content.startswith(_PICTURES):
        raise PictureFile(field="file")


def _check_packed(content: bytes) -> None:
    """Unpack once in small pieces and count: what a zip says about itself may be a lie.

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
            _count(packed, entries, len(content))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as broken:
        raise BadFile(field="file") from broken


def _count(packed: zipfile.ZipFile, entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = 0
    for entry in entries:
        extent = _Extent()
        with packed.open(entry) as part:
            while piece := part.read(1 << 20):
                unpacked += len(piece)
                if unpacked > LARGEST_UNPACKED or (unpacked > RATIO_FROM and unpacked > LARGEST_RATIO * size):
                    raise BombFile(field="file")
                extent.read(piece)
        if extent.is_hollow:
            raise BombFile(field="file")


class _Extent:
    """How far the cells of a sheet reach, and how many there are."""

    def __init__(self) -> None:
        self.cells, self.row, self.columns, self._rest = 0, 0, {b"A"}, b""

    def read(self, piece: bytes) -> None:
        """One stretch of a sheet; what began at its end is read with the next."""
        text = self._rest + piece
        found = _CELL.findall(text)
        self.cells += len(found)
        self.columns |= {column for column, _ in found}
        self.row = max(self.row, max((int(row) for _, row in found), default=0))
        self._rest = text[text.rfind(b"<") :][-300:] if b"<" in text else b""

    @property
    def is_hollow(self) -> bool:
        """Whether a few cells lie so far apart that what is between them fills the memory."""
        area = self.row * max(_number(column) for column in self.columns)
        return area > MOST_CELLS and area > 4 * self.cells


def _number(column: bytes) -> int:
    """The place of a column: 1 of A, 28 of AB."""
    found = 0
    for letter in column:
        found = 26 * found + letter - 64
    return found


def _from_workbook(content: bytes) -> list[Table]:
    _check_packed(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [Table(name, _lines(book.get_sheet_by_name(name).to_python(skip_empty_area=False)))
                for name in book.sheet_names]  # fmt: skip
    except PasswordError as locked:
        raise LockedFile(field="file") from locked
    except (CalamineError, ZipError, ValueError) as broken:
        raise BadFile(field="file") from broken


def _from_csv(content: bytes, file_name: str) -> Table:
    written = _decoded(content)
    if "\x00" in written:
        raise BadFile(field="file")
    written = written if "\n" in written else written.replace("\r", "\n")
    first = written[: written.find("\n")]
    delimiter = max(",;\t", key=first.count)
    if written.count(delimiter) + written.count("\n") > MOST_CELLS:
        raise LargeFile(field="file", limit=LARGEST_FILE // 1024 // 1024)
    try:
        rows = csv.reader(_each_line(written), delimiter=delimiter)
        return Table(PurePath(file_name).stem, _lines([read_back(cell) for cell in row] for row in rows))
    except csv.Error as broken:
        raise BadFile(field="file") from broken


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


def _lines(rows: Iterable[Sequence[object]]) -> list[Line]:
    return [
        Line(number, tuple(row))
        for number, row in enumerate(rows, start=1)
        if any(cell is not None and str(cell).strip() for cell in row)
    ]
