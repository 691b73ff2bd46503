"""What cycles put on somebody's home page: a release to agree to, a cycle that was never begun."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from beichen.people import panels
from beichen.people.models import Cycle, Seat
from beichen.people.rules.places import renumber
from beichen.people.tests.makers import START, Company, cycle, move
from beichen.platform.access.current import acting, reading
from beichen.platform.kit import clock
from tests.cast import Golden
from tests.database import login, put_in_phase

pytestmark = pytest.mark.usefixtures("english")
MAY, JULY = datetime(2026, 5, 20, 4, tzinfo=UTC), datetime(2026, 7, 1, 4, tzinfo=UTC)


def owed(town: Company, number: str) -> list[tuple[str, str]]:
    """Titles and subtitles of what cycles ask of somebody."""
    actor = town.actor(number)
    with clock.frozen(MAY), acting(actor):
        lines = [*panels.cycles_to_move(actor, 30), *panels.second_person(actor, 30)]
        return [(str(line.title), str(line.subtitle)) for line in lines]


@pytest.mark.req("INSIGHT-01", "BASE-01")
def test_the_executive_is_asked_until_the_own_part_is_given(town: Company) -> None:
    pk = cycle(town, "C08")
    assert owed(town, "E1") == []
    move(town, pk, "C09", "HA1")
    assert owed(town, "E1") == [("Agree to the release: 2026Q2", "agreed so far: HA1")]
    assert [title for title, _ in owed(town, "HA2")] == ["Second person needed: Move a cycle on"]
    move(town, pk, "C09", "HA2")
    assert owed(town, "E1") == [("Agree to the release: 2026Q2", "agreed so far: HA1, HA2")]
    assert owed(town, "HA2") == owed(town, "HA1") == []
    move(town, pk, "C09", "E1")
    assert owed(town, "E1") == []


@pytest.mark.req("INSIGHT-01")
def test_both_administrators_are_asked_where_the_executive_was_first(town: Company) -> None:
    pk = cycle(town, "C08")
    move(town, pk, "C09", "E1")
    wanted = [("Agree to the release: 2026Q2", "agreed so far: E1")]
    assert owed(town, "HA1") == owed(town, "HA2") == wanted
    assert owed(town, "E1") == owed(town, "M1") == owed(town, "HR2") == owed(town, "CA1") == owed(town, "X1") == []
    move(town, pk, "C09", "HA1")
    assert owed(town, "HA1") == []
    assert [title for title, _ in owed(town, "HA2")] == ["Second person needed: Move a cycle on"]


@pytest.mark.req("INSIGHT-01", "BASE-01")
def test_whoever_stands_in_for_the_executive_is_asked(town: Company) -> None:
    with login(None):
        Seat.objects.filter(seat="EX").update(person=town.people["HA2"])
    move(town, cycle(town, "C08"), "C09", "HA1", "HA2")
    assert owed(town, "X1") == [("Agree to the release: 2026Q2", "agreed so far: HA1, HA2")]
    assert owed(town, "E1") == []


@pytest.mark.req("INSIGHT-01")
def test_another_step_is_no_business_of_the_executive(town: Company) -> None:
    move(town, cycle(town, "C02"), "C03", "HA1")
    assert owed(town, "E1") == []


@pytest.mark.req("PEOPLE-05", "INSIGHT-01")
def test_a_cycle_of_the_past_that_was_never_begun_is_brought_to_hr(town: Company) -> None:
    with login(None):
        Seat.objects.create(person=town.people["B1"], seat="HA", scope=town.units["U2"], granted_at=START)
        renumber()
    pk = cycle(town)

    def titles(number: str, now: datetime) -> list[str]:
        actor = town.actor(number)
        with clock.frozen(now), acting(actor):
            return [str(line.title) for line in panels.cycles_to_move(actor, 30)]

    wanted = ["2026Q2 is over, and its cycle was never started"]
    assert titles("HA1", JULY) == titles("HA2", JULY) == wanted
    assert titles("HA1", MAY) == titles("E1", JULY) == titles("A1", JULY) == titles("B1", JULY) == []
    put_in_phase("C01", pk)
    assert titles("HA1", JULY) == []


@pytest.mark.req("PEOPLE-05")
def test_the_page_says_that_the_period_has_passed(golden: Golden, client_as: Callable[[str], Client]) -> None:
    said = "周期却还没有开始"
    with clock.frozen(JULY):
        assert said in client_as("E015").get("/people/cycles/").content.decode()
        assert said not in client_as("E006").get("/people/cycles/").content.decode()
    with clock.frozen(MAY):
        assert said not in client_as("E015").get("/people/cycles/").content.decode()


@pytest.mark.req("INSIGHT-01")
def test_cycles_are_a_page_of_those_who_move_them(golden: Golden, client_as: Callable[[str], Client]) -> None:
    for number, shown in {"E015": True, "E016": True, "E001": True, "E006": False, "E004": False}.items():
        assert ('href="/people/cycles/"' in client_as(number).get("/goals/").content.decode()) is shown, number


@pytest.mark.req("INSIGHT-01")
def test_the_step_opens_beside_the_list_and_is_agreed_to_there(
    golden: Golden, client_as: Callable[[str], Client]
) -> None:
    with login(None):
        pk = Cycle.objects.get().pk
    put_in_phase("C08")
    client_as("E015").post(f"/people/cycles/{pk}/move/?to=C09", {"version": 1})
    home = client_as("E001").get("/").content.decode()
    assert "同意公布结果：2026Q2" in home
    assert f'hx-get="/people/cycles/{pk}/step/"' in home
    drawn = client_as("E001").get(f"/people/cycles/{pk}/step/").content.decode()
    assert f"/people/cycles/{pk}/move/?to=C09" in drawn
    assert f"/people/cycles/{pk}/move/" not in client_as("E006").get(f"/people/cycles/{pk}/step/").content.decode()
    client_as("E001").post(f"/people/cycles/{pk}/move/?to=C09", {"version": 1})
    assert "同意公布结果" not in client_as("E001").get("/").content.decode()
    assert client_as("E001").get("/people/cycles/999999/step/").status_code == 404


@pytest.mark.req("INSIGHT-01")
def test_what_cycles_ask_costs_one_statement_while_nothing_is_asked(town: Company) -> None:
    cycle(town, "C08")
    for number in ("A1", "E1", "HA1"):
        actor = town.actor(number)
        with reading(actor), CaptureQueriesContext(connection) as asked:
            panels.cycles_to_move(actor, 30)
        assert len([line for line in asked if "SAVEPOINT" not in line["sql"]]) <= 1, number
