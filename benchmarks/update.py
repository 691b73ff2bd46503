"""J1b: one report of a key result with everything above it right, a thousand of them drained, three writers at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import django
from django.db import connection

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
    floor = measure.floor("update", {"key_result": chosen[0][0]}, rounds=20)
    _report(chosen[0], 0)
    alone = measure.timed(lambda: sum(_report(chosen[n], n) for n in range(ROUNDS)))
    drained = measure.timed(lambda: _drain(cycle, [pk for pk, _owner in chosen]))
    with ThreadPoolExecutor(WRITERS) as pool:
        together = measure.timed(lambda: sum(pool.map(lambda n: _some(chosen, n), range(WRITERS))))
    people, peak = measure.people(), measure.peak_mb()
    measure.report(
        measure.Line("one report, all above right (J1b)", people, floor.seconds, alone.seconds / ROUNDS, 1, peak),
        measure.Line("1,000 marked goals drained (J1b)", people, 0, drained.seconds, drained.rows, peak),
        measure.Line("3 writers, s per report (J1b)", people, 0, together.seconds / together.rows, together.rows, peak),
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


def _drain(cycle: int, key_results: list[int]) -> int:
    from beichen.goals.models import KeyResult, RollupDue
    from beichen.goals.rules import rollup
    from beichen.platform.access.current import acting
    from beichen.platform.kit.actor import system

    actor = system("goals.drain", "benchmark")
    with acting(actor):
        goals = set(KeyResult.objects.filter(pk__in=key_results).values_list("goal_id", flat=True))
        RollupDue.objects.bulk_create([RollupDue(goal_id=pk) for pk in goals])
    while not rollup.drain(actor, cycle):
        time.sleep(0.1)
    return len(goals)


if __name__ == "__main__":
    django.setup()
    run()
