"""Chance that is the same every time: a stream of numbers for each topic of a seed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def stream(seed: int, *topic: object) -> Random:
    """A stream of its own for a topic, so that a change in one chapter leaves the others as they are."""
    return Random(f"{seed}:" + ":".join(str(part) for part in topic))


class Deck:
    """Deals every card once before any comes again, in an order of its own."""

    def __init__(self, cards: Sequence[str], rng: Random) -> None:
        self._all, self._rng, self._left = list(cards), rng, list[str]()

    def deal(self) -> str:
        """The next card."""
        if not self._left:
            self._left = list(self._all)
            self._rng.shuffle(self._left)
        return self._left.pop()


def shares(total: int, weights: Sequence[int], least: int = 1) -> list[int]:
    """Whole parts of a total in proportion to weights, each at least `least`; the largest remainders get the rest."""
    whole = sum(weights) or 1
    parts = [max(least, total * weight // whole) for weight in weights]
    order = sorted(range(len(weights)), key=lambda n: (-(total * weights[n] % whole), n))
    n = 0
    while sum(parts) < total:
        parts[order[n % len(parts)]] += 1
        n += 1
    while sum(parts) > total:
        largest = max(range(len(parts)), key=lambda n: (parts[n], n))
        parts[largest] -= 1
    return parts
