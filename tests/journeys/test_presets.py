"""HR keeps the numbers of goals to the line and the direct team; elsewhere one still finds what is worked on."""

from __future__ import annotations

import pytest

from tests.journeys.town import Town

NUMBERS = "Goals public, numbers and updates for the line and the direct team"
WHY = "上市静默期，进展数字只在直接团队内可见"
HIDDEN = "They are not shown to you."


@pytest.mark.req("GOAL-05")
@pytest.mark.parametrize("phone", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_numbers_are_kept_to_the_team_and_opened_again(town: Town, *, phone: bool) -> None:
    me = town.browse("E006", phone=phone)
    me.menu("Goals")
    title = me.page.locator(".goal-title a, .plan-goal h2 a, h2 a").filter(visible=True).first.inner_text().strip()
    hr = town.browse("E015", phone=phone)
    hr.menu("Goals")
    hr.go("All goals", "Who sees goals")
    hr.tick(NUMBERS)
    hr.fill("Why?", WHY)
    hr.press("Save")
    hr.again()
    assert WHY in hr.reads()
    colleague = town.browse("E010", phone=phone)
    colleague.menu("Goals")
    colleague.go("All goals", title)
    assert colleague.sees(HIDDEN)
    assert colleague.page.locator(".goal-number").count() == 0
    manager = town.browse("E004", phone=phone)
    manager.page.goto(colleague.page.url)
    manager.settled()
    assert manager.page.locator(".goal-number").count() == 1
    assert HIDDEN not in manager.reads()
    hr.tick("All public")
    hr.fill("Why?", WHY)
    hr.press("Save")
    colleague.again()
    assert colleague.page.locator(".goal-number").count() == 1
