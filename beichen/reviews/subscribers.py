"""What reviews do when a plan was agreed on, and when the cycle moves."""

from __future__ import annotations

from beichen.people.events import CycleMoved
from beichen.platform.events.bus import on
from beichen.platform.kit.actor import Actor
from beichen.reviews import rules
from beichen.reviews.events import LaunchAgreed, StepAgreed


@on(LaunchAgreed)
def launch(actor: Actor, event: LaunchAgreed) -> None:
    """Make the reviews of a launched plan."""
    rules.make_reviews(actor, event.plan_id)


@on(StepAgreed)
def advance(actor: Actor, event: StepAgreed) -> None:
    """Lock, unlock or release, as two people agreed."""
    rules.take_step(actor, event)


@on(CycleMoved)
def follow(actor: Actor, event: CycleMoved) -> None:
    """Open the calibration, or send it back."""
    rules.follow_cycle(actor, event.cycle_id, event.phase)
