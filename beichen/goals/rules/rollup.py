"""The roll-up: a rule marks what it touched, the drain recomputes it from its children and goes up while it changes.

Reading siblings inside the rule's own transaction loses the changes of writers beside it, and adding differences
breaks on weights and drops. So a rule only writes its row and `RollupDue`; after its commit the request drains under
a lock of the cycle. Whatever was marked and committed before a drain reads is in its result; what comes later is
marked anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import OperationalError, connection, transaction

from beichen.goals import access
from beichen.goals.choices import RUNNING
from beichen.goals.events import RollupLeft
from beichen.goals.models import Goal, GoalStat, RollupDue
from beichen.goals.queries.standing import GoalNumbers, health_rules
from beichen.platform import audit
from beichen.platform.access.current import acting, rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor, system

WAIT_MS = 300
STORED = (
    "progress", "score", "expected", "health", "holds_to_end", "updated_on",
    "cycle_id", "unit_id", "gap", "behind", "risks", "shared_risks", "risk_update",
)  # fmt: skip
COLUMNS = [name.removesuffix("_id") for name in (*STORED, "as_of")]


def mark(goal_ids: Iterable[int], cycle_ids: Iterable[int]) -> None:
    """Note goals to be recomputed and do it right after the commit. Called inside a rule. Cost: one statement."""
    RollupDue.objects.bulk_create([RollupDue(goal_id=pk) for pk in sorted(set(goal_ids))])
    wanted = sorted(set(cycle_ids))
    transaction.on_commit(lambda: drain_soon(wanted), robust=True)


@rule
def follow_owner(actor: Actor, person_id: int) -> None:
    """Somebody sits in another unit: have their running goals recomputed. For a job. Cost: two statements."""
    found = Goal.objects.filter(owner_id=person_id, unit_id__isnull=True, state__in=list(RUNNING))
    goals = dict(found.values_list("pk", "cycle_id"))
    mark(goals, goals.values())


def drain_soon(cycle_ids: Sequence[int]) -> None:
    """Drain now; where another holds the lock for too long, leave it to the worker."""
    actor = system("goals.drain", "recomputes what a rule touched")
    for cycle_id in cycle_ids:
        if not drain(actor, cycle_id):
            with acting(actor):
                publish(RollupLeft(cycle_id=cycle_id))


def drain(actor: Actor, cycle_id: int, wait_ms: int = WAIT_MS) -> bool:
    """Recompute every marked goal of a cycle and what stands above; False when the lock did not come in time.

    Cost: four statements, whatever was marked.
    """
    try:
        with acting(actor):
            _lock(cycle_id, wait_ms)
            left = set(_asked("goals_drained(%s, %s, %s)", [cycle_id, clock.today(), _limits(cycle_id)]) or ())
    except OperationalError as error:
        if "lock timeout" not in str(error):
            raise
        return False
    done = [drain(actor, other, wait_ms) for other in sorted(left)]
    return all(done)


def _lock(cycle_id: int, wait_ms: int) -> None:
    """A statement of its own: what comes after it sees all that was committed while it waited."""
    _asked(
        "set_config('lock_timeout', %s, true), pg_advisory_xact_lock(hashtext('goals_rollup'), %s),"
        " set_config('lock_timeout', '0', true)",
        [f"{wait_ms}ms", cycle_id],
    )


def _asked(what: str, given: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {what}", given)
        return cursor.fetchone()[0]


def _limits(cycle_id: int) -> list[int]:
    """The rules of health of a cycle as whole numbers, in the order of sql/functions.sql. Cost: one statement."""
    settings = Goal.objects.filter(cycle_id=cycle_id).values_list("cycle__settings", flat=True).first()
    rules = health_rules(settings or {})
    limits = (rules.ahead, rules.on_track, rules.at_risk, rules.too_early_below)
    parts = [part for limit in limits for part in (limit.numerator, limit.denominator)]
    return [*parts, rules.rhythm_days + rules.late_after_days]


def write(computed: Iterable[GoalNumbers], day: date) -> list[int]:
    """Store what differs, goal by goal: the twin of `goals_stand`; gives the ids of those. Cost: two statements."""
    fresh = {line.goal_id: line for line in computed}
    stored = GoalStat.objects.in_bulk(list(fresh))
    changed = [pk for pk, line in fresh.items() if pk not in stored or _row(stored[pk]) != line.stored]
    stale = [pk for pk, row in stored.items() if row.as_of != day]
    rows = [_stat(fresh[pk], day) for pk in dict.fromkeys([*changed, *stale])]
    GoalStat.objects.bulk_create(rows, update_conflicts=True, unique_fields=["goal"], update_fields=COLUMNS)
    return changed


def _stat(line: GoalNumbers, day: date) -> GoalStat:
    return GoalStat(goal_id=line.goal_id, as_of=day, **dict(zip(STORED, line.stored, strict=True)))


def _row(stat: GoalStat) -> tuple[object, ...]:
    return tuple(getattr(stat, name) for name in STORED)


@rule
def restate(actor: Actor, cycle_id: int, day: date | None = None) -> int:
    """Health and expected progress of a whole cycle for a day (today); gives how many changed.

    Progress depends on no day; this is what midnight changes. Cost: three statements.
    """
    require(actor, access.RECOUNT)
    _lock(cycle_id, 60_000)
    given = [cycle_id, day or clock.today(), _limits(cycle_id)]
    return int(
        _asked("(SELECT count(DISTINCT id) FROM unnest(moved) AS one (id)) FROM goals_climb(%s, %s, NULL, %s)", given)
    )


@rule
def recount(actor: Actor, cycle_id: int) -> list[int]:
    """Count a whole cycle anew in SQL and give the ids of goals whose stored numbers differ (none, unless broken).

    What differs is marked, so that the drain mends it. Cost: one statement per level of the tree.
    """
    require(actor, access.RECOUNT)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.goal_id FROM goals_recounted(%s) r LEFT JOIN goals_goalstat s ON s.goal_id = r.goal_id"
            " WHERE (r.progress, r.score) IS DISTINCT FROM (s.progress::bigint, s.score::bigint) ORDER BY 1",
            [cycle_id],
        )
        differing = [line[0] for line in cursor.fetchall()]
    if differing:
        audit.record_bulk(actor, access.RECOUNT, "goals.goal", differing, {"cycle": cycle_id})
        mark(differing, [cycle_id])
    return differing
