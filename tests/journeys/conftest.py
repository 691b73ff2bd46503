"""A real browser, a real server, one company for each module, and a page for each person."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from beichen.launch.browser import chromium
from beichen.platform.kit import clock
from tests.cast import load_golden
from tests.journeys.town import Town

MAY_20 = datetime(2026, 5, 20, 2, tzinfo=UTC)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium. Playwright keeps an event loop here, beside which Django would not ask a database."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        found = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def town(committed: None, browser: Browser) -> Iterator[Town]:
    """The golden company on 20 May 2026, its server running; what one test did the next ones find."""
    with clock.frozen(MAY_20):
        server = LiveServer("127.0.0.1")
        made = Town(load_golden(), browser, server.url)
        made.move_to("C02")
        try:
            yield made
        finally:
            made.close()
            server.stop()


@pytest.fixture(autouse=True)
def _no_faults(request: pytest.FixtureRequest) -> Iterator[None]:
    """A journey fails on what the console says and on pages wider than the screen."""
    yield
    if "town" in request.fixturenames:
        town: Town = request.getfixturevalue("town")
        faults, town.faults = town.faults, []
        assert not faults, "\n".join(faults)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """With BEICHEN_PICTURES set, what every browser showed when a journey failed."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    folder, town = os.environ.get("BEICHEN_PICTURES"), getattr(item, "funcargs", {}).get("town")
    if folder and report.failed and town:
        for n, context in enumerate(town.contexts):
            for page in context.pages:
                page.screenshot(path=f"{folder}/{item.name}-{n}.png", full_page=True)
