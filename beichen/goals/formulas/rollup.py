"""From key results through goals to units and priorities in one rule (formulas §2).

Progress in millionths, scores and weights in hundredths. Three weights that are never mixed: `Goal.weight` among goals
of one owner, `KeyResult.weight` in its goal, `Alignment.weight` of a child goal in its roll-up parent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from beichen.platform.kit.means import Mean, mean, term
from beichen.platform.kit.rounding import WEIGHT, half_even, rounded


@dataclass(frozen=True, slots=True)
class Item:
    """A key result or a child goal in its goal, or a goal in its unit or priority.

    `progress` and `score` are the stored values, None where not measured. `counted` is False for a dropped key result
    and for a child goal that is neither active, changing nor closed-not-dropped.
    """

    key: str
    weight: int
    progress: int | None
    score: int | None = None
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Rolled:
    """A rolled-up number in the unit of its items, None where nothing was counted, and how it came about."""

    value: int | None
    how: Mean


def progress_of(items: Sequence[Item]) -> Rolled:
    """The progress P of a goal, unit or priority in millionths: Σ w·p / Σ w over the counted items."""
    return _rolled(items, [item.progress for item in items])


def score_of(items: Sequence[Item]) -> Rolled:
    """A goal's score in hundredths: the same mean over the stored scores."""
    return _rolled(items, [item.score for item in items])


def upward(computed: int | None, manual: int | None) -> int | None:
    """What the level above uses: a manual P replaces the computed one, which stays visible."""
    return computed if manual is None else manual


def alignment_weight(counted_weights: Sequence[int]) -> int:
    """The default weight of a new child goal: the mean of what its parent's counted items hold; 1 if there are none."""
    if not counted_weights:
        return WEIGHT
    return half_even(sum(counted_weights), len(counted_weights))


def total_weight(weights: Sequence[int]) -> int:
    """What one owner's weights add up to, in hundredths; 100 % is 10,000."""
    return sum(weights)


def _rolled(items: Sequence[Item], values: Sequence[int | None]) -> Rolled:
    terms = [
        term(item.key, item.weight, value, "" if item.counted else "left_out")
        for item, value in zip(items, values, strict=True)
    ]
    how = mean(terms, equal_when_zero=True)
    return Rolled(None if how.value is None else rounded(how.value, 1), how)
