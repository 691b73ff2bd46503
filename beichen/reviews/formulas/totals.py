"""From section scores to the total, the suggested grade and the year (formulas §6).

Stored totals and minima are in hundredths of a point, coefficients in ten-thousandths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from beichen.platform.kit import words
from beichen.platform.kit.means import Mean, mean, term
from beichen.platform.kit.rounding import SCORE, clip, decimal, rounded
from beichen.platform.kit.words import BadValue

TOTAL_MAX = 12000
YEAR_NEEDS = 2
COMPARED_AT_LEAST = 8


@dataclass(frozen=True, slots=True)
class SectionResult:
    """A section of the plan with its weight; `score` exact, None where missing or where it does not apply."""

    key: str
    weight: int
    score: Fraction | None


@dataclass(frozen=True, slots=True)
class Total:
    """`value` in hundredths, None where no section has a score; `clipped` where the plan's maximum cut it."""

    value: int | None
    how: Mean
    maximum: int
    clipped: bool


@dataclass(frozen=True, slots=True)
class Grade:
    """One row of a scale: `minimum` total in hundredths, bonus `coefficient` in ten-thousandths."""

    key: str
    minimum: int
    coefficient: int = 0


@dataclass(frozen=True, slots=True)
class Scale:
    """Grades from the best down: minima strictly falling to 0, coefficients not negative."""

    grades: tuple[Grade, ...]

    def __post_init__(self) -> None:
        if not self.grades:
            raise BadValue("scale", 0, words.ONE_OR_MORE)
        for above, below in pairwise(self.grades):
            if below.minimum >= above.minimum:
                limit = decimal(above.minimum, SCORE)
                raise BadValue("minimum", decimal(below.minimum, SCORE), words.FALLING, limit=limit)
        if self.grades[-1].minimum != 0:
            raise BadValue("minimum", decimal(self.grades[-1].minimum, SCORE), words.EXACTLY, limit=0)
        if min(grade.coefficient for grade in self.grades) < 0:
            raise BadValue("coefficient", min(grade.coefficient for grade in self.grades), words.NOT_NEGATIVE)


def total(sections: Sequence[SectionResult], maximum: int = TOTAL_MAX) -> Total:
    """Σ W·section / Σ W over the sections that have a score; clipped once, then rounded once."""
    how = mean([term(part.key, part.weight, part.score) for part in sections], equal_when_zero=False)
    return _total(how, maximum)


def suggested_grade(total_value: int, scale: Scale) -> Grade:
    """The first row from the top whose minimum is at or below the rounded total (hundredths)."""
    if total_value < 0:
        raise BadValue("total", total_value, words.NOT_NEGATIVE)
    return next(grade for grade in scale.grades if grade.minimum <= total_value)


@dataclass(frozen=True, slots=True)
class QuarterResult:
    """A quarter in the year's result; `value` in hundredths, None where it was not released."""

    key: str
    value: int | None
    weight: int = 1


def year_total(quarters: Sequence[QuarterResult], needed: int = YEAR_NEEDS, maximum: int = TOTAL_MAX) -> Total:
    """Σ w·total / Σ w over the released quarters; None below `needed`, the missing ones stay among the terms."""
    points = [None if q.value is None else Fraction(q.value, SCORE) for q in quarters]
    how = mean([term(q.key, q.weight, v) for q, v in zip(quarters, points, strict=True)], equal_when_zero=False)
    if sum(v is not None for v in points) < needed:
        how = Mean(None, how.weight, how.terms)
    return _total(how, maximum)


def percentile(below: int, equal: int, group: int) -> Fraction | None:
    """100·(B + E/2)/n, exact; oneself counts in `equal` and `group`. None (take the next larger unit) under 8."""
    if not 1 <= equal <= group or not 0 <= below <= group - equal:
        raise BadValue("count", f"{below} + {equal}", words.BETWEEN, low=1, high=group)
    return Fraction(100 * (2 * below + equal), 2 * group) if group >= COMPARED_AT_LEAST else None


def _total(how: Mean, maximum: int) -> Total:
    if how.value is None:
        return Total(None, how, maximum, clipped=False)
    cut = clip(how.value, 0, Fraction(maximum, SCORE))
    return Total(rounded(cut, SCORE), how, maximum, clipped=cut != how.value)
