"""Sharing a whole number exactly: largest remainder, with or without limits (money, quotas, points).

Remainders are compared as integers; quotients pay the wrong person in some pools. Cost: one sort.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from beichen.platform.kit import words
from beichen.platform.kit.words import BadValue


@dataclass(frozen=True, slots=True)
class Shares:
    """Whole parts in the order asked; `amounts` and `unallocated` add up to the total.

    `t` is the amount per unit of weight where there is one; `up` tells who received one unit by remainder.
    """

    amounts: tuple[int, ...]
    unallocated: int
    t: Fraction | None
    up: tuple[bool, ...]


def share(total: int, weights: Sequence[int], keys: Sequence[Any]) -> Shares:
    """`total` in proportion to the weights; equal remainders go to the smaller key. All weights 0: unallocated."""
    _check(total, weights, keys)
    whole = sum(weights)
    if whole == 0:
        return Shares((0,) * len(weights), total, None, (False,) * len(weights))
    amounts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), keys[i]))
    lucky = set(order[: total - sum(amounts)])
    up = tuple(i in lucky for i in range(len(weights)))
    return Shares(tuple(a + u for a, u in zip(amounts, up, strict=True)), 0, Fraction(total, whole), up)


def share_within(
    total: int, weights: Sequence[int], lower: Sequence[int], upper: Sequence[int | None], keys: Sequence[Any]
) -> Shares:
    """`total` as clamp(t · weight, lower, upper) for the one t whose sum is the total, then the integer pass.

    `upper` None is no limit. Lower limits above the total are refused; upper limits below it are paid and the rest is
    reported as unallocated. A weight of 0 receives its lower limit.
    """
    _check(total, weights, keys)
    _check_limits(total, lower, upper)
    t = _rate(total, weights, lower, upper)
    if t is None:
        most = tuple(_most(w, low, high) for w, low, high in zip(weights, lower, upper, strict=True))
        return Shares(most, total - sum(most), None, (False,) * len(weights))
    fixed = [_clamped(t, w, low, high) for w, low, high in zip(weights, lower, upper, strict=True)]
    free = [i for i, amount in enumerate(fixed) if amount is None]
    rest = total - sum(amount for amount in fixed if amount is not None)
    between = share(rest, [weights[i] for i in free], [keys[i] for i in free])
    amounts = [amount or 0 for amount in fixed]
    up = [False] * len(weights)
    for place, i in enumerate(free):
        amounts[i], up[i] = between.amounts[place], between.up[place]
    return Shares(tuple(amounts), between.unallocated, t, tuple(up))


def integers(weights: Sequence[Fraction]) -> tuple[list[int], int]:
    """Exact weights as integers in the same proportion, and the factor they were multiplied by."""
    factor = lcm(*(weight.denominator for weight in weights))
    return [int(weight * factor) for weight in weights], factor


def _clamped(t: Fraction, weight: int, low: int, high: int | None) -> int | None:
    """The limit this amount stands at, or None where it lies strictly between them."""
    exact = t * weight
    if exact <= low:
        return low
    return high if high is not None and exact >= high else None


def _most(weight: int, low: int, high: int | None) -> int:
    return low if weight == 0 or high is None else high


def _rate(total: int, weights: Sequence[int], lower: Sequence[int], upper: Sequence[int | None]) -> Fraction | None:
    """The smallest turn of t at which the clamped amounts add up to the total; None where the upper limits do not.

    The sum rises piecewise in t: each weight starts to rise at lower/weight and stops at upper/weight.
    """
    turns: list[tuple[Fraction, int]] = []
    for weight, low, high in zip(weights, lower, upper, strict=True):
        if weight > 0:
            turns.append((Fraction(low, weight), weight))
            if high is not None:
                turns.append((Fraction(high, weight), -weight))
    reached, slope, at = Fraction(sum(lower)), 0, Fraction(0)
    for turn, change in sorted(turns):
        here = reached + slope * (turn - at)
        if here >= total:
            return at + (total - reached) / slope if slope > 0 else turn
        reached, at, slope = here, turn, slope + change
    if reached == total:
        return at
    return at + (total - reached) / slope if slope > 0 else None


def _check(total: int, weights: Sequence[int], keys: Sequence[Any]) -> None:
    if total < 0:
        raise BadValue("total", total, words.NOT_NEGATIVE)
    for weight in weights:
        if weight < 0:
            raise BadValue("weight", weight, words.NOT_NEGATIVE)
    if len(set(keys)) != len(weights):
        raise BadValue("keys", len(set(keys)), words.DIFFERENT_KEYS)


def _check_limits(total: int, lower: Sequence[int], upper: Sequence[int | None]) -> None:
    for low, high in zip(lower, upper, strict=True):
        if low < 0:
            raise BadValue("lower_limit", low, words.NOT_NEGATIVE)
        if high is not None and high < low:
            raise BadValue("upper_limit", high, words.AT_LEAST, limit=low)
    if sum(lower) > total:
        raise BadValue("lower_limits", sum(lower), words.AT_MOST, limit=total)
