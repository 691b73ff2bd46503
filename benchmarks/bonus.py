"""The bonus alone (J4b): inputs frozen, pools and awards of two policies to the cent, by the job, rolled back."""

from __future__ import annotations

import django
from django.db import connection

from benchmarks import measure

PLAN = """
    SELECT b.id, b.cycle_id, b.state, b.chosen_id, q.starts_on, q.ends_on,
           (SELECT min(id) FROM reward_scenario WHERE plan_id = b.id),
           (SELECT max(id) FROM reward_scenario WHERE plan_id = b.id)
    FROM reward_bonusplan b JOIN people_cycle c ON c.id = b.cycle_id JOIN people_period q ON q.id = c.period_id
    ORDER BY b.id DESC LIMIT 1
"""
NAMES = ("plan", "cycle", "state", "chosen", "first", "last", "one", "two")


class Enough(Exception):
    """Everything was measured; nothing of it stays."""


def run() -> None:
    """Simulate the plan of the demo anew; what managers did with it is gone afterwards."""
    with measure.superuser() as sql:
        plan = dict(zip(NAMES, sql.execute(PLAN).fetchone() or (), strict=True))
        for table in ("reward_consent", "reward_adjustment"):
            sql.execute(f"DELETE FROM {table}")
    floor = measure.floor("bonus", plan)
    _set(plan["plan"], "draft", None)
    try:
        ours = measure.timed(lambda: _simulate(plan["plan"]))
    finally:
        _set(plan["plan"], plan["state"], plan["chosen"])
    measure.report(
        measure.Line(
            "bonus, two policies (J4b)", measure.people(), floor.seconds, ours.seconds, ours.rows, measure.peak_mb(), 2
        )
    )


def _simulate(plan: int) -> int:
    from beichen.platform.access.current import acting
    from beichen.platform.kit.actor import system
    from beichen.reward import rules

    actor, awards = system("reward.simulate", "benchmark"), 0
    try:
        with acting(actor):
            rules.simulate(actor, plan)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SELECT count(*) FROM reward_bonusaward WHERE plan_id = %s", [plan])
                awards = cursor.fetchone()[0]
            raise Enough
    except Enough:
        return awards


def _set(plan: int, state: str, chosen: int | None) -> None:
    with measure.superuser() as sql:
        sql.execute("SET LOCAL session_replication_role = replica")
        sql.execute("UPDATE reward_bonusplan SET state = %s, chosen_id = %s WHERE id = %s", [state, chosen, plan])


if __name__ == "__main__":
    django.setup()
    run()
