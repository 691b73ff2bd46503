"""What a cell of a table means: dates in their usual forms, full-width digits, codes with leading zeros, words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from beichen.platform.kit.errors import Phrase, gettext_noop
from beichen.platform.registry.imports import Column, Kind

MISSING = gettext_noop("This cell is required but empty.")
NO_DAY = gettext_noop("“%(value)s” is not a date. Use the form 2026-05-16.")
NO_WHOLE = gettext_noop("“%(value)s” is not a whole number.")
NO_NUMBER = gettext_noop("“%(value)s” is not a number.")
NO_CHOICE = gettext_noop("“%(value)s” is not recognised. Use one of: %(choices)s.")
NOT_COMPUTED = gettext_noop(
    "This cell has a formula without a saved result. Open the file in your spreadsheet "
    "program, save it, and import it again."
)
ERROR_VALUE = gettext_noop("This cell shows the error %(value)s. Fix the formula, or enter the value instead.")
TOO_LONG = gettext_noop("This text is longer than %(limit)s characters.")
HIDDEN = "•••"
LONGEST = 4000
EPOCH = date(1899, 12, 30)
# Numbers a spreadsheet keeps for the days from 1954 to 2119, when a date column lost its format.
SERIALS = range(20_000, 80_001)

FROM_1904 = 1462
"""Days between the two countings of days that spreadsheets know."""
ERRORS = frozenset((
    "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!",
    "#BLOCKED!", "#BUSY!", "#CONNECT!", "#UNKNOWN!", "#EXTERNAL!", "#PYTHON!",
))  # fmt: skip
"""What a formula shows that went wrong, also where a csv keeps no more than that."""

_DAY = re.compile(
    r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$"
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_GAPS = re.compile(r"[\s_/|·,;、()\[\]]+")
_UNSEEN = dict.fromkeys(
    [*range(0x00, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF]
)


class BadCell(ValueError):
    """A cell that cannot be read; `reason` and `params` make the sentence."""

    def __init__(self, reason: Phrase, **params: str) -> None:
        super().__init__(str(reason))
        self.reason, self.params = reason, params


class Unreadable(str):
    """Stands for a value that the file does not hold: an error ("#N/A"), or "=", a formula that nobody computed."""

    __slots__ = ()


def shown(raw: object) -> str:
    """A cell as people would write it: 12.0 is 12, midnight of a day is the day."""
    if raw is None:
        return ""
    if isinstance(raw, str) and raw.isprintable():
        return raw.strip()
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == datetime.min.time() else raw.isoformat(" ")
    return str(raw).translate(_UNSEEN).strip()


def plain(raw: object) -> str:
    """The same with full-width letters, digits and signs made plain."""
    found = shown(raw)
    return found if found.isascii() else unicodedata.normalize("NFKC", found).strip()


def folded(text: str) -> str:
    """How words are compared: plain, lower case, one blank for any separator."""
    return _GAPS.sub(" ", plain(text).casefold()).strip()


def read(raw: object, column: Column) -> object:
    """The value of one cell, or BadCell. An empty cell gives None, for text and codes "" (required ones refuse)."""
    if isinstance(raw, Unreadable) or (isinstance(raw, str) and raw in ERRORS):
        raise BadCell(NOT_COMPUTED) if raw == "=" else BadCell(ERROR_VALUE, value=str(raw))
    if plain(raw) == "":
        if column.required:
            raise BadCell(MISSING)
        return "" if column.kind in (Kind.TEXT, Kind.CODE) else None
    if column.kind is Kind.CHOICE:
        return choice(raw, column.words)
    try:
        return _READERS[column.kind](raw)
    except BadCell as bad:
        if column.secret and "value" in bad.params:
            raise BadCell(bad.reason, **{**bad.params, "value": HIDDEN}) from None
        raise


def text(raw: object) -> str:
    """Text as written, without signs nobody sees."""
    found = shown(raw)
    if len(found) > LONGEST:
        raise BadCell(TOO_LONG, limit=str(LONGEST))
    return found


def code(raw: object) -> str:
    """An identifier; what the table kept as a number has no decimals."""
    found = plain(raw)
    if len(found) > 80:
        raise BadCell(TOO_LONG, limit="80")
    return found


def day(raw: object) -> date:
    """2026-05-16, 2026/5/16, 2026.5.16, 2026年5月16日, 20260516, a date cell, or a spreadsheet's number of days."""
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    if isinstance(raw, float) and int(raw) in SERIALS:
        raw = int(raw)
    written = plain(raw)
    if written.isdigit() and int(written) in SERIALS:
        return EPOCH + timedelta(days=int(written))
    found = _DAY.match(written) or _COMPACT.match(written)
    try:
        if found:
            return date(*map(int, found.groups()))
    except ValueError:
        pass
    raise BadCell(NO_DAY, value=written)


def decimal(raw: object) -> Decimal:
    """1234.5, 1,234.5, １２３４; a float is read by its shortest digits. The number 38 stays 38, not 38.0."""
    written = plain(raw).replace(",", "").replace(" ", "")
    try:
        found = Decimal(written)
    except InvalidOperation:
        raise BadCell(NO_NUMBER, value=shown(raw)) from None
    if not found.is_finite():
        raise BadCell(NO_NUMBER, value=shown(raw))
    return found


def whole(raw: object) -> int:
    """An integer; 12.0 is one, 12.5 is none."""
    try:
        found = decimal(raw)
    except BadCell:
        raise BadCell(NO_WHOLE, value=shown(raw)) from None
    if found != found.to_integral_value() or abs(found) >= 10**15:
        raise BadCell(NO_WHOLE, value=shown(raw))
    return int(found)


def choice(raw: object, words: Mapping[str, tuple[str, ...]]) -> str:
    """The value of a word, or of two words of the same value side by side ("探索 exploratory")."""
    value = matches(plain(raw), {key: (key, *names) for key, names in words.items()})
    if value is None:
        options = ", ".join(names[0] if names else key for key, names in words.items())
        raise BadCell(NO_CHOICE, value=shown(raw), choices=options)
    return value


def matches(written: str, names: Mapping[str, tuple[str, ...]]) -> str | None:
    """The key one of whose names, or two of whose names together in either order, were written; None for no key."""
    wanted = folded(written)
    for key, known in names.items():
        forms = [folded(name) for name in known if name]
        if wanted in forms:
            return key
        for form in forms:
            rest = wanted.removeprefix(form + " ")
            if rest != wanted and rest in forms:
                return key
    return None


class Codes:
    """Known identifiers, found also when a table dropped their leading zeros: 12 means 0012 where nothing else fits."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._bare: dict[str, list[str]] = {}
        for code in self._known:
            if code.startswith("0") and code.isdigit():
                self._bare.setdefault(code.lstrip("0"), []).append(code)

    def __contains__(self, written: str) -> bool:
        return self.meant(written) in self._known

    def meant(self, written: str) -> str:
        """The known code that was meant, else what was written."""
        if written in self._known:
            return written
        found = self._bare.get(written.lstrip("0"), []) if written.isdigit() else []
        return found[0] if len(found) == 1 else written


_READERS: dict[Kind, Callable[[object], object]] = {
    Kind.TEXT: text,
    Kind.CODE: code,
    Kind.DAY: day,
    Kind.WHOLE: whole,
    Kind.DECIMAL: decimal,
}
