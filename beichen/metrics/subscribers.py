"""What metrics do when others speak."""

from __future__ import annotations

from beichen.metrics.rules import freeze_of_cycle
from beichen.people.choices import Phase
from beichen.people.events import CycleMoved
from beichen.platform.events.bus import on
from beichen.platform.kit.actor import Actor


@on(CycleMoved)
def freeze_bands(actor: Actor, event: CycleMoved) -> None:
    """The bands of a cycle are frozen when its goals begin to run."""
    if event.phase >= Phase.EXECUTION:
        freeze_of_cycle(actor, event.cycle_id)
