"""What people does by the clock: dated changes take effect."""

from __future__ import annotations

from beichen.people import rules
from beichen.platform.events.jobs import job
from beichen.platform.kit.actor import Actor


@job(name="people.apply_due", reason="lets dated moves and last days take effect", cron="3 * * * *")
def apply_due(actor: Actor) -> None:
    """Every hour, since a day begins at another hour in another zone."""
    rules.persons.apply_due(actor)
