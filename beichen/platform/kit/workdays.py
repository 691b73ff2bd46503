"""Working days: weekends, public holidays, and the weekend days worked to make up for them (调休)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from beichen.platform.kit import words
from beichen.platform.kit.periods import each_day
from beichen.platform.kit.words import BadValue

SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """`weekend` holds weekday numbers (Monday is 0). A make-up day is worked even where it is also a holiday."""

    weekend: frozenset[int] = frozenset({SATURDAY, SUNDAY})
    holidays: frozenset[date] = frozenset()
    make_up: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if self.weekend >= frozenset(range(7)):
            raise BadValue("weekend", len(self.weekend), words.AT_MOST, limit=6)

    def works(self, day: date) -> bool:
        """Whether people work on this day."""
        if day in self.make_up:
            return True
        return day.weekday() not in self.weekend and day not in self.holidays

    def count(self, start: date, end: date) -> int:
        """Working days from start to end, both included. Cost: one step per day."""
        return sum(self.works(day) for day in each_day(start, end))

    def after(self, day: date, steps: int) -> date:
        """The n-th working day after `day`, which itself never counts; 0 gives the first working day from `day` on."""
        if steps < 0:
            raise BadValue("count", steps, words.NOT_NEGATIVE)
        found = day if steps else day - timedelta(days=1)
        for _ in range(steps or 1):
            found = self._next(found)
        return found

    def _next(self, day: date) -> date:
        day += timedelta(days=1)
        while not self.works(day):
            day += timedelta(days=1)
        return day
