"""Plans of peers side by side: what stands out in number, weight and ambition. Something to look at, not a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

FULL = 10_000
PEERS = 5
"""With fewer plans beside it, nothing is called unusual."""
HEAVY = Fraction(3, 2)
"""So many times what is usual among peers."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A plan in a few numbers: weights of its goals in hundredths, how many are stretch, and how many of its measures
    ask for much more (`far`) or much less (`safe`) than the last cycle moved.
    """

    weights: tuple[int, ...]
    stretch: int = 0
    far: int = 0
    safe: int = 0


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual in a group: medians of the number of goals and the heaviest goal, share of plans that stretch."""

    count: Fraction
    heaviest: Fraction
    stretching: Fraction


def usual(plans: Sequence[Outline]) -> Usual | None:
    """The usual plan of a group; None without plans."""
    held = [plan for plan in plans if plan.weights]
    if not held:
        return None
    return Usual(
        Fraction(median([len(plan.weights) for plan in held])), Fraction(median([max(plan.weights) for plan in held])),
        Fraction(sum(1 for plan in held if plan.stretch), len(held)),
    )  # fmt: skip


def stands_out(plan: Outline, peers: Sequence[Outline], limits: tuple[int, int]) -> list[str]:
    """What to look at in a plan: weights, few, many, heavy, safe_beside, far, safe. `limits`: least and most goals."""
    found = []
    if sum(plan.weights) != FULL:
        found.append("weights")
    if len(plan.weights) < limits[0]:
        found.append("few")
    if len(plan.weights) > limits[1]:
        found.append("many")
    others = usual([one for one in peers if one.weights])
    if others is not None and plan.weights and len([one for one in peers if one.weights]) >= PEERS:
        if max(plan.weights) >= others.heaviest * HEAVY:
            found.append("heavy")
        if not plan.stretch and others.stretching >= Fraction(1, 2):
            found.append("safe_beside")
    return found + (["far"] if plan.far else []) + (["safe"] if plan.safe else [])
