"""J2: the team page of a manager, against plain SQL for the same goals."""

from __future__ import annotations

import django

from benchmarks.late import busiest_cycle, fetched, heads, median_ms, peak, show, statements


def managers() -> list[int]:
    """Managers of about eight people each, whose names say nothing about them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT manager_id FROM people_person WHERE is_active AND manager_id IS NOT NULL"
            " GROUP BY 1 ORDER BY abs(count(*) - 8), 1 LIMIT 5"
        )
        return [row[0] for row in cursor.fetchall()]


def run() -> None:
    """Measure the team of five managers, one after the other."""
    from beichen.goals import queries
    from beichen.platform.kit.actor import Actor

    cycle, floor = busiest_cycle(), statements("team")["page"]
    heads()
    for n, manager in enumerate(managers(), 1):
        params, actor = {"cycle": cycle, "manager": manager}, Actor(person_id=manager)
        expected = {row[2] for row in fetched(floor, params)}
        shown = {goal.id for line in queries.team(actor, cycle) for goal in line.goals if not goal.waits}
        assert shown == expected, (manager, len(shown), len(expected))
        show(f"team {n}", median_ms(lambda p=params: fetched(floor, p)),  # type: ignore[misc]
             median_ms(lambda a=actor: queries.team(a, cycle)), len(expected))  # type: ignore[misc]  # fmt: skip
    peak()


if __name__ == "__main__":
    django.setup()
    run()
