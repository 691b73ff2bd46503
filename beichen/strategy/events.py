"""What others may hear of the strategy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TargetAgreed:
    """The business head and the HR partner have both confirmed a target."""

    target_id: int
    owner_id: int


@dataclass(frozen=True, slots=True)
class StrategyPublished:
    """A new version of the page is in force."""

    map_id: int
    number: int


@dataclass(frozen=True, slots=True)
class StatementPublished:
    """A new version of the principles, the application rules or the scope is in force; `kind` as in `StatementKind`."""

    kind: str
    number: int
