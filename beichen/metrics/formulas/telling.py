"""Whether a metric tells its subjects apart: how figures are spread, in plain numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

ENOUGH = 5
"""Fewer figures say nothing."""
SAME = Fraction(4, 5)
"""From this share of equal figures on a metric hardly tells anybody apart."""
NARROW = Fraction(1, 20)
"""So does one whose middle half lies within this part of its median."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How figures are spread. `same`: the share with the most frequent value; quartiles are figures that are there.

    `tells` is None where there are too few.
    """

    count: int
    least: Decimal
    lower: Decimal
    middle: Decimal
    upper: Decimal
    most: Decimal
    same: Fraction
    tells: bool | None


def spread(values: Sequence[Decimal]) -> Spread | None:
    """The spread of at least one figure."""
    if not values:
        return None
    ordered = sorted(values)
    count = len(ordered)
    same = Fraction(max(Counter(ordered).values()), count)
    lower, middle, upper = (ordered[_place(count, quarter)] for quarter in (1, 2, 3))
    apart = same < SAME and Fraction(upper - lower) > NARROW * abs(Fraction(middle))
    return Spread(
        count, ordered[0], lower, middle, upper, ordered[-1], same, apart if count >= ENOUGH else None
    )  # fmt: skip


def _place(count: int, quarter: int) -> int:
    """The place of the smallest figure that at least so many quarters do not exceed."""
    return max(0, -(-count * quarter // 4) - 1)
