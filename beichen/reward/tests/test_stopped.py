"""What is computed and cannot be: it says so, and a person can go on."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from beichen.people.models import OrgUnit
from beichen.platform.events.choices import Fault
from beichen.platform.events.failures import NOTE
from beichen.reviews.tests.makers import client
from beichen.reward import queries, rules
from beichen.reward.tests.makers import GRADES, Money, money

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(owner_db: Any, worker_db: Any) -> Money:
    """A simulated plan."""
    made = money(owner_db, worker_db)
    made.make_plan()
    made.simulate()
    return made


@pytest.mark.req("OUTCOME-01")
def test_people_who_would_be_paid_from_a_closed_unit_are_not_lost_in_silence(owner_db, worker_db):
    made = money(owner_db, worker_db)
    made.make_plan()
    with owner_db():
        OrgUnit.objects.filter(code="U1").update(is_active=False)
    made.simulate()
    for found in queries.scenarios(made.actor("CA1"), made.plan_id):
        assert (found.problem["code"], found.problem["params"]) == ("unit_closed", {"unit": "U1"})
    with owner_db():
        OrgUnit.objects.filter(code="U1").update(is_active=True)
    made.simulate()
    assert set(made.awards()) == set(GRADES)


@pytest.mark.fault("F21")
@pytest.mark.req("OUTCOME-01", "BASE-09")
@pytest.mark.parametrize("kind", ["program", ""])
def test_a_calculation_that_ended_for_good_says_why_and_is_asked_for_again(ready, owner_db, kind):
    before, page = ready.awards(), f"/reward/plans/{ready.plan_id}/"
    rules.ask_simulation(ready.actor("CA1"), ready.plan_id, ready.version)
    asked = ready.version
    rules.ask_simulation(ready.actor("CA1"), ready.plan_id, asked)
    assert ready.version == asked
    browser = client(ready, "CA1")
    assert 'role="alert"' not in browser.get(page).content.decode()
    with owner_db(), connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE status = 'todo' RETURNING id")
        ((job,),) = cursor.fetchall()
        if kind:
            cursor.execute(NOTE, [job, "reward.simulate", kind, "ZeroDivisionError", "", ""])
    told = browser.get(page).content.decode()
    assert 'role="alert"' in told
    assert f"{page}simulate/" in told
    assert (str(Fault.PROGRAM.label) in told) is bool(kind)
    ready.edit("A", company={"coefficient": "1.0"})
    ready.simulate()
    assert (ready.plan().busy, 'role="alert"' in browser.get(page).content.decode()) == ("", False)
    assert set(ready.awards()) == set(before)
