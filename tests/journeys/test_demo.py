"""The demo company as a stranger meets it: eighteen months behind an employee, priorities before the chief."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from beichen.demo.rules import load_demo
from beichen.platform.kit import clock
from tests.cast import Golden
from tests.database import login
from tests.journeys.town import Town

pytestmark = pytest.mark.slow

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
EMPLOYEE, CHIEF = "C012", "C001"


@pytest.fixture(scope="module")
def town(committed: None, browser: Browser) -> Iterator[Town]:
    """A hundred people of the demo company and its server."""
    with clock.frozen(NOON):
        with login("beichen_worker"):
            place = load_demo(11, DAY, 100)
        server = LiveServer("127.0.0.1")
        made = Town(Golden(people=dict(place.loaded.persons)), browser, server.url)
        try:
            yield made
        finally:
            made.close()
            server.stop()


@pytest.mark.req("BASE-08")
@pytest.mark.parametrize("phone", [False, True])
def test_an_employee_finds_eighteen_months_of_results_and_reads_one(town: Town, *, phone: bool) -> None:
    employee = town.browse(EMPLOYEE, phone=phone, locale="zh-hans")
    employee.menu("Reviews")
    text = employee.reads()
    quarters = ("2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3")
    assert [quarter for quarter in quarters if f"{quarter} 季度考核" not in text] == []
    employee.at("2026Q2 季度考核", "Read the result")
    assert employee.page.locator(".grade-letter").first.is_visible()


@pytest.mark.req("BASE-08")
def test_the_chief_sees_the_priorities_and_where_they_are_stuck(town: Town) -> None:
    chief = town.browse(CHIEF, locale="zh-hans")
    chief.menu("Strategy")
    assert "会员收入成为第一收入来源" in chief.reads()
    chief.menu("Goals")
    chief.go("Progress board", "Priorities by unit")
    assert "让新用户第二周还愿意回来" in chief.reads()
