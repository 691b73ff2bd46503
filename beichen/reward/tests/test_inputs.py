"""The inputs of a bonus, frozen for everybody in one statement, against the rule for one person."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from beichen.people import queries as people
from beichen.people.models import Assignment, OrgUnit, TargetBonus
from beichen.people.tests.makers import START
from beichen.platform.kit.actor import system
from beichen.reviews import queries as reviews
from beichen.reward import rules
from beichen.reward.formulas.inputs import Stretch, Unit, judge
from beichen.reward.models import BonusAward, BonusEntry
from beichen.reward.tests.makers import Money, money

pytestmark = pytest.mark.django_db
MAY, LATER, LAST = datetime(2026, 5, 11, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC), date(2026, 6, 30)
JOB = system("reward.simulate", "test")


def _stand(made: Money, number: str, *stretches: tuple[str, Any, Any]) -> None:
    Assignment.objects.filter(person_id=made.id(number)).delete()
    for unit, first, last in stretches:
        Assignment.objects.create(
            person_id=made.id(number), unit=made.company.units[unit], manager_id=made.id("E1"), period=(first, last)
        )


@pytest.fixture
def storied(owner_db: Any, worker_db: Any) -> Money:
    """Heads of two units in a row, movers, a leaver, a target that changed, one that is missing, a unit that closed."""
    made = money(owner_db, worker_db)
    with owner_db():
        OrgUnit.objects.filter(code__in=["U0", "HR"]).update(head=made.id("M1"))
        _stand(made, "M1", ("U1", START, MAY), ("HR", MAY, None))
        _stand(made, "B2", ("U2", START, MAY), ("U1", MAY, LATER), ("HR2", LATER, None))
        _stand(made, "M2", ("U2", START, LATER), ("U1", LATER, None))
        _stand(made, "A3", ("U1", START, LATER))
        TargetBonus.objects.filter(person_id=made.id("B1")).delete()
        TargetBonus.objects.filter(person_id=made.id("A1")).update(valid=(date(2020, 1, 1), date(2026, 4, 20)))
        TargetBonus.objects.create(person_id=made.id("A1"), amount=77, valid=(date(2026, 4, 20), None))
        OrgUnit.objects.filter(code="U2").update(is_active=False)
    made.make_plan()
    return made


def _expected(made: Money) -> dict[tuple[int, date], tuple[Any, ...]]:
    with made.worker():
        cycle = people.cycle(JOB, made.cycle_id)
        lines = people.target_stretches(JOB, cycle.scope_id, cycle.first, cycle.last)
        results = {line.person_id: line for line in reviews.locked_results(JOB, made.cycle_id)}
    used = {line.unit_id for line in lines}
    with made.owner():
        known = {u.pk: Unit(u.parent_id, u.head_id) for u in OrgUnit.objects.all() if u.is_active or u.pk in used}
    found: dict[tuple[int, date], tuple[Any, ...]] = {}
    for person in {line.person_id for line in lines}:
        mine, result = [line for line in lines if line.person_id == person], results.get(person)
        told = [Stretch(line.unit_id, line.first, line.last, line.target) for line in mine]
        judged = judge(person, told, LAST, known, has_result=result is not None)
        given = (result.coefficient, result.review_id) if result is not None and not judged.out else (None, None)
        for line, pays in zip(mine, judged.pays, strict=True):
            found[person, line.first] = (
                pays, judged.last_pays, line.target or 0, line.days, judged.out, result.grade if result else "", *given
            )  # fmt: skip
    return found


@pytest.mark.req("OUTCOME-01")
def test_everybody_is_frozen_as_one_by_one(storied):
    storied.simulate()
    with storied.owner():
        names = ("pool_unit_id", "last_unit_id", "target", "days", "out", "grade", "coefficient", "review_id")
        frozen = {
            (person, first): tuple(rest)
            for person, first, *rest in BonusEntry.objects.values_list("person_id", "first", *names)
        }
    expected = _expected(storied)
    assert frozen == expected
    assert {line[4] for line in expected.values()} == {"", "left", "no_result", "no_target"}
    units = storied.company.units
    paid_above = {pays for (person, _), (pays, *_rest) in expected.items() if person == storied.id("M1")}
    assert paid_above == {units["U0"].pk}


@pytest.mark.req("OUTCOME-01")
def test_a_cent_taken_from_a_chosen_pool_is_refused_whoever_takes_it(storied):
    storied.simulate()
    storied.choose()
    with storied.owner():
        award = BonusAward.objects.filter(scenario__key="A", amount__gt=0)[0]
        with pytest.raises(IntegrityError), transaction.atomic():
            BonusAward.objects.filter(pk=award.pk).update(amount=award.amount - 1)
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE reward_bonuspool SET value = value + 1 WHERE id = %s", [award.pool_id])


@pytest.mark.req("OUTCOME-01")
def test_a_simulation_broken_off_and_run_again_pays_nobody_twice(storied, monkeypatch):
    storied.simulate()
    once = {number: award.amount for number, award in storied.awards("B").items()}
    rules.ask_simulation(storied.actor("CA1"), storied.plan_id, storied.version)
    monkeypatch.setattr("beichen.reward.rules.simulation.facts_of", _broken)
    with storied.worker(), pytest.raises(ZeroDivisionError):
        rules.simulate(JOB, storied.plan_id)
    assert {number: award.amount for number, award in storied.awards("B").items()} == once
    monkeypatch.undo()
    with storied.worker():
        rules.simulate(JOB, storied.plan_id)
        rules.simulate(JOB, storied.plan_id)
    assert {number: award.amount for number, award in storied.awards("B").items()} == once


def _broken(*_: object) -> Any:
    raise ZeroDivisionError
