"""J1b: what one report changes above it, a thousand of them, a report as a whole, three writers at once."""

from __future__ import annotations

import statistics
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from typing import Any

import django
from django.db import connection
from django.db.models import F

from benchmarks import measure

WRITERS, MANY, ROUNDS = 3, 1_000, 40
REPORTED = """
    SELECT k.id, g.owner_id FROM goals_keyresult k
    JOIN goals_goal g ON g.id = k.goal_id
    JOIN people_person p ON p.id = g.owner_id AND p.is_active
    WHERE g.cycle_id = %s AND g.unit_id IS NULL AND g.state = 'active' AND NOT k.is_dropped AND NOT k.by_metric
      AND k.measure IN ('increase', 'percent', 'count')
    ORDER BY md5(k.id::text) LIMIT %s
"""
CYCLE = "SELECT id FROM people_cycle ORDER BY phase LIMIT 1"


def run() -> None:
    """Reports stay written: they are what the running quarter is for."""
    with measure.superuser() as sql:
        cycle = (sql.execute(CYCLE).fetchone() or [0])[0]
        chosen = sql.execute(REPORTED, [cycle, MANY]).fetchall()
    first, every = chosen[0][0], [pk for pk, _owner in chosen]
    written = measure.floor("update", {"key_result": first}, rounds=20).seconds
    climbed = measure.floor("climb", {"key_results": [first]}, rounds=20, may_end_empty=True).seconds + measure.commit()
    together = measure.floor("climb", {"key_results": every}, rounds=3, may_end_empty=True).seconds
    _report(chosen[0], 0)
    one = statistics.median(_drain(cycle, [pk]).seconds for pk in every[:ROUNDS])
    alone = statistics.median(measure.timed(partial(_report, chosen[n], n)).seconds for n in range(ROUNDS))
    drained = min((_drain(cycle, every) for _ in range(3)), key=lambda one: one.seconds)
    with ThreadPoolExecutor(WRITERS) as pool:
        beside = measure.timed(lambda: sum(pool.map(lambda n: _some(chosen, n), range(WRITERS))))
    people, peak = measure.people(), measure.peak_mb()
    measure.report(
        measure.Line("roll-up of one report (J1b)", people, climbed, one, 1, peak, 2),
        measure.Line("roll-up of 1,000 goals (J1b)", people, together, drained.seconds, drained.rows, peak, 2),
        measure.Line("one report as a whole (J1b)", people, written + climbed, alone, 1, peak),
        measure.Line("3 writers, s per report (J1b)", people, 0, beside.seconds / beside.rows, beside.rows, peak),
    )


def _report(line: tuple[Any, ...], n: int) -> int:
    from beichen.goals import rules
    from beichen.platform.kit.actor import Actor

    rules.report(Actor(line[1]), line[0], rules.ReportInput(value=Decimal(n % 90)))
    return 1


def _some(chosen: list[tuple[Any, ...]], writer: int) -> int:
    try:
        return sum(_report(line, n) for n, line in enumerate(chosen[writer::WRITERS]) if n < ROUNDS // 4)
    finally:
        connection.close()


def _drain(cycle: int, key_results: list[int]) -> measure.Timed:
    """Other numbers for these key results, marked; then the drain alone, timed, and how many goals it took."""
    from beichen.goals.models import KeyResult, KeyResultStat, RollupDue
    from beichen.goals.rules import rollup
    from beichen.platform.access.current import acting
    from beichen.platform.kit.actor import system

    actor = system("goals.drain", "benchmark")
    with acting(actor):
        KeyResultStat.objects.filter(pk__in=key_results).update(progress=F("progress") / 2 + 1)
        goals = set(KeyResult.objects.filter(pk__in=key_results).values_list("goal_id", flat=True))
        RollupDue.objects.bulk_create([RollupDue(goal_id=pk) for pk in goals])
    return measure.timed(lambda: len(goals) if rollup.drain(actor, cycle, 60_000) else 0)


if __name__ == "__main__":
    django.setup()
    run()
