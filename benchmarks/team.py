"""J2: the team page of a manager, against plain SQL for the same goals."""

from __future__ import annotations

import django

from benchmarks import measure
from benchmarks.late import busiest_cycle
from benchmarks.measure import fetched, median, statements


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
    people, lines = measure.people(), []
    for n, manager in enumerate(managers(), 1):
        params, actor = {"cycle": cycle, "manager": manager}, Actor(person_id=manager)
        expected = {row[2] for row in fetched(floor, params)}
        shown = {goal.id for line in queries.team(actor, cycle) for goal in line.goals if not goal.waits}
        assert shown == expected, (manager, len(shown), len(expected))
        plain = median(lambda p=params: fetched(floor, p))  # type: ignore[misc]
        ours = median(lambda a=actor: queries.team(a, cycle))  # type: ignore[misc]
        lines.append(measure.Line(f"team {n} (J2)", people, plain, ours, len(expected), measure.peak_mb()))
    measure.report(*lines)


if __name__ == "__main__":
    django.setup()
    run()
