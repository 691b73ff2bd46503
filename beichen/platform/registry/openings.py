"""What is settled at the moment a cycle opens: areas above people freeze it inside the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from beichen.platform.kit.actor import Actor

Opening = Callable[[Actor, int], Mapping[str, object]]
Said = Callable[[Actor], tuple[str, str]]
_openings: list[Opening] = []
_said: list[Said] = []


def opening(keep: Opening, said: Said) -> None:
    """Register `keep(actor, cycle id)`, which may refuse, or keeps what the cycle opens with and says it for the audit;
    and `said(actor)`: what it is called, and what a cycle opened now would open with.
    """
    if keep not in _openings:
        _openings.append(keep)
        _said.append(said)


def openings(actor: Actor, cycle_id: int) -> dict[str, object]:
    """Everything kept for a cycle that opens. Errors and cost: those of the areas."""
    return {key: value for keep in _openings for key, value in keep(actor, cycle_id).items()}


def openings_said(actor: Actor) -> list[tuple[str, str]]:
    """What a cycle opened now would open with, before it is opened. Cost: that of the areas."""
    return [said(actor) for said in _said]
