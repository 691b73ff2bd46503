"""What the worker does for goals: roll-ups that could not wait, midnight's change of health, the end of a cycle."""

from __future__ import annotations

from beichen.goals import queries
from beichen.goals.rules import rollup
from beichen.goals.rules.close import close_cycle
from beichen.platform.events.jobs import job
from beichen.platform.kit.actor import Actor

PATIENCE_MS = 60_000


@job(name="goals.restate", reason="health depends on the day", cron="3 * * * *")
def restate_open_cycles(actor: Actor) -> None:
    """Every hour, since days end at different hours: health and expected progress of the cycles that still run."""
    for cycle_id in queries.open_cycles(actor):
        rollup.drain(actor, cycle_id, PATIENCE_MS)
        rollup.restate(actor, cycle_id)


@job(name="goals.close_when_due", reason="goals close when manager reviews begin")
def close_when_due(actor: Actor, *, cycle_id: int) -> None:
    """Close and score the goals of a cycle."""
    close_cycle(actor, cycle_id)
