"""When check-ins fall due and when an answer is late. Plain days in and out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from beichen.platform.kit.workdays import WorkCalendar


def next_due(first: date, every: int, day: date, calendar: WorkCalendar) -> date:
    """The due day of the stretch that holds `day`: every so many days after `first`, moved on to a working day."""
    stretch = max((day - first).days, 0) // every
    due = calendar.after(first + timedelta(days=every * (stretch + 1)), 0)
    before = calendar.after(first + timedelta(days=every * stretch), 0)
    return before if stretch and before >= day else due


def answer_due(sent: date, steps: int, calendar: WorkCalendar) -> date:
    """The last day for an answer: so many working days after the day it was sent."""
    return calendar.after(sent, steps)


def strained(loads: Sequence[str], sign: str) -> bool:
    """Whether the newest two answers (newest first) both say that the load cannot be kept up."""
    return len(loads) >= 2 and all(load == sign for load in loads[:2])
