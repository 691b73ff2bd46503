"""What files do by the clock."""

from __future__ import annotations

from beichen.platform.events.jobs import job
from beichen.platform.files import rules
from beichen.platform.kit.actor import Actor


@job(name="files.forget", reason="forgets files after a day", cron="23 * * * *")
def forget(actor: Actor) -> None:
    """Every hour."""
    rules.forget(actor)
