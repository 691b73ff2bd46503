"""J4: the launch of a review for the whole company, by the job that does it, against one plain statement."""

from __future__ import annotations

import django

from benchmarks import measure

DRAFT = "SELECT id, cycle_id FROM reviews_reviewplan WHERE state = 'draft' ORDER BY id DESC LIMIT 1"
TABLES = ("reviews_part", "reviews_rating", "reviews_review")


def run() -> None:
    """Launch the draft of the demo, count, put everything back."""
    with measure.superuser() as connection:
        plan, cycle = connection.execute(DRAFT).fetchone() or (0, 0)
    floor = measure.floor("launch", {"plan": plan, "cycle": cycle})
    try:
        _set(plan, "launched")
        ours = measure.timed(lambda: _launch(plan))
    finally:
        _put_back(plan)
    measure.report(
        measure.Line("launch (J4)", measure.people(), floor.seconds, ours.seconds, ours.rows, measure.peak_mb(), 2)
    )
    measure.same("launch", ours.rows, floor.rows)


def _launch(plan: int) -> int:
    """Through the job, as the worker runs it: a commit for each batch."""
    from beichen.reviews import jobs

    jobs.launch.now(plan_id=plan)
    with measure.superuser() as connection:
        return (connection.execute("SELECT count(*) FROM reviews_review WHERE plan_id = %s", [plan]).fetchone() or [0])[
            0
        ]


def _set(plan: int, state: str) -> None:
    with measure.superuser() as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(
            "UPDATE reviews_reviewplan SET state = %s, launched_at = clock_timestamp() WHERE id = %s", [state, plan]
        )


def _put_back(plan: int) -> None:
    with measure.superuser() as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        for table in TABLES:
            connection.execute(f"DELETE FROM {table} WHERE plan_id = %s", [plan])
    _set(plan, "draft")


if __name__ == "__main__":
    django.setup()
    run()
