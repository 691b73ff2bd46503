"""J2b: the list of late or abnormal goals for HR, a page with exact counts, against plain SQL on one row a goal."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

FLOORS = Path(__file__).with_name("floors")
ROUNDS = 15
LINE = "{job:<34} {floor:>9} {ours:>9} {ratio:>7} {rows:>9}"


def statements(job: str) -> dict[str, str]:
    """The floor's statements by name."""
    parts = (FLOORS / f"{job}.sql").read_text(encoding="utf-8").split("-- name: ")[1:]
    return {name.strip(): sql for name, _, sql in (part.partition("\n") for part in parts)}


def median_ms(run: Callable[[], Any]) -> float:
    """The median of the rounds, warm."""
    run()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        run()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def fetched(sql: str, params: dict[str, int]) -> list[tuple[Any, ...]]:
    """What a statement of the floor gives."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def heads() -> None:
    """The heads of the table."""
    print(LINE.format(job="job", floor="floor ms", ours="ours ms", ratio="ratio", rows="rows"))


def show(job: str, floor: float, ours: float, rows: int) -> None:
    """One line."""
    ratio = f"{ours / floor:.2f}"
    print(LINE.format(job=job, floor=f"{floor:.2f}", ours=f"{ours:.2f}", ratio=ratio, rows=f"{rows:,}"))


def peak() -> None:
    """The peak memory of this process."""
    print(f"Peak memory of the process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB.")


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
    heads()
    page = median_ms(lambda: fetched(floor["page"], params))
    count = median_ms(lambda: fetched(floor["count"], params))
    show("late: a page with its counts", page + count, median_ms(lambda: queries.board(actor, cycle, wanted, asked)),
         board.total)  # fmt: skip
    if cursor:
        following = PageIn(limit=50, cursor=cursor)
        show("late: a following page", page, median_ms(lambda: queries.board(actor, cycle, wanted, following)), 50)
    peak()


if __name__ == "__main__":
    django.setup()
    run()
