"""What keeps a cycle in a phase: areas above people say what is to be set right, the rule that moves a cycle asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Refused


@dataclass(frozen=True, slots=True)
class Hold:
    """A cycle does not leave `phase` before what `refusal` says is set right; `url`: where that is done."""

    cycle_id: int
    phase: str
    refusal: Refused
    url: str = ""


HoldProvider = Callable[[Actor, Mapping[int, str]], Sequence[Hold]]
_providers: list[HoldProvider] = []


def hold(provider: HoldProvider) -> HoldProvider:
    """Decorator: register `f(actor, {cycle id: its phase}) -> list[Hold]`, set-based over the cycles.

    Whether something holds is the same for whoever asks; what is named is what the actor may see.
    """
    if provider not in _providers:
        _providers.append(provider)
    return provider


def hold_providers() -> tuple[HoldProvider, ...]:
    """Every provider, for the test that asks each one as each member of the cast."""
    return tuple(_providers)


def holds(actor: Actor, cycles: Mapping[int, str]) -> list[Hold]:
    """What keeps these cycles in the phase they are in or a later one. Cost: that of the providers."""
    found = [line for provider in _providers for line in provider(actor, cycles)]
    ahead = [line for line in found if line.phase >= cycles[line.cycle_id]]
    return sorted(ahead, key=lambda line: (line.cycle_id, line.phase))
