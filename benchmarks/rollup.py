"""J1: the roll-up of every goal of the running cycle for another day, as the hour after midnight does it, rolled back.

The floor computes progress and score alone and writes every row; ours computes health and expected progress as well.
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
        goals = (sql.execute("SELECT count(*) FROM goals_goal WHERE cycle_id = %s", [cycle]).fetchone() or [0])[0]
    day = clock.today() + timedelta(days=1)
    floor = measure.floor("rollup", {"cycle": cycle, "day": day})
    ours = measure.timed(lambda: _restate(cycle, day))
    people = measure.people()
    measure.report(measure.Line("roll-up (J1)", people, floor.seconds, ours.seconds, goals, measure.peak_mb(), 1.3))


def _restate(cycle: int, day: date) -> int:
    from beichen.goals.rules import rollup
    from beichen.platform.access.current import acting
    from beichen.platform.kit.actor import system

    actor, changed = system("goals.restate", "benchmark"), 0
    try:
        with acting(actor):
            changed = rollup.restate(actor, cycle, day)
            raise Enough
    except Enough:
        return changed


if __name__ == "__main__":
    django.setup()
    run()
