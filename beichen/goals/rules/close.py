"""The end of a cycle: goals close, and what they stand at is what is scored."""

from __future__ import annotations

from beichen.goals import access
from beichen.goals.choices import RUNNING, GoalState
from beichen.goals.events import GoalsClosed
from beichen.goals.models import Goal
from beichen.goals.rules import rollup
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor

BATCH = 1_000


@rule
def close_cycle(actor: Actor, cycle_id: int) -> int:
    """Close every running goal of a cycle at once; gives how many. Cost: five statements per 1,000 goals."""
    require(actor, access.CLOSE)
    running = Goal.objects.filter(cycle_id=cycle_id, state__in=list(RUNNING))
    ids = list(running.order_by("pk").select_for_update().values_list("pk", flat=True))
    Goal.objects.filter(pk__in=ids).update(state=GoalState.CLOSED, closed_at=clock.now())
    if ids:
        audit.record_bulk(actor, access.CLOSE, "goals.goal", ids, {"cycle": cycle_id})
        parts = [tuple(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH)]
        publish(*(GoalsClosed(cycle_id=cycle_id, goal_ids=part) for part in parts))
        rollup.mark(ids, [cycle_id])
    return len(ids)
