"""The loaded company: its numbers are those the product computes, and everybody of the cast has something to do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection

from beichen.demo.formulas.people import CAST
from beichen.demo.rules import load_demo
from beichen.goals.rules.rollup import recount
from beichen.people.rules.founding import CompanyExists
from beichen.platform.kit.actor import system
from beichen.reviews.formulas.results import recompute
from beichen.reviews.models import Explanation, RatingContent
from tests.cast import sign_in

DAY = date(2026, 11, 20)
ACTOR = system("load_demo", "a test")


@pytest.fixture
def loaded(db: None, worker_db: Any) -> Any:
    with worker_db():
        return load_demo(11, DAY, 100)


def rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


@pytest.mark.req("BASE-08")
def test_stored_numbers_are_those_a_recount_gives(loaded: Any, worker_db: Any, owner_db: Any) -> None:
    with worker_db():
        for cycle_id in loaded.cycles.values():
            assert recount(ACTOR, cycle_id) == []
    with owner_db():
        stories = dict(Explanation.objects.values_list("review_id", "terms"))
        totals = dict(RatingContent.objects.values_list("rating_id", "total"))
        assert len(totals) > 80
        assert all(recompute(stories[pk]) == total for pk, total in totals.items())


@pytest.mark.req("BASE-08")
def test_pools_add_up_to_the_cent(loaded: Any, owner_db: Any) -> None:
    with owner_db():
        sums = rows(
            "SELECT p.value - p.reserve - p.unallocated, sum(a.amount) FROM reward_bonuspool p"
            " JOIN reward_bonusaward a ON a.pool_id = p.id GROUP BY p.id"
        )
        [plan] = rows("SELECT state, letters_out FROM reward_bonusplan")
    assert sums
    assert all(there == paid for there, paid in sums)
    assert plan[0] == "released"
    assert plan[1] > 80


def test_the_quarter_behind_is_done_and_the_next_one_begun(loaded: Any, owner_db: Any) -> None:
    with owner_db():
        phases = dict(rows("SELECT p.key, c.phase FROM people_cycle c JOIN people_period p ON p.id = c.period_id"))
        states = {state for (state,) in rows("SELECT DISTINCT state FROM reviews_rating")}
        [(moves,)] = rows("SELECT count(*) FROM reviews_grademove")
        check_ins = {state for (state,) in rows("SELECT DISTINCT state FROM conversations_checkin")}
        late = rows("SELECT 1 FROM people_person p JOIN people_person m ON m.id = p.manager_id WHERE NOT m.is_active")
    assert phases == {"2026Q3": "C10", "2026Q4": "C02"}
    assert states == {"released"}
    assert moves >= 1
    assert check_ins == {"due", "filled", "replied"}
    assert late == []


@pytest.mark.req("BASE-08")
@pytest.mark.parametrize("number", [person for _, person, _ in CAST])
def test_everybody_of_the_cast_sees_something(loaded: Any, number: str, settings: Any) -> None:
    answer = sign_in(loaded.loaded.persons[number]).get("/")
    assert answer.status_code == 200
    assert len(answer.content) > 3000


def test_a_second_company_is_refused(loaded: Any, worker_db: Any) -> None:
    with worker_db(), pytest.raises(CompanyExists):
        load_demo(11, DAY, 100)
