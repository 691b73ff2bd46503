"""The close of a review (J4b): into calibration, locked, released; each by its job, rolled back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django
from django.db import connection

from benchmarks import measure

PLAN = """
    SELECT p.id, p.cycle_id, (SELECT max(person_id) FROM people_seat WHERE seat = 'CA'),
           (SELECT min(person_id) FROM people_seat WHERE seat = 'HA')
    FROM reviews_reviewplan p WHERE state = 'launched' ORDER BY id LIMIT 1
"""
STATES = {
    "calibrate": ("proposed", "submitted", "open"), "lock": ("in_calibration", "submitted", "in_calibration"),
    "release": ("locked", "locked", "locked"), "": ("released", "released", "released"),
}  # fmt: skip
SET = """
    SET LOCAL session_replication_role = replica;
    CREATE TEMP TABLE of_plan ON COMMIT DROP AS
        SELECT review_id FROM reviews_rating WHERE plan_id = {plan} AND decided_by_id IS NOT NULL;
    UPDATE reviews_rating SET state = '{rating}' WHERE review_id IN (TABLE of_plan);
    UPDATE reviews_part SET state = '{part}' WHERE review_id IN (TABLE of_plan) AND state NOT IN ('draft', 'declined');
    UPDATE reviews_review SET state = '{review}' WHERE id IN (TABLE of_plan);
"""


class Enough(Exception):
    """Everything was measured; nothing of it stays."""


def run() -> None:
    """Each step of the demo's plan anew, from the state before it."""
    from beichen.platform.kit.actor import system
    from beichen.reviews import rules
    from beichen.reviews.events import StepAgreed

    with measure.superuser() as sql:
        plan, cycle, by, other = sql.execute(PLAN).fetchone() or (0, 0, 0, 0)
    given = {"plan": plan, "cycle": cycle, "by": by, "other": other}
    follow, advance = system("reviews.follow", "benchmark"), system("reviews.advance", "benchmark")
    works: dict[str, tuple[Any, Callable[[], int]]] = {
        "calibrate": (follow, lambda: rules.follow_cycle(follow, cycle, "C06")),
        "lock": (advance, lambda: rules.take_step(advance, StepAgreed(plan, "lock", other, by))),
        "release": (advance, lambda: rules.take_step(advance, StepAgreed(plan, "release", other, by))),
    }
    try:
        lines = [_one(step, *works[step], given) for step in works]
    finally:
        _put(plan, "")
    measure.report(*lines)


def _one(step: str, actor: Any, work: Callable[[], int], given: dict[str, Any]) -> measure.Line:
    _put(given["plan"], step)
    floor = measure.floor(step, given)
    ours = measure.timed(lambda: _rolled_back(actor, work))
    measure.same(step, ours.rows, floor.rows)
    return measure.Line(f"{step} (J4b)", measure.people(), floor.seconds, ours.seconds, ours.rows, measure.peak_mb(), 2)


def _rolled_back(actor: Any, work: Callable[[], int]) -> int:
    from beichen.platform.access.current import acting

    rows = 0
    try:
        with acting(actor):
            rows = work()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            raise Enough
    except Enough:
        return rows


def _put(plan: int, before: str) -> None:
    rating, part, review = STATES[before]
    with measure.superuser() as sql:
        for statement in filter(str.strip, SET.format(plan=plan, rating=rating, part=part, review=review).split(";")):
            sql.execute(statement)


if __name__ == "__main__":
    django.setup()
    run()
