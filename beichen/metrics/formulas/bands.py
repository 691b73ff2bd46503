"""The score of a KPI by bands: interpolated, stepped, relative, and interval plus trend (formulas §4).

Values are Decimals of the metric's unit; scores of points are in hundredths (10000 = met); a band score is exact.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise

from beichen.platform.kit import words
from beichen.platform.kit.rounding import SCORE, clip, fraction, rounded
from beichen.platform.kit.words import BadValue

COMPARED_AT_LEAST = 5


@dataclass(frozen=True, slots=True)
class Point:
    """A value and the score it earns, in hundredths; `condition` must be confirmed with evidence where it is given."""

    value: Decimal
    score: int
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Points from worst to best: values strictly monotone, scores strictly increasing, at least two."""

    points: tuple[Point, ...]
    stepped: bool = False

    def __post_init__(self) -> None:
        _check(self.points)

    @property
    def falling(self) -> bool:
        """Whether lower is better."""
        return self.points[-1].value < self.points[0].value

    @property
    def floor(self) -> int:
        """The least score this table gives, in hundredths; above 0 the page and the import say so."""
        return self.points[0].score

    @property
    def width(self) -> Fraction:
        """Best value − worst value, with its sign."""
        return fraction(self.points[-1].value) - fraction(self.points[0].value)


@dataclass(frozen=True, slots=True)
class BandScore:
    """`score` is exact in points, `stored` in hundredths.

    `reached` is the index of the best point reached (None: worse than the first), `held` the point whose score holds
    because the condition of a better one was not confirmed (None: all confirmed).
    """

    score: Fraction
    stored: int
    reached: int | None
    held: int | None = None


def band_score(table: Table, value: Decimal | Fraction, confirmed: Collection[int] = ()) -> BandScore:
    """The score of a value; `confirmed` holds the indexes of points whose condition the rater confirmed.

    Where the condition of the best point reached is not confirmed, the score of the next lower point holds.
    """
    exact = fraction(value)
    reached = _reached(table, exact)
    if reached is None:
        return _banded(_points(table, 0), None)
    held = _held(table, reached, confirmed)
    if held != reached:
        return _banded(_points(table, held), reached, held)
    if table.stepped or reached == len(table.points) - 1:
        return _banded(_points(table, reached), reached)
    return _banded(_between(table, reached, exact), reached)


def relative(value: Decimal, comparison: Sequence[Decimal]) -> Fraction | None:
    """Value ÷ median of the comparison set; None (use the absolute band) with fewer than 5 subjects or a median ≤ 0."""
    if len(comparison) < COMPARED_AT_LEAST:
        return None
    middle = _median([fraction(other) for other in comparison])
    return fraction(value) / middle if middle > 0 else None


@dataclass(frozen=True, slots=True)
class TrendRules:
    """`gain` g and `limit` T in points; `periods` looked at, `periods_min` needed for a trend term."""

    gain: Fraction = Fraction(20)
    limit: Fraction = Fraction(10)
    periods: int = 6
    periods_min: int = 3


DEFAULT_TREND = TrendRules()


@dataclass(frozen=True, slots=True)
class TrendScore:
    """Interval plus trend: `score` exact and `stored` in hundredths; `slope` and `span` None without a trend term."""

    score: Fraction
    stored: int
    band: BandScore
    trend: Fraction
    slope: Fraction | None
    span: int | None


def trend_score(
    table: Table, measured: Mapping[int, Decimal], period: int, top: int = 12000, rules: TrendRules = DEFAULT_TREND
) -> TrendScore | None:
    """S = clip(S_band + clamp(g · slope · m / width, −T, +T), 0, top) for a period number; None without its value.

    `measured` maps period numbers to values; the newest `rules.periods` up to `period` are looked at; `top` in
    hundredths. `width` keeps its sign, so a falling defect rate earns a bonus.
    """
    if period not in measured:
        return None
    band = band_score(table, measured[period])
    row = {n: fraction(v) for n, v in sorted(measured.items()) if period - rules.periods < n <= period}
    if len(row) < rules.periods_min:
        return _trended(band, Fraction(0), top)
    slope = _median([(row[b] - row[a]) / (b - a) for a, b in combinations(row, 2)])
    span = max(row) - min(row)
    trend = clip(rules.gain * slope * span / table.width, -rules.limit, rules.limit)
    return _trended(band, trend, top, slope, span)


def _trended(
    band: BandScore, trend: Fraction, top: int, slope: Fraction | None = None, span: int | None = None
) -> TrendScore:
    score = clip(band.score + trend, 0, Fraction(top, SCORE))
    return TrendScore(score, rounded(score, SCORE), band, trend, slope, span)


def _check(points: Sequence[Point]) -> None:
    if len(points) < 2:
        raise BadValue("points", len(points), words.TWO_OR_MORE)
    if points[0].score < 0:
        raise BadValue("score", points[0].score, words.NOT_NEGATIVE)
    rises = fraction(points[-1].value) > fraction(points[0].value)
    for worse, better in pairwise(points):
        if worse.value == better.value or (better.value > worse.value) != rises:
            raise BadValue("points", better.value, words.ONE_DIRECTION)
        if better.score <= worse.score:
            raise BadValue("score", Decimal(better.score) / SCORE, words.RISING, limit=Decimal(worse.score) / SCORE)


def _reached(table: Table, value: Fraction) -> int | None:
    """The index of the best point whose value is reached, None where even the first is not."""
    sign = -1 if table.falling else 1
    reached = [i for i, point in enumerate(table.points) if sign * value >= sign * fraction(point.value)]
    return reached[-1] if reached else None


def _held(table: Table, reached: int, confirmed: Collection[int]) -> int:
    """The point that holds: the next lower one as long as a condition is not confirmed; the first always holds."""
    held = reached
    while held > 0 and table.points[held].condition and held not in confirmed:
        held -= 1
    return held


def _between(table: Table, lower: int, value: Fraction) -> Fraction:
    low, high = table.points[lower], table.points[lower + 1]
    way = (value - fraction(low.value)) / (fraction(high.value) - fraction(low.value))
    return Fraction(low.score, SCORE) + way * Fraction(high.score - low.score, SCORE)


def _points(table: Table, index: int) -> Fraction:
    return Fraction(table.points[index].score, SCORE)


def _banded(score: Fraction, reached: int | None, held: int | None = None) -> BandScore:
    return BandScore(score, rounded(score, SCORE), reached, held)


def _median(values: Sequence[Fraction]) -> Fraction:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
