"""Overdue steps go on to the next role by themselves."""

from __future__ import annotations

from beichen.platform.approvals import queries, rules
from beichen.platform.events.jobs import job
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor


@job(name="approvals.escalate", reason="passes overdue steps on to the next role", cron="5 * * * *")
def escalate(actor: Actor) -> None:
    """Up to 500 steps an hour; a step with nobody left stays where it is."""
    for step in queries.overdue(clock.now()):
        rules.pass_on(actor, step.run, step)
