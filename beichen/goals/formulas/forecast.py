"""Where a key result will stand when it is due, at its pace so far (formulas §3). Evidence, not a score: floats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from statistics import median

DAYS_NEEDED = 3
DAYS_USED = 60


@dataclass(frozen=True, slots=True)
class Forecast:
    """Attainment at the due day with the band from the lower and upper quartile of slopes; 1.0 is met."""

    value: float
    low: float
    high: float
    slope_per_day: float
    days_used: int


def forecast(updates: Sequence[tuple[date, float]], due: date, cap: float) -> Forecast | None:
    """Theil–Sen from the last update of each day, oldest first; None with fewer than three days.

    `updates` are (day, raw attainment) in the order they were made; results are cut to 0 … cap.
    Cost: at most 1,770 pairs.
    """
    daily = sorted(dict(updates).items())[-DAYS_USED:]
    if len(daily) < DAYS_NEEDED:
        return None
    slopes = sorted((b - a) / (later - day).days for (day, a), (later, b) in combinations(daily, 2))
    last_day, last = daily[-1]
    remaining = max(0, (due - last_day).days)
    middle = median(slopes)

    def at_due(slope: float) -> float:
        return max(0.0, min(cap, last + slope * remaining))

    return Forecast(
        at_due(middle), at_due(_quantile(slopes, 0.25)), at_due(_quantile(slopes, 0.75)), middle, len(daily)
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Linear interpolation between the two nearest of an ordered row."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
