"""What bonuses do when somebody asked for what takes longer than a click."""

from __future__ import annotations

from beichen.platform.events.bus import on
from beichen.platform.kit.actor import Actor
from beichen.reward import rules
from beichen.reward.events import LettersAsked, SimulationAsked


@on(SimulationAsked)
def simulate(actor: Actor, event: SimulationAsked) -> None:
    """Compute both policies of the plan."""
    rules.simulate(actor, event.plan_id)


@on(LettersAsked)
def send_letters(actor: Actor, event: LettersAsked) -> None:
    """Open the letters."""
    rules.send_letters(actor, event.plan_id)
