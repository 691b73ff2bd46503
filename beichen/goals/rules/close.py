"""The end of a cycle: what nobody agreed to in time is a draft again; goals close with what they stand at."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import connection
from django.db.models import F
from django.urls import reverse

from beichen.goals import access
from beichen.goals.choices import GIVEN_BACK, GOAL, NO_LONGER_ASKED, RUNNING, GoalState
from beichen.goals.events import GoalReturned, GoalsClosed
from beichen.goals.models import Goal
from beichen.goals.queries import figures_behind
from beichen.goals.rules import rollup
from beichen.metrics import rules as metrics
from beichen.people import queries as people
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.approvals import rules as approvals
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.notify import rules as notify
from beichen.platform.notify.rules import Letter

BATCH, AT_ONCE = 1_000, 10_000
CLOSE = """
UPDATE goals_goal SET state = 'closed', closed_at = %(now)s
WHERE id IN (SELECT id FROM goals_goal WHERE cycle_id = %(cycle)s AND state = ANY (%(running)s)
             ORDER BY id LIMIT %(most)s FOR UPDATE)
RETURNING id
"""


@rule
def close_cycle(actor: Actor, cycle_id: int) -> int:
    """Close every running goal of a cycle, 10,000 at a time in one transaction; gives how many.

    The figures of metrics they close with are kept. Cost: for each 10,000 goals three statements, and one more for each
    1,000; eight more where metrics feed them.
    """
    require(actor, access.CLOSE)
    closed = 0
    while ids := _close_some(cycle_id):
        audit.record_bulk(actor, access.CLOSE, "goals.goal", ids, {"cycle": cycle_id})
        parts = [tuple(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH)]
        publish(*(GoalsClosed(cycle_id=cycle_id, goal_ids=part) for part in parts))
        rollup.mark(ids, [cycle_id])
        for subject, values in figures_behind(ids).items():
            metrics.keep_figures(actor, cycle_id, subject, [figure for figure, _goal, _kr in values])
        closed += len(ids)
    return closed


def _close_some(cycle_id: int) -> list[int]:
    """The next running goals in the order of their ids, closed."""
    given: dict[str, Any] = {
        "cycle": cycle_id,
        "running": [state.value for state in RUNNING],
        "now": clock.now(),
        "most": AT_ONCE,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, given)
        return sorted(pk for (pk,) in cursor.fetchall())


@rule
def give_back(actor: Actor, cycle_id: int) -> int:
    """Goals that nobody agreed to while goals could be agreed to are drafts again; gives how many. For a job.

    Their owners are told, and once each whoever was asked. Cost: about ten statements, however many goals.
    """
    require(actor, access.GIVE_BACK)
    waiting = Goal.objects.filter(cycle_id=cycle_id, state=GoalState.PROPOSED).order_by("pk").select_for_update()
    goals = list(waiting.values_list("pk", "owner_id", "title"))
    if not goals:
        return 0
    ids = [pk for pk, _owner, _title in goals]
    asked = approvals.call_off(actor, GOAL, ids)
    Goal.objects.filter(pk__in=ids).update(
        state=GoalState.DRAFT, author=F("owner"), comment="", version=F("version") + 1
    )
    audit.record_bulk(actor, access.GIVE_BACK, "goals.goal", ids, {"cycle": cycle_id})
    publish(*(GoalReturned(goal_id=pk, owner_id=owner) for pk, owner, _title in goals))
    period = people.cycle(actor, cycle_id).period_key
    told = [
        Letter(owner, GIVEN_BACK, reverse("goals:goal", args=[pk]), {"goal": title, "period": period})
        for pk, owner, title in goals
    ]
    inbox = reverse("goals:inbox")
    for person, count in sorted(Counter(approver for _goal, approver in asked).items()):
        told.append(Letter(person, NO_LONGER_ASKED, inbox, {"count": count, "period": period}))
    notify.send_many(actor, told)
    return len(ids)
