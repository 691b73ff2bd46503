"""Long work of reviews: whole companies at a time, batch by batch."""

from __future__ import annotations

from uuid import UUID

from beichen.platform.events.jobs import Turn, batches
from beichen.platform.kit.actor import Actor
from beichen.reviews import queries, rules


def _launching(*, plan_id: int) -> UUID:
    return queries.work_key(plan_id)


@batches(name="reviews.launch", reason="makes the reviews of a launched plan", key=_launching)
def launch(actor: Actor, at: str, *, plan_id: int) -> Turn:
    """Make the reviews of a plan, 10,000 people to a transaction; again: only those that are missing."""
    return rules.make_batch(actor, plan_id, at or rules.FROM_THE_FIRST)
