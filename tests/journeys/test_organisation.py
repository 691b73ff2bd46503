"""Finding one's way in the company: the chart from one's own place to anybody's."""

from __future__ import annotations

import pytest

from tests.journeys.town import Person, Town


def here(me: Person) -> str:
    """Whose place the chart is opened at."""
    return me.page.locator(".chart [aria-current]").inner_text()


@pytest.mark.req("PEOPLE-07")
@pytest.mark.parametrize("phone", [False, True])
def test_the_chart_opens_at_ones_own_place_and_leads_to_anybody(town: Town, phone: bool) -> None:
    me = town.browse("E009", phone=phone)
    me.menu("Org chart")
    assert here(me) == "马骁"
    assert me.page.locator(".chart li").first.locator(".chart-words a").first.inner_text() == "陈思远"
    me.page.get_by_label("Find people and units").fill("xu zhi")
    me.page.locator("#chart-found a", has_text="许知微").click()
    me.settled()
    assert here(me) == "许知微"
    fold = me.page.locator(".chart summary", has_text="Who works under").last
    fold.focus()
    me.page.keyboard.press("Enter")
    me.again()
    assert here(me) == "许知微"
    me.page.get_by_role("link", name="By unit").click()
    me.settled()
    assert "马骁" in me.page.locator(".chart").inner_text()
    me.page.get_by_role("link", name="My place").click()
    me.settled()
    assert me.page.locator(".chart [aria-current]").count() == 1


@pytest.mark.req("PEOPLE-07")
def test_a_node_opens_by_keyboard_and_shows_who_works_there(town: Town) -> None:
    me = town.browse("E009")
    me.menu("Org chart")
    me.page.get_by_role("button", name="more beside").first.click()
    me.settled()
    closed = me.page.locator(".chart details:not([open]) > summary").first
    name = closed.locator("xpath=ancestor::li[1]").locator(".chart-words a").first.inner_text()
    before = me.page.locator(".chart .tree-row").count()
    closed.focus()
    me.page.keyboard.press("Enter")
    me.settled()
    me.page.locator(".chart .tree-row").nth(before).wait_for()
    assert name in me.page.locator(".chart").inner_text()
