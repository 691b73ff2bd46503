"""The org chart: it opens at one's own place, level by level, and costs the same in a company of any size."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from beichen.people.models import OrgUnit, Person
from beichen.people.tests import crowd
from beichen.people.tests.test_pages import MOST_QUERIES, own
from tests.cast import Golden, sign_in

SignIn = Callable[[str], Client]
API = "/api/v1/people/chart"


def named(text: str) -> list[str]:
    """The people of a chart in its order."""
    return re.findall(r'href="/people/chart/\d+/"[^>]*>([^<]+)</a>', text)


@pytest.mark.req("PEOPLE-07")
def test_it_opens_at_ones_own_place(client_as: SignIn, golden: Golden) -> None:
    text = client_as("E005").get(reverse("people:chart")).content.decode()
    me = client_as("E005").get(API).json()
    assert [card["id"] for card in me["above"]] == [golden.id("E001"), golden.id("E002")]
    assert me["person"]["id"] == golden.id("E005")
    assert {card["id"] for card in me["below"]["items"]} == {golden.id("E008"), golden.id("E009"), golden.id("E010")}
    assert golden.id("E004") in {card["id"] for card in me["beside"]["items"]}
    assert golden.id("E005") not in {card["id"] for card in me["beside"]["items"]}
    assert me["person"]["led"] == len(me["below"]["items"])
    shown = named(text)
    names = [card["name"] for card in [*me["above"], me["person"], *me["below"]["items"], *me["beside"]["items"]]]
    assert shown == names


@pytest.mark.req("PEOPLE-07")
def test_a_link_opens_it_at_somebody_else(client_as: SignIn, golden: Golden) -> None:
    client = client_as("E006")
    text = client.get(reverse("people:chart_at", args=[golden.id("E009")])).content.decode()
    assert "马骁" in named(text)
    assert client.get(reverse("people:chart_at", args=[10**9])).status_code == 404
    assert client.get(API, {"person_id": 10**9}).status_code == 404


@pytest.mark.req("PEOPLE-07")
def test_the_search_leads_to_a_place(client_as: SignIn, golden: Golden) -> None:
    client = client_as("E006")
    for text in ("许知微", "xu zhi", "E004"):
        found = client.get(reverse("people:chart_find"), {"q": text}).content.decode()
        assert reverse("people:chart_at", args=[golden.id("E004")]) in found, text
    unit = client.get(f"{API}/find", {"text": "增长"}).json()["units"][0]
    assert (
        reverse("people:chart_unit", args=[unit["id"]])
        in client.get(reverse("people:chart_find"), {"q": "增长"}).content.decode()
    )


@pytest.mark.req("PEOPLE-07")
def test_by_unit_it_holds_the_units_below_and_who_works_there(client_as: SignIn, golden: Golden) -> None:
    client = client_as("E009")
    text = client.get(reverse("people:chart_units")).content.decode()
    assert "马骁" in named(text)
    below = client.get(reverse("people:chart_unit_below", args=[golden.unit("U1")])).content.decode()
    assert reverse("people:chart_unit", args=[golden.unit("U12")]) in below
    place = client.get(f"{API}/units/{golden.unit('U12')}").json()
    assert [unit["id"] for unit in place["above"]] == [golden.unit("U0"), golden.unit("U1")]
    assert "马骁" in {card["name"] for card in place["people"]["items"]}
    assert client.get(reverse("people:chart_unit", args=[10**9])).status_code == 404


def settled(people: int) -> tuple[Client, int, int]:
    """A crowd, a browser of somebody in the middle of it, the chief's id and the id of a full unit."""
    crowd.settle(people)
    number = crowd.number(people // 2)
    me = Person.objects.get(number=number)
    get_user_model()._default_manager.create(person_id=me.pk, email=me.email, is_active=True)
    return sign_in(me.pk), Person.objects.get(number=crowd.number(1)).pk, OrgUnit.objects.get(code="U00001").pk


def costs(people: int, owner_db: Any) -> dict[str, int]:
    """How many statements each page of the chart takes in a company of so many."""
    with transaction.atomic():
        with owner_db():
            client, chief, unit = settled(people)
        found = {}
        for path in ("/people/chart/", f"/people/chart/{chief}/", f"/people/chart/{chief}/below/",
                     "/people/chart/units/", f"/people/chart/units/{unit}/below/", "/people/chart/find/?q=00001",
                     API, f"{API}/{chief}/below", f"{API}/units/{unit}"):  # fmt: skip
            client.get(path)
            with CaptureQueriesContext(connection) as counted:
                assert client.get(path).status_code == 200, path
            found[re.sub(r"\d+", "n", path)] = len(own(counted.captured_queries))
        transaction.set_rollback(True)
    return found


@pytest.mark.req("PEOPLE-07")
@pytest.mark.usefixtures("db", "_as_web_login")
def test_a_page_costs_the_same_for_fifty_and_for_eight_hundred(owner_db: Any) -> None:
    small, large = costs(50, owner_db), costs(800, owner_db)
    assert small == large
    assert max(small.values()) <= MOST_QUERIES


@pytest.mark.req("PEOPLE-07")
@pytest.mark.usefixtures("db", "_as_web_login")
def test_a_manager_of_many_is_shown_by_the_page(owner_db: Any) -> None:
    with owner_db():
        client, chief, _unit = settled(130)
        Person.objects.exclude(pk=chief).update(manager_id=chief)
    page = client.get(reverse("people:chart")).content.decode()
    assert len(named(page)) == 1 + 1 + 50
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        found = client.get(f"{API}/{chief}/below", {"cursor": cursor, "limit": "50"}).json()
        seen += [card["number"] for card in found["items"]]
        cursor = found["next"]
    assert seen == [*(crowd.number(n) for n in range(2, 131)), "HR1", "HR2"]
    more = re.findall(r'hx-get="(/people/chart/\d+/below/\?[^"]+)"', page)[-1].replace("&amp;", "&")
    rest = client.get(more).content.decode()
    assert len(named(rest)) == 50
    assert not set(named(rest)) & set(named(page))
