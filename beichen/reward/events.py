"""What others may hear of bonuses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BonusProposed:
    """A policy was chosen; managers may propose adjustments."""

    plan_id: int


@dataclass(frozen=True)
class BonusLocked:
    """Two people approved; amounts are final."""

    plan_id: int


@dataclass(frozen=True)
class BonusUnlocked:
    """Two people opened a locked plan again."""

    plan_id: int


@dataclass(frozen=True)
class LettersReleased:
    """These people may read their letters; at most 1,000 in one event."""

    plan_id: int
    people: tuple[int, ...]


@dataclass(frozen=True)
class SimulationAsked:
    """The pools and awards of a plan are to be computed."""

    plan_id: int


@dataclass(frozen=True)
class LettersAsked:
    """Two HR administrators asked to open the letters of everybody whose rating is released."""

    plan_id: int
