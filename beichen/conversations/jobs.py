"""Once a day: begin check-ins, follow changes of manager, remind."""

from __future__ import annotations

from datetime import date

from beichen.conversations import rules
from beichen.platform.events.jobs import job
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor


@job(name="conversations.open_due", reason="begins check-ins by rhythm and reminds", cron="10 22 * * *")
def open_due(actor: Actor, *, day: str = "") -> None:
    """At six in the morning in Shanghai: today's check-ins and reminders; a second run adds nothing."""
    today = date.fromisoformat(day) if day else clock.today()
    rules.follow_manager(actor)
    rules.open_by_rhythm(actor, today)
    rules.remind(actor, today)
