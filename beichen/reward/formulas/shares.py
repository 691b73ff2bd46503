"""From a pool to the people in it, exact to the smallest unit of money (formulas §10).

Coefficients in ten-thousandths, λ exact on 0 … 1, money in the currency's smallest unit.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from beichen.platform.kit import words
from beichen.platform.kit.rounding import COEFFICIENT, Number, fraction, rounded
from beichen.platform.kit.sharing import Shares, integers, share, share_within
from beichen.platform.kit.words import BadValue
from beichen.reward.formulas.pools import Entry


@dataclass(frozen=True, slots=True)
class Limits:
    """The least and the most one person may be paid from the pool; `most` None is no limit."""

    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What one person is paid and why.

    `flattened` is k′ and `weight` is target · days · k′ (both exact); `by_remainder`: one unit more than the whole
    part of the share.
    """

    entry: Entry
    amount: int
    k: Fraction
    flattened: Fraction
    weight: Fraction
    by_remainder: bool


@dataclass(frozen=True, slots=True)
class Sharing:
    """Σ amounts + unallocated = pool. `rate` is the locked t (money per unit of weight), None where none exists.

    `mean_k` is k̄, None where nobody has k > 0; `ungraded` are listed and not paid.
    """

    pool: int
    lines: tuple[Line, ...]
    unallocated: int
    rate: Fraction | None
    mean_k: Fraction | None
    flattening: Fraction
    ungraded: tuple[Entry, ...]


def bonus_shares(
    pool: int, entries: Sequence[Entry], flattening: Number = 0, limits: Mapping[tuple[str, str], Limits] | None = None
) -> Sharing:
    """Share a pool by target · days · k′; `limits` by `Entry.key`, only where the plan has any.

    k′ = (1 − λ)·k + λ·k̄ with k̄ over the people with k > 0; k = 0 stays 0. All weights 0: unallocated.
    """
    lam = _flattening(flattening)
    graded = [entry for entry in entries if entry.coefficient is not None]
    mean_k = mean_coefficient(graded)
    flat = [flattened(_k(entry), mean_k, lam) for entry in graded]
    weights = [entry.target_days * k for entry, k in zip(graded, flat, strict=True)]
    whole, factor = integers(weights)
    shares = _shares(pool, graded, whole, limits)
    lines = tuple(
        Line(entry, shares.amounts[i], _k(entry), flat[i], weights[i], shares.up[i]) for i, entry in enumerate(graded)
    )
    rate = None if shares.t is None else shares.t * factor
    ungraded = tuple(entry for entry in entries if entry.coefficient is None)
    return Sharing(pool, lines, shares.unallocated, rate, mean_k, lam, ungraded)


def mean_coefficient(entries: Sequence[Entry]) -> Fraction | None:
    """k̄: the mean of k over the people with k > 0, weighted by target and days; None where that weighs nothing."""
    above = [entry for entry in entries if entry.coefficient]
    whole = sum((entry.target_days for entry in above), Fraction(0))
    if whole == 0:
        return None
    return sum((entry.target_days * _k(entry) for entry in above), Fraction(0)) / whole


def flattened(k: Fraction, mean_k: Fraction | None, lam: Fraction) -> Fraction:
    """k′ of one person; 0 stays 0."""
    return k if k == 0 or mean_k is None else (1 - lam) * k + lam * mean_k


def after_appeal(sharing: Sharing, entry: Entry, coefficient: int, limits: Limits | None = None) -> int:
    """What the person would have been paid with another grade: locked t and k̄, rounded; nobody else's pay changes.

    The difference is paid from the plan's reserve. Without a locked rate (pool not shared) it is 0.
    """
    k = Fraction(coefficient, COEFFICIENT)
    bounds = limits or Limits()
    weight = entry.target_days * flattened(k, sharing.mean_k, sharing.flattening)
    amount = rounded((sharing.rate or Fraction(0)) * weight, 1)
    return max(bounds.least, amount if bounds.most is None else min(amount, bounds.most))


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A manager's change to one person's amount, in the smallest unit of money, with a reason."""

    key: tuple[str, str]
    delta: int
    reason: str


def adjusted(
    amounts: Mapping[tuple[str, str], int], adjustments: Sequence[Adjustment], max_percent: Number = 10
) -> dict[tuple[str, str], int]:
    """The amounts of a pool after the manager's adjustments.

    Each stays within `max_percent` of the person's amount and has a reason; they add up to 0 in the pool.
    """
    limit = fraction(max_percent) / 100
    result = dict(amounts)
    for change in adjustments:
        before = amounts.get(change.key, 0)
        if abs(change.delta) > before * limit:
            raise BadValue("adjustment", change.delta, words.WITHIN, limit=int(before * limit))
        if change.delta and not change.reason.strip():
            raise BadValue("reason", change.reason, words.A_REASON)
        result[change.key] = result.get(change.key, 0) + change.delta
    if len({change.key for change in adjustments}) != len(adjustments):
        raise BadValue("adjustments", len(adjustments), words.ONE_EACH)
    if moved := sum(change.delta for change in adjustments):
        raise BadValue("adjustments", moved, words.EXACTLY, limit=0)
    return result


def version_of(changes: Iterable[tuple[int, int, str]]) -> int:
    """A number for a set of adjustments (award, delta, reason), never 0: who saves says which set they looked at."""
    text = repr(sorted((award, delta, reason) for award, delta, reason in changes if delta))
    return zlib.crc32(text.encode()) % 999_999_998 + 1


def _shares(
    pool: int, graded: Sequence[Entry], weights: Sequence[int], limits: Mapping[tuple[str, str], Limits] | None
) -> Shares:
    keys = [entry.key for entry in graded]
    if limits is None:
        return share(pool, weights, keys)
    bounds = [limits.get(key, Limits()) for key in keys]
    return share_within(pool, weights, [b.least for b in bounds], [b.most for b in bounds], keys)


def _k(entry: Entry) -> Fraction:
    return Fraction(entry.coefficient or 0, COEFFICIENT)


def _flattening(value: Number) -> Fraction:
    lam = fraction(value, "flattening")
    if not 0 <= lam <= 1:
        raise BadValue("flattening", value, words.BETWEEN, low=0, high=1)
    return lam
