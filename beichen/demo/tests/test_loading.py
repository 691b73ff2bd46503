"""The loaded company: its numbers are those the product computes, and everybody of the cast has something to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from django.db import connection

from beichen.demo.formulas.people import CAST
from beichen.demo.rules import load_demo
from beichen.goals import queries
from beichen.goals.rules.rollup import recount
from beichen.people.rules.founding import CompanyExists
from beichen.platform.kit.actor import system
from beichen.reviews.formulas.results import recompute
from beichen.reviews.models import Explanation, RatingContent
from tests.cast import sign_in

DAY = date(2026, 11, 20)
ACTOR = system("load_demo", "a test")


def rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


@pytest.mark.req("BASE-08")
def test_the_loaded_numbers_are_those_the_product_computes(db: None, worker_db: Any, owner_db: Any) -> None:
    with worker_db():
        loaded = load_demo(11, DAY, 100)
        assert [recount(ACTOR, cycle_id) for cycle_id in loaded.cycles.values()] == [[]] * 7
        with pytest.raises(CompanyExists):
            load_demo(11, DAY, 100)
    with owner_db():
        totals_recompute()
        pools_add_up()
        quarters_stand_as_told()
        the_failed_goal_taught(loaded.loaded.persons["C012"])
    everybody_of_the_cast_has_something_to_do(loaded.loaded.persons)


def totals_recompute() -> None:
    stories = dict(Explanation.objects.values_list("review_id", "terms"))
    totals = dict(RatingContent.objects.values_list("rating_id", "total"))
    assert len(totals) > 80
    assert all(recompute(stories[pk]) == total for pk, total in totals.items())


def pools_add_up() -> None:
    sums = rows(
        "SELECT p.value - p.reserve - p.unallocated, sum(a.amount) FROM reward_bonuspool p"
        " JOIN reward_bonusaward a ON a.pool_id = p.id GROUP BY p.id"
    )
    plans = rows("SELECT state, letters_out FROM reward_bonusplan")
    assert sums
    assert all(there == paid for there, paid in sums)
    assert len(plans) == 6
    assert all(state == "released" and letters > 60 for state, letters in plans), plans
    assert max(letters for _, letters in plans) > 80


def quarters_stand_as_told() -> None:
    phases = dict(rows("SELECT p.key, c.phase FROM people_cycle c JOIN people_period p ON p.id = c.period_id"))
    [(moves,)] = rows("SELECT count(*) FROM reviews_grademove")
    check_ins = {state for (state,) in rows("SELECT DISTINCT state FROM conversations_checkin")}
    earlier = dict.fromkeys(("2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2"), "C11")
    assert phases == earlier | {"2026Q3": "C10", "2026Q4": "C02"}
    assert rows("SELECT DISTINCT state FROM reviews_rating") == [("released",)]
    assert moves >= 1
    assert check_ins == {"due", "filled", "replied"}


@pytest.mark.slow
@pytest.mark.req("BASE-08")
@pytest.mark.parametrize("day", [date(2026, 10, 1), date(2026, 10, 3), date(2026, 10, 20), date(2026, 12, 31)])
def test_any_day_of_a_quarter_loads(db: None, worker_db: Any, day: date) -> None:
    with worker_db():
        loaded = load_demo(11, day, 60)
        assert [recount(ACTOR, cycle_id) for cycle_id in loaded.cycles.values()] == [[]] * 7
        plan = queries.plan(loaded.person("C012"), loaded.loaded.persons["C012"], loaded.cycles["2026Q4"])
    assert plan.weight == 10_000


def everybody_of_the_cast_has_something_to_do(persons: Mapping[str, int]) -> None:
    for _, number, _ in CAST:
        answer = sign_in(persons[number]).get("/")
        assert answer.status_code == 200
        assert "件事待办" in answer.content.decode(), number


def the_failed_goal_taught(person_id: int) -> None:
    """Her manager decides a grade above what the formula suggests, and says why."""
    [(suggested, decided, reason)] = rows(
        "SELECT c.suggested, c.decided, c.reason FROM reviews_ratingcontent c"
        " JOIN reviews_rating r ON r.review_id = c.rating_id JOIN people_cycle y ON y.id = r.cycle_id"
        f" WHERE r.subject_id = {person_id} AND y.phase = 'C10'"
    )
    assert (suggested, decided) == ("C", "B")
    assert "AI 自动整理" in reason
