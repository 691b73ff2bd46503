"""The parts of a packed workbook, as far as its reader leaves out what they say: reach, hidden rows, missing values."""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from posixpath import join, normpath

READ_ERRORS = frozenset(
    (b"#DIV/0!", b"#N/A", b"#NAME?", b"#NULL!", b"#NUM!", b"#REF!", b"#VALUE!", b"#GETTING_DATA")
)  # fmt: skip
"""Error values that the reader of workbooks knows; at any other it gives up the whole file."""
LONGEST_CELL = 64 * 1024
"""Of what a stretch ends with, so much is read again with the next: a cell with the longest formula."""

_AT = rb"\br\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,7})[\"']"
_CELL = re.compile(rb"[<:]c\s[^<>]{0,200}?" + _AT)
_ATTRIBUTES = rb"(?:\s+[\w:]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*\s*"
_BARE = re.compile(rb"<(?:\w+:)?c(?=\s)" + _ATTRIBUTES + rb"(?:/>|></)")
_OPEN = rb"<(?:\w+:)?c\b([^<>]*)>\s*"
_FORMULA = rb"<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
_NO_VALUE = rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
_NOT_COMPUTED = re.compile(_OPEN + _FORMULA + _NO_VALUE)
_VALUE = re.compile(_OPEN + rb"(?:" + _FORMULA + rb")?<(?:\w+:)?v>\s*([^<]{0,40}?)\s*</")
_TYPE = rb"(\bt\s*=\s*[\"'])%s([\"'])"
_IS_ERROR, _IS_TEXT = re.compile(_TYPE % b"e"), re.compile(_TYPE % b"str")
_HIDDEN = re.compile(rb"<(?:\w+:)?row\s([^<>]*\bhidden\s*=\s*[\"'](?:1|true)[\"'][^<>]*)>")
_NUMBER = re.compile(rb"\br\s*=\s*[\"']([0-9]{1,7})[\"']")
_PLACE = re.compile(_AT)
_SINCE_1904 = re.compile(rb"<(?:\w+:)?workbookPr\s[^<>]*\bdate1904\s*=\s*[\"'](?:1|true|on)[\"']")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^<>]*\w:id\s*=\s*[\"']([^\"'<>]*)[\"']")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^<>]*)>")
_IDENTITY, _TARGET = (re.compile(rb"\b" + name + rb"\s*=\s*[\"']([^\"'<>]*)[\"']") for name in (b"Id", b"Target"))


class Seen:
    """What was seen of one sheet; `broken` holds by row and column an error, or "=": a formula without its result."""

    def __init__(self, *, only_filled: bool = False) -> None:
        self.cells, self.row, self.columns = 0, 0, {b"A"}
        self.hidden: set[int] = set()
        self.broken: dict[int, dict[int, str]] = defaultdict(dict)
        self.has_unknown_errors = False
        self._only_filled, self._rest = only_filled, b""

    def read(self, piece: bytes) -> None:
        """One stretch of a sheet; a cell that may go on is read with the next."""
        text = self._rest + piece
        cut = max(text.rfind(b"<c"), text.rfind(b"<", 0, max(text.rfind(b":c "), 0)))
        if len(text) - cut > LONGEST_CELL or cut < 0:
            cut = max(text.rfind(b"<", max(len(text) - 300, 0)), len(text) - 300)
        self._look(text[:cut])
        self._rest = text[cut:]

    def end(self) -> None:
        """The sheet has been read."""
        self._look(self._rest)
        self._rest = b""

    def _look(self, text: bytes) -> None:
        if self._only_filled:
            text = _BARE.sub(b"", text)
        found = _CELL.findall(text)
        self.cells += len(found)
        self.columns |= {column for column, _ in found}
        self.row = max(self.row, max((int(row) for _, row in found), default=0))
        if b"hidden" in text:
            rows = (_NUMBER.search(head) for head in _HIDDEN.findall(text) if not head.endswith(b"/"))
            self.hidden |= {int(row[1]) for row in rows if row}
        if b"<f" in text or b":f" in text:
            for head in _NOT_COMPUTED.findall(text):
                if not _IS_TEXT.search(head):
                    self._breaks(head, b"=")
        if b'"e"' in text or b"'e'" in text:
            for head, value in _VALUE.findall(text):
                if _IS_ERROR.search(head):
                    self._breaks(head, value)
                    self.has_unknown_errors |= value not in READ_ERRORS

    def _breaks(self, head: bytes, said: bytes) -> None:
        if place := _PLACE.search(head):
            self.broken[int(place[2])][column_number(place[1])] = said.decode("utf-8", "replace")

    def reaches_beyond(self, most: int) -> bool:
        """Whether a few cells lie so far apart that what is between them fills the memory."""
        area = self.row * max(column_number(column) for column in self.columns)
        return area > most and area > 4 * self.cells


NOTHING_SEEN = Seen()


def column_number(letters: bytes) -> int:
    """The place of a column: 1 of A, 28 of AB."""
    found = 0
    for letter in letters:
        found = 26 * found + letter - 64
    return found


def sheet_parts(packed: zipfile.ZipFile) -> list[str]:
    """The part that holds each sheet, in the order of the workbook; "" where none is named."""
    targets = {}
    for head in _RELATION.findall(_part(packed, "xl/_rels/workbook.xml.rels")):
        identity, target = _IDENTITY.search(head), _TARGET.search(head)
        if identity and target:
            targets[identity[1]] = normpath(join("/xl", target[1].decode("utf-8", "replace"))).lstrip("/")
    return [targets.get(identity, "") for identity in _SHEET.findall(_part(packed, "xl/workbook.xml"))]


def is_1904(packed: zipfile.ZipFile) -> bool:
    """Whether days are counted from 1904, as tables from old machines do."""
    return bool(_SINCE_1904.search(_part(packed, "xl/workbook.xml")))


def _part(packed: zipfile.ZipFile, name: str) -> bytes:
    """A part of a workbook that was counted before; nothing where it is not there."""
    return packed.read(name) if name in packed.NameToInfo else b""


def as_text(content: bytes, parts: Iterable[str]) -> bytes:
    """The same workbook with the error values of these parts as plain text, for a reader that knows fewer of them."""
    out, wanted = io.BytesIO(), set(parts)
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        for name in packed.namelist():
            part = packed.read(name)
            made.writestr(name, _IS_ERROR.sub(rb"\1str\2", part) if name in wanted else part)
    return out.getvalue()
