"""A running goal changes: asked with a reason, decided by the manager, both versions kept; weights set together."""

from __future__ import annotations

import pytest

from beichen.platform.kit import clock
from tests.journeys.test_agreement import drafted
from tests.journeys.town import Person, Town

GOAL, RESULT, WHY = "续费的理由讲清楚", "第二步放弃率", "渠道入口少了三周，只能按现有的量承诺"


def running(town: Town, title: str) -> Person:
    """A goal of E009 that E005 approved."""
    me = drafted(town, title, "44", "34")
    me.press("Submit")
    manager = town.browse("E005")
    manager.go(f"Approve goal: {title}")
    manager.press("Approve")
    me.again()
    return me


@pytest.mark.req("GOAL-08")
def test_a_change_is_asked_for_decided_and_both_versions_stay(town: Town) -> None:
    me = running(town, GOAL)
    goal = me.page.url
    me.go("Propose a change")
    me.fill("Why should it change?", WHY)
    me.fill("Target", "38")
    me.press("Propose")
    me.again()
    change = me.page.url
    assert me.sees("Awaiting approval")
    me.page.goto(goal)
    assert "A change of this goal is waiting for a decision" in me.reads()
    assert "44 → 44 → 34" in me.reads()
    colleague = town.browse("E011")
    colleague.page.goto(goal)
    assert colleague.sees(GOAL)
    assert WHY not in colleague.reads()
    manager = town.browse("E005", phone=True)
    manager.go(f"Decide a change: {GOAL}")
    assert manager.sees(WHY)
    manager.press("Approve")
    manager.again()
    manager.home()
    assert f"Decide a change: {GOAL}" not in manager.reads()
    me.again()
    assert "44 → 44 → 38" in me.reads()
    me.go("Versions")
    assert me.sees("Score as restated")
    assert "44 → 34" in me.reads()
    assert "44 → 38" in me.reads()
    assert WHY in me.reads()
    colleague.again()
    colleague.go("Versions")
    assert "44 → 38" in colleague.reads()
    assert WHY not in colleague.reads()
    assert change != goal


@pytest.mark.req("GOAL-03")
def test_hints_come_while_typing_and_weights_add_up_on_one_screen(town: Town) -> None:
    me = town.browse("E009")
    me.page.clock.set_fixed_time(clock.now())  # a key made in the browser is of its day
    me.menu("Goals")
    me.go("New goal")
    me.page.get_by_label("What do you want to achieve?").press_sequentially("提升协同")
    assert me.sees("“提升协同” says little without a measure. How would one see it?")
    me.page.get_by_label("What do you want to achieve?").fill("跨组问题两天内有人接，从 40% 到 80%")
    me.page.locator("#quality:empty, #quality:not(:has(li))").wait_for(state="attached")
    me.fill("Weight in the plan, %", "20")
    me.press("Save")
    me.menu("Goals")
    me.go("Set weights")
    box = me.page.locator(".weigh").first.locator("input[data-part]:not([disabled])").first
    before = me.page.locator("[data-total]").first.inner_text()
    box.fill("1.5")
    assert me.page.locator("[data-total]").first.inner_text() != before
