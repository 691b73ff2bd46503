"""Quarters of the calendar around a day."""

from __future__ import annotations

from datetime import date, timedelta

from beichen.demo.formulas.story import Quarter


def quarter_of(day: date) -> Quarter:
    """The quarter that holds a day."""
    number = (day.month - 1) // 3
    first = date(day.year, number * 3 + 1, 1)
    after = date(day.year + (number == 3), (number * 3 + 3) % 12 + 1, 1)
    return Quarter(f"{day.year}Q{number + 1}", first, after - timedelta(days=1))


def after(quarter: Quarter) -> Quarter:
    """The quarter after."""
    return quarter_of(quarter.last + timedelta(days=1))


def earlier(quarter: Quarter, count: int) -> tuple[Quarter, ...]:
    """So many quarters before one, the oldest first."""
    if not count:
        return ()
    found = before(quarter)
    return (*earlier(found, count - 1), found)


def before(quarter: Quarter) -> Quarter:
    """The quarter before."""
    return quarter_of(quarter.first - timedelta(days=1))
