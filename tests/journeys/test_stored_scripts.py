"""A09 in a real browser: a company whose every text is markup; no script of it runs, no policy has to stop one."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import transaction
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from tests.access import acts
from tests.attacks.test_stored_scripts import MARK, pages, stain, stain_json
from tests.cast import sign_in
from tests.database import login

REPORTS = """addEventListener("securitypolicyviolation",
    e => console.error("POLICY " + e.violatedDirective + " " + e.blockedURI))"""
WHO = ("E015", "E004")


def opened(browser: Browser, address: str, key: str, heard: list[str]) -> BrowserContext:
    """A browser of one person that tells what a script does."""
    context = browser.new_context()
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": address}])
    context.add_init_script(REPORTS)
    context.on("dialog", lambda dialog: heard.append(f"dialog {dialog.message}"))
    context.on("console", lambda message: heard.extend([message.text] if "POLICY" in message.text else []))
    return context


def check(browser: Browser, share: int) -> None:
    """One in `share` of the pages."""
    with login(None), transaction.atomic():
        world = acts.make()
        keys = [sign_in(world.golden.id(who)).cookies[settings.SESSION_COOKIE_NAME].value for who in WHO]
        paths = [path for path in pages(world) if "export" not in path and not path.endswith((".js", ".webmanifest"))]
        assert stain() > 30
        stain_json(world)
    heard: list[str] = []
    server, seen = LiveServer("127.0.0.1"), 0
    try:
        for turn, key in enumerate(keys):
            context = opened(browser, server.url, key, heard)
            page = context.new_page()
            for path in paths[::share][turn :: len(keys)]:
                page.goto(server.url + path, wait_until="load")
                assert page.evaluate(f"typeof window.{MARK}") == "undefined", path
                assert page.locator("img[src=x]").count() == 0, path
                seen += 1
            context.close()
    finally:
        server.stop()
    assert heard == []
    assert seen >= 8


@pytest.mark.usefixtures("committed")
@pytest.mark.attack("A09")
@pytest.mark.req("BASE-01")
def test_nothing_that_was_written_runs(browser: Browser) -> None:
    check(browser, 14)


@pytest.mark.slow
@pytest.mark.usefixtures("committed")
@pytest.mark.attack("A09")
def test_nor_on_any_other_page(browser: Browser) -> None:
    check(browser, 1)
