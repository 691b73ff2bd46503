"""The roll-up: a rule marks what it touched, the drain recomputes it from its children and goes up while it changes.

Reading siblings inside the rule's own transaction loses the changes of writers beside it, and adding differences
breaks on weights and drops. So a rule only writes its row and `RollupDue`; after its commit the request drains under
a lock of the cycle. Whatever was marked and committed before a drain reads is in its result; what comes later is
marked anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

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
MANY = 500
"""From so many goals on they are joined whole."""
SQL = Path(__file__).resolve().parents[1] / "sql"
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

    Cost: four statements and one for each level of the tree, whatever was marked.
    """
    left: set[int] = set()
    try:
        with acting(actor):
            _lock(cycle_id, wait_ms)
            while due := _take(cycle_id):
                left |= _climb(due, cycle_id, clock.today())[1]
    except OperationalError as error:
        if "lock timeout" not in str(error):
            raise
        return False
    done = [drain(actor, other, wait_ms) for other in sorted(left)]
    return all(done)


def _lock(cycle_id: int, wait_ms: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{wait_ms}ms"])
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('goals_rollup'), %s)", [cycle_id])
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")


def _take(cycle_id: int) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM goals_rollupdue d USING goals_goal g WHERE g.id = d.goal_id AND g.cycle_id = %s"
            " RETURNING d.goal_id",
            [cycle_id],
        )
        return {line[0] for line in cursor.fetchall()}


def _climb(due: Collection[int] | None, cycle_id: int, day: date) -> tuple[set[int], set[int]]:
    """Recompute these goals (None: the whole cycle), then the parents of those that changed, up to the top.

    Gives what changed, and the other cycles reached, whose goals are marked. Cost: one statement for each level.
    """
    others: set[int] = set()
    moved: set[int] = set()
    given = {"cycle": cycle_id, "day": day, **_limits(cycle_id)}
    level = due
    while level is None or level:
        changed, level, elsewhere, cycles = _stand(level, given)
        moved.update(changed)
        RollupDue.objects.bulk_create([RollupDue(goal_id=pk) for pk in elsewhere])
        others.update(cycles)
    return moved, others


def _stand(
    goal_ids: Collection[int] | None, given: dict[str, Any]
) -> tuple[list[int], list[int], list[int], list[int]]:
    """Compute and store how goals of a cycle stand. Gives those whose numbers changed, their parents in this cycle,
    those in others, and these others. Cost: one statement."""
    with connection.cursor() as cursor, _joined_whole(cursor, goal_ids):
        cursor.execute(_statement("stand"), {**given, "all": goal_ids is None, "ids": sorted(goal_ids or ())})
        return tuple(cursor.fetchone())


@contextmanager
def _joined_whole(cursor: CursorWrapper, goal_ids: Collection[int] | None) -> Iterator[None]:
    """For many goals no nested loops: of rows written a moment ago the planner knows nothing, and one took minutes."""
    if goal_ids is not None and len(goal_ids) <= MANY:
        yield
        return
    cursor.execute("SET LOCAL enable_nestloop = off")
    yield
    cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")


def _limits(cycle_id: int) -> dict[str, int]:
    """The rules of health of a cycle as whole numbers. Cost: one statement."""
    settings = Goal.objects.filter(cycle_id=cycle_id).values_list("cycle__settings", flat=True).first()
    rules = health_rules(settings or {})
    named = {"ahead": rules.ahead, "on": rules.on_track, "risk": rules.at_risk, "early": rules.too_early_below}
    tops = {f"{name}_n": limit.numerator for name, limit in named.items()}
    bottoms = {f"{name}_d": limit.denominator for name, limit in named.items()}
    return {**tops, **bottoms, "silent": rules.rhythm_days + rules.late_after_days}


@cache
def _statement(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def write(computed: Iterable[GoalNumbers], day: date) -> list[int]:
    """Store what differs, goal by goal: the twin of sql/stand.sql; gives the ids of those. Cost: two statements."""
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

    Progress depends on no day; this is what midnight changes. Cost: one statement for each level of the tree.
    """
    require(actor, access.RECOUNT)
    _lock(cycle_id, 60_000)
    moved, _others = _climb(None, cycle_id, day or clock.today())
    return len(moved)


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
