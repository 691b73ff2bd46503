"""Signing in, languages, looks, and the page that says who sees what."""

from __future__ import annotations

import pytest

from tests.database import login
from tests.journeys.town import Town

PASSWORD = "Abend-Stern-77-hell"


@pytest.mark.req("BASE-07", "INSIGHT-01")
def test_somebody_signs_in_with_a_password_and_finds_what_waits(town: Town) -> None:
    from django.contrib.auth import get_user_model

    with login(None):
        account = get_user_model()._default_manager.get(person_id=town.golden.id("E004"))
        account.set_password(PASSWORD)
        account.save()
    me = town.open()
    me.home()
    assert "/account/login/" in me.page.url
    me.page.locator("input[name=login]").fill(account.email)
    me.page.locator("input[name=password]").fill("falsch-falsch-1")
    me.page.locator("main button[type=submit], form button[type=submit]").last.click()
    me.settled()
    assert "/account/login/" in me.page.url
    me.page.locator("input[name=login]").fill(account.email)
    me.page.locator("input[name=password]").fill(PASSWORD)
    me.page.locator("main button[type=submit], form button[type=submit]").last.click()
    me.settled()
    assert "许知微" in me.reads()


@pytest.mark.req("BASE-03")
def test_one_click_changes_the_language_and_it_stays(town: Town) -> None:
    me = town.browse("E006", locale="zh-hans")
    assert me.sees("目标")
    assert me.page.locator("html").get_attribute("lang") == "zh-CN"
    other = town.browse("E006", locale="en")
    assert other.sees("Goals")
    assert other.page.locator("html").get_attribute("lang") == "en"


@pytest.mark.req("BASE-01")
def test_a_page_says_who_can_see_this_and_why(town: Town) -> None:
    me = town.browse("E006")
    me.menu("Talks")
    me.go("Write it")
    with me.page.context.expect_page() as opened:
        me.page.get_by_role("link", name="Why?").first.click()
    page = opened.value
    page.wait_for_load_state()
    assert "/access/23" in page.url
    assert "the line manager" in page.locator("main").inner_text()
