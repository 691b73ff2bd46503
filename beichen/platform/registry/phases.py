"""What is to be done in the phases of a cycle: areas above people say it, the rule that moves a cycle asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from beichen.platform.kit.actor import Actor


@dataclass(frozen=True, slots=True)
class PhaseWork:
    """One kind of work in one phase of one cycle: `done` of `whole` as far as the actor may count them.

    That the line exists means that the phase cannot be skipped, whoever asks; the counts are for the page.
    """

    cycle_id: int
    phase: str
    label: str | Promise
    done: int = 0
    whole: int = 0
    url: str = ""

    @property
    def left(self) -> int:
        """How many are not done."""
        return self.whole - self.done


PhaseWorkProvider = Callable[[Actor, Mapping[int, str]], Sequence[PhaseWork]]
_providers: list[PhaseWorkProvider] = []


def phase_work(provider: PhaseWorkProvider) -> PhaseWorkProvider:
    """Decorator: register `f(actor, {cycle id: its phase}) -> list[PhaseWork]`, set-based over the cycles.

    Work of phases that a cycle has behind it is not asked for and should not be counted.
    """
    if provider not in _providers:
        _providers.append(provider)
    return provider


def phase_work_providers() -> tuple[PhaseWorkProvider, ...]:
    """Every provider, for the test that asks each one as each member of the cast."""
    return tuple(_providers)


def works(actor: Actor, cycles: Mapping[int, str]) -> list[PhaseWork]:
    """Work of these cycles from their phase on, in the order of the phases. Cost: that of the providers."""
    found = [line for provider in _providers for line in provider(actor, cycles)]
    ahead = [line for line in found if line.phase >= cycles[line.cycle_id]]
    return sorted(ahead, key=lambda line: (line.cycle_id, line.phase))
