"""Key-result attainment for every kind of measure, and what follows from it: progress and score (formulas §1).

Values come as Decimal, attainment is an exact fraction (1 is met, may be negative or above 1), progress is stored in
millionths, a score in hundredths of a point, weights in hundredths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from beichen.platform.kit import words
from beichen.platform.kit.rounding import PROGRESS, SCORE, clip, fraction, rounded
from beichen.platform.kit.words import BadValue

CAP_COMMITTED = Decimal("1.0")
CAP_STRETCH = Decimal("1.2")


@dataclass(frozen=True, slots=True)
class Linear:
    """Increase, decrease, percent, number of times; the direction follows the sign of target − baseline."""

    baseline: Decimal
    target: Decimal
    current: Decimal | None = None

    def __post_init__(self) -> None:
        if fraction(self.baseline, "baseline") == fraction(self.target, "target"):
            raise BadValue("target", self.target, words.NOT_THE_BASELINE, limit=self.baseline)


@dataclass(frozen=True, slots=True)
class KeepWithin:
    """Stay inside [low, high]; one edge may be absent. "No defects" is KeepWithin(None, 0, tolerance)."""

    low: Decimal | None
    high: Decimal | None
    tolerance: Decimal
    current: Decimal | None = None

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise BadValue("edges", "", words.ONE_EDGE)
        if self.low is not None and self.high is not None and self.high < self.low:
            raise BadValue("high", self.high, words.AT_LEAST, limit=self.low)
        if fraction(self.tolerance, "tolerance") <= 0:
            raise BadValue("tolerance", self.tolerance, words.POSITIVE)


@dataclass(frozen=True, slots=True)
class YesNo:
    """None is not answered yet."""

    answer: bool | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A KPI with points; `score` is the exact band score of formulas §4 (100 = met), computed by metrics."""

    score: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    """One step of a milestone key result; weight in hundredths."""

    weight: int
    due: date
    done: bool = False

    def __post_init__(self) -> None:
        if self.weight < 0:
            raise BadValue("weight", self.weight, words.NOT_NEGATIVE)


@dataclass(frozen=True, slots=True)
class Milestones:
    """At least one; weights that are all 0 count as equal ones."""

    steps: tuple[Milestone, ...]

    def __post_init__(self) -> None:
        if not self.steps:
            raise BadValue("milestones", 0, words.ONE_OR_MORE)


Measure = Linear | KeepWithin | YesNo | Band | Milestones


@dataclass(frozen=True, slots=True)
class Attainment:
    """What one key result stands at. All three are None where it is not measured.

    `raw` is exact, `progress` in millionths, `score` in hundredths, `cap` what the score was cut to.
    """

    raw: Fraction | None
    progress: int | None
    score: int | None
    cap: Fraction


def attainment(measure: Measure, cap: Decimal | Fraction = CAP_COMMITTED, *, by_metric: bool = False) -> Attainment:
    """Raw attainment, progress and score of one key result.

    Without a value, a key result updated by hand stands at its baseline and one fed `by_metric` is not measured.
    """
    top = fraction(cap, "cap")
    if top <= 0:
        raise BadValue("cap", cap, words.POSITIVE)
    raw = raw_attainment(measure)
    if raw is None and by_metric:
        return Attainment(None, None, None, top)
    stands = Fraction(0) if raw is None else raw
    return Attainment(stands, progress(stands), score(stands, top), top)


def raw_attainment(measure: Measure) -> Fraction | None:
    """The exact attainment of a measure, None where it holds no value yet."""
    if isinstance(measure, Milestones):
        return milestone_share(measure.steps, [step.done for step in measure.steps])
    if isinstance(measure, YesNo):
        return None if measure.answer is None else Fraction(int(measure.answer))
    if isinstance(measure, Band):
        return None if measure.score is None else measure.score / 100
    if measure.current is None:
        return None
    value = fraction(measure.current)
    return _linear(measure, value) if isinstance(measure, Linear) else _within(measure, value)


def progress(raw: Fraction) -> int:
    """Attainment cut to 0 … 1, in millionths."""
    return rounded(clip(raw, 0, 1), PROGRESS)


def score(raw: Fraction, cap: Fraction) -> int:
    """100 points for an attainment of 1, cut to 0 … cap, in hundredths."""
    return rounded(100 * clip(raw, 0, cap), SCORE)


def milestone_share(steps: Sequence[Milestone], counted: Sequence[bool]) -> Fraction:
    """The share of the steps that count, by weight; equal weights where all are 0."""
    whole = sum(step.weight for step in steps)
    weights = [step.weight if whole else 1 for step in steps]
    reached = sum(weight for weight, counts in zip(weights, counted, strict=True) if counts)
    return Fraction(reached, sum(weights))


def _linear(measure: Linear, value: Fraction) -> Fraction:
    baseline = fraction(measure.baseline)
    return (value - baseline) / (fraction(measure.target) - baseline)


def _within(measure: KeepWithin, value: Fraction) -> Fraction:
    outside = Fraction(0)
    if measure.low is not None:
        outside = max(outside, fraction(measure.low) - value)
    if measure.high is not None:
        outside = max(outside, value - fraction(measure.high))
    return clip(1 - outside / fraction(measure.tolerance), 0, 1)
