"""What talks do when others speak: a move leads unwritten check-ins to the new manager, a running cycle begins them."""

from __future__ import annotations

from beichen.conversations import jobs, rules
from beichen.people.events import CycleMoved, PersonMoved
from beichen.platform.events.bus import on
from beichen.platform.kit.actor import Actor


@on(PersonMoved)
def follow_manager(actor: Actor, event: PersonMoved) -> None:
    """Address the open check-in to the new manager."""
    rules.follow_manager(actor, [event.person_id])


@on(CycleMoved)
def begin_check_ins(event: CycleMoved) -> None:
    """A cycle that begins need not wait for the night."""
    jobs.open_due.defer_once("cycle")
