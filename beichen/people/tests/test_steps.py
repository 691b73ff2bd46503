"""Who agrees to goals in a cycle (21a): chosen while it is being set up, fixed afterwards, asked in this order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from beichen.people import access, queries, rules
from beichen.people.choices import AGREES
from beichen.people.models import Cycle, Seat
from beichen.people.queries import Step
from beichen.people.rules.cycles import WrongPhase
from beichen.people.rules.places import renumber
from beichen.people.rules.settings import BadSteps
from beichen.people.tests.makers import START, Company, cycle, move
from beichen.platform.access import policy
from beichen.platform.access.current import acting
from beichen.platform.access.permissions import may
from beichen.platform.audit.models import Entry
from beichen.platform.kit.errors import Changed, Forbidden
from tests.cast import Golden
from tests.database import login, put_in_phase

pytestmark = pytest.mark.usefixtures("english")
TWO = (Step("LM", 5), Step("SK", 3))


def chosen(town: Company, pk: int, number: str, *steps: Step) -> tuple[Step, ...]:
    version = queries.cycle(town.actor(number), pk).version
    return rules.set_steps(town.actor(number), pk, steps or TWO, version).steps


@pytest.mark.req("GOAL-01", "BASE-02")
def test_hr_chooses_the_steps_and_the_audit_keeps_both(town: Company) -> None:
    pk = cycle(town)
    assert queries.cycle(town.actor("HA1"), pk).steps == (Step("LM", 5),)
    assert chosen(town, pk, "HA1") == TWO
    card = queries.cycle(town.actor("HA2"), pk)
    assert (card.steps, card.version) == (TWO, 2)
    assert chosen(town, pk, "HA2") == TWO
    with login(None):
        [line] = Entry.objects.filter(act="people.set_steps")
        kept = Cycle.objects.get(pk=pk).settings["goals"]
    assert line.details == {
        "before": [{"role": "LM", "days": 5}], "after": [{"role": "LM", "days": 5}, {"role": "SK", "days": 3}],
    }  # fmt: skip
    assert (kept["approval"], kept["count_max"]) == (line.details["after"], 5)


@pytest.mark.req("BASE-01")
def test_the_roles_are_those_that_may_agree_to_a_goal_by_the_table() -> None:
    row = policy.row("01c")
    assert set(AGREES) == {column for column in policy.COLUMNS if "t" in row.cells[column]} - {"SE"}


@pytest.mark.req("BASE-01")
def test_only_an_administrator_over_the_whole_cycle_chooses(town: Company) -> None:
    with login(None):
        Seat.objects.create(person=town.people["M1"], seat="HA", scope=town.units["U1"], granted_at=START)
        renumber()
    whole, part = cycle(town), cycle(town, scope="U1")
    for number in ("M1", "E1", "A1", "HR2", "CA1", "X1"):
        with pytest.raises(Forbidden):
            chosen(town, whole, number)
    assert chosen(town, part, "M1") == TWO


@pytest.mark.req("BASE-01")
@pytest.mark.parametrize("phase", ["C01", "C02", "C05", "C11"])
def test_they_are_fixed_when_goals_begin(town: Company, phase: str) -> None:
    pk = cycle(town)
    put_in_phase(phase, pk)
    with pytest.raises(WrongPhase):
        chosen(town, pk, "HA1")


@pytest.mark.req("GOAL-01")
@pytest.mark.parametrize(
    "steps",
    [(Step("LM"), Step("LM")), (Step("EX"),), (Step("LM", 0),), (Step("LM", 31),), (Step("PM"),),
     (Step("LM"), Step("SK"), Step("BP"), Step("HA"))],
)  # fmt: skip
def test_steps_that_make_no_sense_are_refused(town: Company, steps: tuple[Step, ...]) -> None:
    pk = cycle(town)
    with pytest.raises(BadSteps):
        chosen(town, pk, "HA1", *steps)
    with pytest.raises(BadSteps):
        rules.set_steps(town.actor("HA1"), pk, [], 1)


@pytest.mark.req("BASE-01")
def test_whoever_agreed_to_begin_agreed_to_other_steps(town: Company) -> None:
    pk = cycle(town)
    assert move(town, pk, "C01", "HA1") == "C00"
    assert len(queries.second_person(town.actor("HA2"))) == 1
    with pytest.raises(Changed):
        rules.set_steps(town.actor("HA2"), pk, TWO, 0)
    chosen(town, pk, "HA2")
    assert queries.second_person(town.actor("HA2")) == []
    [desk] = queries.desks(town.actor("HA1"))
    assert (desk.asked_to, [turn.by for turn in desk.turns]) == ("", [None, None])
    assert move(town, pk, "C01", "HA2", "HA1") == "C01"


@pytest.mark.req("BASE-01")
def test_the_settings_of_a_cycle_are_read_by_the_seats_of_the_table(town: Company) -> None:
    row = policy.row("21a")
    held = {"HA1": "HA", "HR2": "BP", "CA1": "CA", "E1": "EX", "A1": "CO"}
    for number, column in held.items():
        with acting(town.actor(number)):
            assert may(town.actor(number), access.READ_CYCLE) == row.holds(column, frozenset("rw")), number


# ── doors ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("GOAL-01")
def test_the_page_is_filled_in_refused_and_kept(golden: Golden, client_as: Callable[[str], Client]) -> None:
    with login(None):
        pk = Cycle.objects.get().pk
    address, hr = f"/people/cycles/{pk}/steps/", client_as("E015")
    drawn = hr.get(address)
    assert drawn.status_code == 200
    assert client_as("E006").get(address).status_code == 403
    given = {"version": 1, "step1-role": "LM", "step1-days": "4", "step2-role": "LM", "step2-days": "5"}
    refused = hr.post(address, given)
    assert refused.status_code == 422
    assert "同一角色只能出现一次" in refused.content.decode()
    done = hr.post(address, {**given, "step2-role": "SK", "step3-role": "", "step3-days": ""})
    assert done.status_code in (302, 303)
    assert queries.cycle(golden.actor("E015"), pk).steps == (Step("LM", 4), Step("SK", 5))
    shown = client_as("E016").get("/people/cycles/").content.decode()
    assert "目标确认人" in shown
    assert "4 天" in shown
    assert "目标确认人" not in client_as("E006").get("/people/cycles/").content.decode()
    put_in_phase("C02")
    assert hr.get(address).status_code == 409
    assert address not in hr.get("/people/cycles/").content.decode()


@pytest.mark.req("GOAL-01")
def test_the_api_shows_and_sets_the_steps(golden: Golden, client_as: Callable[[str], Client]) -> None:
    with login(None):
        pk = Cycle.objects.get().pk
    address = f"/api/v1/people/cycles/{pk}/steps"

    def put(number: str, **body: Any) -> Any:
        return client_as(number).put(address, body, content_type="application/json")

    steps = [{"role": "LM", "days": 5}, {"role": "BP", "days": 2}]
    assert put("E006", steps=steps, version=1).status_code == 403
    assert put("E015", steps=[], version=1).status_code == 422
    assert put("E015", steps=[steps[0], steps[0]], version=1).json()["code"] == "bad_steps"
    assert put("E015", steps=steps, version=1).json()["steps"] == steps
    assert client_as("E001").get(address).json() == {"id": pk, "phase": "C00", "steps": steps, "version": 2}
    assert client_as("E006").get(address).status_code == 403
