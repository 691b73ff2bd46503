"""The home page of each role: what I owe, my people, my unit; nothing of anybody else's; few queries."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from beichen.conversations.tests.makers import on, sent
from beichen.insight import queries
from beichen.people.models import OrgUnit
from beichen.platform.access.current import acting, reading
from beichen.platform.registry import panels
from tests.database import put_in_phase

COUNTS = json.loads(Path(__file__).with_name("query_counts.json").read_text(encoding="utf-8"))


@pytest.fixture
def running(golden: Any, owner_db: Any) -> Any:
    """The golden company in the execution of its quarter, two check-ins waiting for E004."""
    with owner_db():
        put_in_phase("C02")
    with on("2026-05-06"):
        for number in ("E006", "E007"):
            sent(golden.actor(number), {"load": "unsustainable"})
    return golden


@pytest.mark.req("INSIGHT-01")
def test_a_manager_sees_what_waits_and_answers_it_in_the_drawer(
    running: Any, client_as: Callable[[str], Client]
) -> None:
    client = client_as("E004")
    with on("2026-05-12"):
        page = client.get("/").content.decode()
        assert page.count("回复沟通") == 2
        assert 'hx-target="#drawer-body"' in page
        team = client.get("/home/people/").content.decode()
    assert "何雨桐" in team
    assert "孙嘉树" in team


@pytest.mark.req("INSIGHT-01")
def test_my_people_stand_in_the_order_in_which_they_need_me(running: Any) -> None:
    with on("2026-05-12"):
        found = queries.my_people(running.actor("E004"))
    waiting = next(line for line in found if line.last is not None and line.last.waits)
    assert found[0].last == waiting.last
    calm = replace(waiting, last=None, strained=False, attention=0)
    wanted = [replace(calm, strained=True), replace(waiting, strained=False), replace(calm, attention=1), calm]
    assert [line.pressing for line in wanted] == [0, 1, 2, 3]


@pytest.mark.req("INSIGHT-01")
def test_each_role_gets_its_own_parts(running: Any) -> None:
    wanted = {
        "E006": set(), "E004": {"home-people", "home-unit"}, "E001": {"home-people", "home-unit"},
        "E015": {"home-unit"}, "E014": {"home-people", "home-unit"},
    }  # fmt: skip
    with on("2026-05-12"):
        for number, keys in wanted.items():
            actor = running.actor(number)
            with acting(actor):
                found = {panel.key for panel in panels("insight.home", None, actor, actor.person_id)}
            assert {key for key in found if key.startswith("home-")} == keys, number


@pytest.mark.req("INSIGHT-01")
def test_the_executive_sees_priorities_and_the_company(running: Any) -> None:
    with on("2026-05-12"):
        found = queries.overview(running.actor("E001"))
        assert found is not None
        assert [line.name for line in found.priorities]
        assert found.scopes[0].unit is None
        assert found.scopes[0].goals > 0
        unit = queries.overview(running.actor("E004"))
        assert unit is not None
        assert (unit.priorities, unit.scopes[0].unit and unit.scopes[0].unit.name) == ((), "核心产品组")
        assert queries.overview(running.actor("E006")) is None


@pytest.mark.req("INSIGHT-01")
def test_nobody_finds_anothers_talks_on_the_home_page(running: Any, client_as: Callable[[str], Client]) -> None:
    with on("2026-05-12"):
        for number in ("E001", "E002", "E007", "E008", "E014", "E015", "E016", "E017"):
            client = client_as(number)
            for url in ("/", "/home/people/", "/home/unit/", "/api/v1/insight/home"):
                assert "canary" not in client.get(url).content.decode(), (number, url)
            told = client.get("/api/v1/insight/home").json()
            assert not any(entry["key"].startswith("check-in-answer") for entry in told["owed"]), number
            assert not any(line["strained"] for line in told["people"]), number


@pytest.mark.req("INSIGHT-01")
def test_a_fresh_company_is_told_how_to_begin(golden: Any, owner_db: Any, client_as: Callable[[str], Client]) -> None:
    with on("2026-05-12"):
        begin = client_as("E015").get("/").content.decode()
        assert "三步开始" in begin
        assert "/people/cycles/" in begin
        assert "三步开始" not in client_as("E006").get("/").content.decode()
        assert OrgUnit.objects.count() > 1


BUDGET = 15
"""Statements of the whole page, the providers of what is owed among them."""


def _statements(seen: CaptureQueriesContext) -> int:
    """Those of a page by itself: without what a test's own transaction adds around it."""
    around = ("SAVEPOINT", "access.standing(nullif('', '')")
    return sum(1 for line in seen if not any(word in line["sql"] for word in around))


@pytest.mark.req("INSIGHT-01")
def test_the_home_page_stays_cheap(running: Any, client_as: Callable[[str], Client]) -> None:
    own: dict[str, int] = {}
    with on("2026-05-12"):
        for number in ("E006", "E004", "E001", "E015"):
            actor, client = running.actor(number), client_as(number)
            client.get("/")
            with CaptureQueriesContext(connection) as page:
                client.get("/")
            with reading(actor), CaptureQueriesContext(connection) as owed:
                queries.owed(actor)
            assert _statements(page) <= BUDGET, number
            own[number] = _statements(page) - _statements(owed)
    assert own == COUNTS, own
