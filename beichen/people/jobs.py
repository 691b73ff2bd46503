"""What people does by the clock: dated changes take effect, keepers of role profiles are reminded."""

from __future__ import annotations

from beichen.people import rules
from beichen.platform.events.jobs import job
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor


@job(name="people.apply_due", reason="lets dated moves and last days take effect", cron="3 * * * *")
def apply_due(actor: Actor) -> None:
    """Every hour, since a day begins at another hour in another zone."""
    rules.persons.apply_due(actor)


@job(name="people.remind_reviews", reason="reminds the keepers of role profiles of the yearly look", cron="20 22 * * *")
def remind_reviews(actor: Actor) -> None:
    """At six in the morning in Shanghai; a second run tells nobody twice."""
    rules.profiles.remind_reviews(actor, clock.today())
