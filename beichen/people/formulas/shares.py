"""How much of somebody's time is given to projects on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

WHOLE = 100
"""Percent of one person."""


@dataclass(frozen=True, slots=True)
class Given:
    """A share in percent from `first` on, until the day before `until` (None: open)."""

    share: int
    first: date
    until: date | None

    def on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.first <= day and (self.until is None or day < self.until)


def fullest(held: Iterable[Given], first: date, until: date | None) -> tuple[date, int]:
    """The first day of a stretch on which most is given, and how much. Cost: the square of the number of shares."""
    known = list(held)
    days = {first} | {one.first for one in known if first < one.first and (until is None or one.first < until)}
    return max(((day, given_on(known, day)) for day in sorted(days)), key=lambda found: found[1])


def given_on(held: Iterable[Given], day: date) -> int:
    """How much is given on a day."""
    return sum(one.share for one in held if one.on(day))
