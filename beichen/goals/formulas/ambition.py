"""Whether a target looks too safe or out of reach beside what was attained before. A question, never a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from beichen.platform.kit.rounding import PROGRESS, half_even

GROUP_MIN = 5


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many times the last movement is far, and how few are safe; starting values of `defaults.toml`."""

    too_far: Fraction = Fraction(2)
    too_safe: Fraction = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Past:
    """The same measure in the last cycle: from where to where it should have gone, and where it came."""

    baseline: Decimal
    target: Decimal
    reached: Decimal
    progress: int | None


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask: reached (no further than last time), still (did not move), far or safe by `tenths` times."""

    code: str
    tenths: int = 0


def asks(past: Past, baseline: Decimal, target: Decimal, bounds: Bounds) -> Question | None:
    """Compare the way that is asked for with the way that was gone last time, both towards the new target."""
    sign = 1 if target > baseline else -1
    moved, way = sign * (past.reached - past.baseline), abs(target - baseline)
    if sign * (past.reached - target) >= 0:
        return Question("reached")
    if moved <= 0:
        return Question("still")
    times = Fraction(way) / Fraction(moved)
    tenths = half_even(times.numerator * 10, times.denominator)
    if times >= bounds.too_far:
        return Question("far", tenths)
    return Question("safe", tenths) if times <= bounds.too_safe else None


def asks_of_plan(attained: int | None, *, stretch: bool) -> Question | None:
    """Without the same measure: everything reached last time and no stretch now, or little reached and a stretch."""
    if attained is None:
        return None
    if not stretch and attained >= PROGRESS:
        return Question("all_reached")
    return Question("far_behind") if stretch and attained * 2 < PROGRESS else None
