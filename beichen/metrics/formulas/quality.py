"""What a value is held to before it counts: its range, and how far it may jump from the period before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Limits:
    """`least` and `most` belong to the range; `jump_percent` of the value before, either way. None: not looked at."""

    least: Decimal | None = None
    most: Decimal | None = None
    jump_percent: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """`rule` is range or jump; `limit` is the value that would just have passed."""

    rule: str
    limit: Decimal


def fault(value: Decimal, before: Decimal | None, limits: Limits) -> Fault | None:
    """The first rule the value fails; a value before of 0 or none says nothing about a jump."""
    if limits.least is not None and value < limits.least:
        return Fault("range", limits.least)
    if limits.most is not None and value > limits.most:
        return Fault("range", limits.most)
    if limits.jump_percent is None or not before:
        return None
    if abs(Fraction(value) - Fraction(before)) * 100 > limits.jump_percent * abs(Fraction(before)):
        step = abs(before) * limits.jump_percent / 100
        return Fault("jump", before + step if value > before else before - step)
    return None


def late_days(ended: date, due_days: int, day: date) -> int:
    """Calendar days since the values of a period were due; 0 where there is still time."""
    return max(0, (day - (ended + timedelta(days=due_days))).days)


def share(part: int, whole: int) -> Fraction | None:
    """A share of a whole; None where there is nothing."""
    return Fraction(part, whole) if whole else None
