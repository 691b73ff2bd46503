"""Results several people stand for: what each part weighs in the own plan, and parts held against the work (§5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from beichen.platform.kit import words
from beichen.platform.kit.rounding import Number, fraction, half_even
from beichen.platform.kit.words import BadValue

FAR = Fraction(1, 5)
"""From this distance on, twenty points, a part and what the work shows are far apart."""


@dataclass(frozen=True, slots=True)
class SharedWeight:
    """One party of a shared result: the part it stands for, and its weight in the own plan, exact, in hundredths."""

    part: Fraction
    full: int
    weight: Fraction


def shared_weights(parts: Sequence[Number], weights: Sequence[int], *, by_contribution: bool) -> list[SharedWeight]:
    """Each party's weight in its own plan: reduced by part / largest part, or unchanged "in full"; parts are > 0."""
    if not parts:
        raise BadValue("part", 0, words.ONE_OR_MORE)
    exact = [fraction(part, "part") for part in parts]
    if min(exact) <= 0:
        raise BadValue("part", min(exact), words.POSITIVE)
    most, whole = max(exact), sum(exact, Fraction(0))
    return [
        SharedWeight(part / whole, weight, weight * part / most if by_contribution else Fraction(weight))
        for part, weight in zip(exact, weights, strict=True)
    ]


def filled(weights: Sequence[int], fulls: Sequence[int], days: Sequence[int]) -> list[int]:
    """What was given away to partners spread over the goals of nobody else in proportion, in hundredths.

    `fulls` are the weights before, `days` how long each was in force (1 where a plan is not scored by time). Where
    every goal is shared, they stay as they are.
    """
    lines = list(zip(weights, fulls, days, strict=True))
    alone = sum(weight * held for weight, full, held in lines if weight == full)
    if not alone:
        return list(weights)
    whole = alone + sum((full - weight) * held for weight, full, held in lines)
    return [half_even(weight * whole, alone) if weight == full else weight for weight, full, _ in lines]


def parts_of(parts: Sequence[int]) -> list[Fraction]:
    """Each part of the sum of all."""
    whole = sum(parts)
    return [Fraction(part, whole) for part in parts]


def in_work(counts: Sequence[int]) -> list[Fraction] | None:
    """What each did of all that was done; None where nothing was."""
    return parts_of(counts) if sum(counts) else None


def far_apart(agreed: Fraction, seen: Fraction) -> int:
    """1 where somebody did far more than the agreed part, -1 far less, 0 where the two are near each other."""
    return 0 if abs(seen - agreed) < FAR else 1 if seen > agreed else -1
