"""What is under a priority, who is stuck, why do I do this: each answered by clicks on the goal map."""

from __future__ import annotations

import re

import pytest

from tests.journeys.town import Person, Town


def shown(who: Person) -> list[str]:
    """The titles of the goals that are drawn and not folded away."""
    return who.page.locator(".map-node > a").filter(visible=True).all_inner_texts()


@pytest.mark.req("GOAL-05")
def test_what_is_under_a_priority_is_one_click_away(town: Town) -> None:
    me = town.browse("E012")
    me.menu("Goals")
    me.go("Goal map")
    assert me.sees("让核心产品重新增长")
    me.page.get_by_role("link", name=re.compile("^P3 ")).click()
    me.settled()
    assert shown(me) == ["新业务验证"]
    me.go("Show the whole map")
    assert len(shown(me)) == 4
    me.page.get_by_role("button", name=re.compile("What supports “核心产品留存回到一线水平”")).click()
    assert len(shown(me)) == 8
    me.page.get_by_role("button", name=re.compile("What supports “让核心产品重新增长”")).click()
    assert shown(me) == ["让核心产品重新增长", "新业务验证"]


@pytest.mark.req("GOAL-05")
def test_who_is_stuck_is_one_click_away_with_what_it_holds_up(town: Town) -> None:
    chief = town.browse("E001")
    chief.menu("Goals")
    chief.go("Progress board")
    chief.page.get_by_role("link", name=re.compile("^Overdue or behind")).click()
    chief.settled()
    stuck = set(chief.page.locator("#board-rows th a").all_inner_texts())
    assert stuck
    chief.go("Goal map")
    chief.page.locator(".health-counts").get_by_role("link", name="Overdue or behind").click()
    chief.settled()
    hits = chief.page.locator(".map-hit")
    assert set(hits.locator("> a").all_inner_texts()) == stuck
    assert all(re.search("Not updated|At risk|Off track", word) for word in hits.locator(".health").all_inner_texts())
    assert "让核心产品重新增长" in shown(chief)
    with chief.page.expect_download() as table:
        chief.page.get_by_role("button", name="Export").click()
        chief.page.get_by_role("link", name="Table (CSV)").click()
    assert stuck.pop() in table.value.path().read_text(encoding="utf-8-sig")


@pytest.mark.req("GOAL-05")
def test_from_my_goal_to_why_i_do_it_and_the_drawing_is_moved_and_zoomed(town: Town) -> None:
    me = town.browse("E006")
    me.menu("Goals")
    me.go("版本按承诺上线", "Show on the goal map")
    assert shown(me) == ["让核心产品重新增长", "核心产品留存回到一线水平", "版本按承诺上线"]
    assert me.sees("Retention of the core product")
    me.go("Show the whole map")
    view = me.page.locator(".map-window")
    me.page.get_by_role("button", name="Larger").click()
    me.page.get_by_role("button", name="Larger").click()
    assert me.page.locator("[data-zoom-shown]").inner_text() == "144%"
    box = view.bounding_box()
    assert box is not None
    me.page.mouse.move(box["x"] + box["width"] - 40, box["y"] + box["height"] - 120)
    me.page.mouse.down()
    me.page.mouse.move(box["x"] + box["width"] - 340, box["y"] + box["height"] - 120, steps=5)
    me.page.mouse.up()
    assert view.evaluate("view => view.scrollLeft") > 100
    view.focus()
    me.page.keyboard.press("0")
    assert view.evaluate("view => view.scrollLeft") == 0
    assert int(me.page.locator("[data-zoom-shown]").inner_text().rstrip("%")) <= 100


@pytest.mark.req("GOAL-05", "BASE-04")
def test_on_a_phone_the_map_is_a_list_of_steps(town: Town) -> None:
    me = town.browse("E006", phone=True)
    me.menu("Goals")
    me.go("Goal map")
    assert me.sees("让核心产品重新增长")
    me.page.get_by_role("button", name=re.compile("What supports “核心产品留存回到一线水平”")).click()
    assert me.sees("版本按承诺上线")
