"""Calendar periods: year, half, quarter, month; their keys, and days shared with other spans. Days are inclusive."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from beichen.platform.kit import words
from beichen.platform.kit.words import BadValue


class PeriodKind(StrEnum):
    """The value is what the database keeps."""

    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"

    @property
    def months(self) -> int:
        """How many months a period of this kind lasts."""
        return {"year": 12, "half": 6, "quarter": 3, "month": 1}[self.value]


_KEY = re.compile(r"(?P<year>\d{4})(?:(?P<letter>[HQM])(?P<part>\d{1,2})|-(?P<month>\d{2}))?")
_LETTERS = {"H": PeriodKind.HALF, "Q": PeriodKind.QUARTER, "M": PeriodKind.MONTH}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One calendar period; `part` counts from 1 within the year (1 for a whole year)."""

    year: int
    kind: PeriodKind
    part: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.year <= 9999 or not 1 <= self.part <= 12 // self.kind.months:
            raise BadValue("period", f"{self.year} {self.kind} {self.part}", words.A_PERIOD)

    @property
    def start(self) -> date:
        """First day."""
        return date(self.year, (self.part - 1) * self.kind.months + 1, 1)

    @property
    def end(self) -> date:
        """Last day, which still belongs to it."""
        month = self.part * self.kind.months
        return date(self.year, month, monthrange(self.year, month)[1])

    @property
    def key(self) -> str:
        """`2026`, `2026H1`, `2026Q2` or `2026-04`; `parse` reads it back."""
        if self.kind is PeriodKind.YEAR:
            return f"{self.year:04}"
        if self.kind is PeriodKind.MONTH:
            return f"{self.year:04}-{self.part:02}"
        return f"{self.year:04}{self.kind.value[0].upper()}{self.part}"

    @property
    def days(self) -> int:
        """Calendar days, first and last included."""
        return days(self.start, self.end)

    def contains(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.start <= day <= self.end

    def shifted(self, steps: int) -> Period:
        """The period so many steps later, or earlier where negative."""
        count = 12 // self.kind.months
        year, part = divmod(self.year * count + self.part - 1 + steps, count)
        return Period(year, self.kind, part + 1)


def parse(key: str) -> Period:
    """Read `2026`, `2026H1`, `2026Q2`, `2026-04` or `2026M4`; anything else is refused."""
    found = _KEY.fullmatch(key.strip().upper())
    if found is None:
        raise BadValue("period", key, words.A_PERIOD)
    year = int(found["year"])
    if found["month"]:
        return Period(year, PeriodKind.MONTH, int(found["month"]))
    if found["letter"]:
        return Period(year, _LETTERS[found["letter"]], int(found["part"]))
    return Period(year, PeriodKind.YEAR)


def of(kind: PeriodKind, day: date) -> Period:
    """The period of this kind in which the day lies."""
    return Period(day.year, kind, (day.month - 1) // kind.months + 1)


def days(start: date, end: date) -> int:
    """Calendar days from start to end, both included; 0 where the end comes first."""
    return max(0, (end - start).days + 1)


def overlap(start: date, end: date | None, other_start: date, other_end: date | None) -> tuple[date, date] | None:
    """The days two spans share, as first and last day; None is an open end. At least one span must be closed."""
    first = max(start, other_start)
    last = min((day for day in (end, other_end) if day is not None), default=None)
    if last is None:
        raise BadValue("end", None, words.NOT_BEFORE, limit=first)
    return (first, last) if first <= last else None


def overlap_days(start: date, end: date | None, other_start: date, other_end: date | None) -> int:
    """How many calendar days two spans share."""
    shared = overlap(start, end, other_start, other_end)
    return days(*shared) if shared else 0


def each_day(start: date, end: date) -> list[date]:
    """Every day from start to end, both included."""
    return [start + timedelta(days=step) for step in range(days(start, end))]
