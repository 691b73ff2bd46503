"""Who would act in a cycle (G21): it begins only where somebody can act for everybody."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from beichen.people import queries, rules
from beichen.people.models import Conflict, Person, Seat
from beichen.people.rules import cycles
from beichen.people.rules.places import renumber
from beichen.people.tests.makers import START, Company, cycle, move
from beichen.platform.access.current import acting
from beichen.platform.audit.models import Entry
from tests.cast import Golden
from tests.database import login

pytestmark = pytest.mark.usefixtures("english")


@pytest.mark.req("BASE-01", "PEOPLE-02")
def test_a_cycle_begins_only_where_somebody_can_act_for_everybody(town: Company) -> None:
    with login(None):
        Person.objects.filter(number="X1").update(is_active=False)
    pk = cycle(town)
    with pytest.raises(cycles.NobodyActs) as caught:
        move(town, pk, "C01", "HA1")
    assert "E1" in caught.value.sentence()
    assert "external person" in caught.value.sentence()
    with login(None):
        Person.objects.filter(number="X1").update(is_active=True)
    assert move(town, pk, "C01", "HA1", "HA2") == "C01"
    with login(None):
        [entry] = Entry.objects.filter(act="people.move_cycle")
    assert entry.details["rule_version"].startswith("waived")


@pytest.mark.req("BASE-01")
def test_a_lone_administrator_is_a_gap(town: Company) -> None:
    with login(None):
        Seat.objects.filter(seat="HA", person=town.people["HA2"]).update(revoked_at=START)
    ready = queries.readiness(town.actor("HA1"), town.units["U0"].pk)
    assert {act.act: act.lacks for act in ready.acts} == {
        "move": "HA",
        "release": "HA",
        "calibration": "CF",
        "bonus": "",
    }
    assert any("two HR administrators" in said for said in queries.gaps(town.actor("HA1"), ready))


def one_by_one(town: Company, scope: str) -> dict[str, dict[str, int]]:
    """The same answer, asked person by person of the function that approvals use."""
    found: dict[str, dict[str, int]] = {"LM": {}, "BP": {}}
    place = town.units[scope]
    place.refresh_from_db()
    inside = Person.objects.filter(
        is_active=True, kind="employee", unit__place__gte=place.place, unit__place__lte=place.place_end
    )  # fmt: skip
    for person in inside:
        for step, chain in (("LM", ("LM", "SK", "BP", "HA", "OUT")), ("BP", ("BP", "HA", "OUT"))):
            who = next(
                (role for role in chain if _candidates(role, person) - {person.manager_id if role != "LM" else 0}), ""
            )
            found[step][who] = found[step].get(who, 0) + 1
    return found


def _candidates(role: str, person: Person) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.candidates(%s, %s)", [role, person.pk])
        return {line[0] for line in cursor.fetchall()}


@pytest.mark.req("BASE-01", "PEOPLE-02")
@pytest.mark.parametrize("scope", ["U0", "U1", "HR"])
def test_the_count_for_all_is_what_each_would_be_told(town: Company, scope: str) -> None:
    with login(None):
        Conflict.objects.create(holder=town.people["HR2"], other=town.people["B1"], reason="亲属")
        Seat.objects.create(person=town.people["A1"], seat="BP", scope=town.units["U0"], granted_at=START)
        Person.objects.filter(number="M2").update(is_active=False)
        renumber()
        expected = one_by_one(town, scope)
    ready = queries.readiness(town.actor("HA1"), town.units[scope].pk)
    counted = {step.step: {**step.by_who, **({"": step.nobody} if step.nobody else {})} for step in ready.steps}
    assert {step: counted[step] for step in expected} == expected


@pytest.mark.req("BASE-01")
def test_who_would_act_costs_the_same_for_few_and_many(town: Company) -> None:
    def cost() -> int:
        with acting(town.actor("HA1")), CaptureQueriesContext(connection) as asked:
            queries.readiness(town.actor("HA1"), town.units["U0"].pk)
        return len(asked)

    few = cost()
    with login(None):
        unit = town.units["U2"]
        Person.objects.bulk_create(
            Person(number=f"N{n}", name="N", entity=unit.entity, email=f"n{n}@example.com", sort_key="N", unit=unit,
                   manager=town.people["M2"], place=10_000 + n)
            for n in range(300)
        )  # fmt: skip
    assert cost() == few == 2


@pytest.mark.req("PEOPLE-02")
def test_an_outside_person_is_hired_by_two_led_by_nobody_and_in_no_review(golden: Golden) -> None:
    from datetime import date

    new = rules.Hire(number="X1", name="梁外部", email="x1@example.com", hired=date(2026, 4, 1), kind="external",
                     unit_id=golden.unit("U0"))  # fmt: skip
    rules.changes.confirm(golden.actor("E016"), rules.changes.ask_hire(golden.actor("E015"), new))
    found = queries.by_number(golden.actor("E015"), ["X1"])["X1"]
    assert found.manager_id is None
    assert found.id not in queries.stretches(golden.actor("E015"), None, date(2026, 4, 1), date(2026, 6, 30))
    assert queries.who_acts("LM", golden.id("E001")) == found.id
