"""What the API does at night."""

from __future__ import annotations

from beichen.platform.api import idempotency
from beichen.platform.events.jobs import job
from beichen.platform.kit.actor import Actor


@job(name="api.forget_keys", reason="keys older than 72 hours are refused anyway", cron="17 3 * * *")
def forget_keys(actor: Actor) -> None:
    """Delete idempotency keys that can no longer come back. One statement."""
    del actor
    idempotency.forget_old()
