"""What others may hear of the strategy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StrategyPublished:
    """A new version of the page is in force."""

    map_id: int
    number: int
