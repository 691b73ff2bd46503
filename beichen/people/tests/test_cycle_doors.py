"""The page and the API of cycles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from beichen.people import queries
from beichen.people.models import Cycle, Person
from beichen.people.tests import makers
from beichen.platform.auth.models import Account
from tests.cast import Golden, sign_in
from tests.database import login, put_in_phase

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def at(golden: Golden) -> Callable[[str], Client]:
    """Browsers of the golden company, whose chief and HR an outside person looks after."""
    with login(None):
        top = Person.objects.get(number="E001").unit
        assert top
        makers.outside(top)
        Account.objects.update(locale="en")
    return lambda number: sign_in(golden.id(number))


def _read(client: Client, name: str, *args: Any) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.req("REVIEW-01", "PEOPLE-02")
def test_the_page_shows_the_next_step_and_whose_turn_it_is(golden: Golden, at: Callable[[str], Client]) -> None:
    with login(None):
        pk = Cycle.objects.get().pk
    ready = _read(at("E015"), "people:cycle_ready", pk)
    assert "the cycle can start" in ready
    assert "Waived" in ready
    assert at("E006").get(reverse("people:cycle_ready", args=[pk])).status_code == 403
    shown = _read(at("E015"), "people:cycles")
    assert "Next: Setting goals" in shown
    assert "Next:" not in _read(at("E006"), "people:cycles")
    with login(None):
        put_in_phase("C08")
    address = reverse("people:cycle_move", args=[pk]) + "?to=C09"
    at("E016").post(address, {"version": 1})
    names = {"E016": "李慎", "E015": "钱多多", "E001": "陈思远"}
    shown = _read(at("E001"), "people:cycles")
    assert f"{names['E016']} agreed" in shown
    assert f"Waiting for {names['E015']} to agree" in shown
    assert f"Waiting for {names['E001']} to agree" in shown
    assert "Agree" in shown
    at("E001").post(address, {"version": 1})
    at("E015").post(address, {"version": 1})
    assert queries.cycle(golden.actor("E015"), pk).phase == "C09"


@pytest.mark.req("REVIEW-01", "BASE-01")
def test_the_api_says_the_next_step_and_refuses_with_a_sentence(golden: Golden, at: Callable[[str], Client]) -> None:
    with login(None):
        put_in_phase("C02")
        pk = Cycle.objects.get().pk
    root = f"/api/v1/people/cycles/{pk}"

    def send(number: str, **body: Any) -> Any:
        return at(number).post(f"{root}/move", body, content_type="application/json")

    told = at("E015").get(f"{root}/next").json()
    assert (told["next"], told["asked_to"], told["part"], told["back"]) == ("C03", "", "HA", False)
    refused = send("E015", to="C12", version=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "phase_has_work")
    assert send("E001", to="C03", version=1).status_code == 403
    assert send("E015", to="C03", version=1).status_code == 202
    assert at("E016").get(f"{root}/next").json()["turns"][0]["by"] == golden.id("E015")
    assert send("E016", to="C03", version=1).status_code == 200
    ready = at("E015").get(f"{root}/ready").json()
    assert (ready["gaps"], ready["rule_version"]) == ([], "waived")
    assert {step["step"]: step["nobody"] for step in ready["steps"]} == {"LM": 0, "SK": 0, "BP": 0}
