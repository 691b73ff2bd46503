"""J2b: the list of late or abnormal goals for HR, a page with exact counts, against plain SQL on one row a goal."""

from __future__ import annotations

from typing import Any

import django

from benchmarks import measure
from benchmarks.measure import fetched, median, statements


def holder(seat: str) -> Any:
    """Somebody who holds this seat over the whole company, as an actor."""
    from django.db import connection

    from beichen.platform.kit.actor import Actor

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.person_id FROM people_seat s JOIN people_orgunit u ON u.id = s.scope_id"
            " WHERE s.seat = %s AND s.granted_at IS NOT NULL AND s.revoked_at IS NULL ORDER BY u.depth, s.person_id",
            [seat],
        )
        return Actor(person_id=cursor.fetchone()[0])


def busiest_cycle() -> int:
    """The cycle that holds today with the most goals."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.cycle_id FROM goals_goalstat s JOIN people_cycle c ON c.id = s.cycle_id"
            " GROUP BY 1 ORDER BY min(c.phase), count(*) DESC LIMIT 1"
        )
        return int(cursor.fetchone()[0])


def run() -> None:
    """Measure the page alone and with its counts, by the query and through the web page."""
    from beichen.goals import queries
    from beichen.goals.queries import Wanted
    from beichen.platform.api.schemas import PageIn

    actor, cycle, floor = holder("EX"), busiest_cycle(), statements("late")
    wanted, asked = Wanted(state="attention"), PageIn(limit=50, cursor="")
    params = {"cycle": cycle}
    counted = dict(fetched(floor["count"], params))
    board = queries.board(actor, cycle, wanted, asked)
    assert {k: n for k, n in board.counts.items() if k in counted} == counted, (board.counts, counted)
    assert board.total == sum(counted.values())
    assert [line.goal.id for line in board.lines] == [row[0] for row in fetched(floor["page"], params)][:50]
    cursor = board.next or ""
    page = median(lambda: fetched(floor["page"], params))
    count = median(lambda: fetched(floor["count"], params))
    people, rows = measure.people(), board.total
    first = median(lambda: queries.board(actor, cycle, wanted, asked, counted=False))
    counts = median(lambda: queries.board_counts(actor, cycle, wanted))
    lines = [
        measure.Line("late, the first page (J2b)", people, page, first, len(board.lines), measure.peak_mb()),
        measure.Line("late, its counts (J2b)", people, count, counts, rows, measure.peak_mb()),
    ]
    if cursor:
        following = PageIn(limit=50, cursor=cursor)
        onwards = median(lambda: queries.board(actor, cycle, wanted, following))
        lines.append(measure.Line("late, a following page (J2b)", people, page, onwards, 50, measure.peak_mb()))
    measure.report(*lines)


if __name__ == "__main__":
    django.setup()
    run()
