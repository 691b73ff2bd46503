"""A manager splits a goal among the team in one step; each part becomes its owner's once it is agreed."""

from __future__ import annotations

import pytest

from tests.journeys.town import Town

GOAL, FIRST, SECOND = "新业务验证", "十家试点客户用起来", "付费场景写清楚"


@pytest.mark.req("GOAL-04")
def test_a_goal_is_split_and_each_part_reaches_its_owner(town: Town) -> None:
    manager = town.browse("E005")
    manager.menu("Goals")
    manager.go(GOAL, "Split")
    titles, owners = manager.page.get_by_label("What is the part?"), manager.page.get_by_label("Who answers for it?")
    titles.nth(0).fill(FIRST)
    owners.nth(0).select_option(label="马骁")
    titles.nth(1).fill(SECOND)
    manager.press("Make the drafts")
    assert manager.sees("Choose who answers for it.")
    assert FIRST in manager.typed()
    owners.nth(1).select_option(label="沈清")
    manager.page.get_by_label("Share in this goal, %").nth(1).fill("30")
    manager.press("Make the drafts")
    assert manager.sees("2 drafts made. Add key results, then submit them.")
    manager.again()
    assert manager.sees(FIRST)
    member = town.browse("E009", phone=True)
    member.menu("Goals")
    assert FIRST not in member.reads()
    manager.go(FIRST, "Add")
    manager.fill("What is measured?", "用起来的试点客户")
    manager.choose("How is it measured?", "Increase")
    manager.fill("From", "0")
    manager.fill("To", "10")
    manager.fill("Weight in the goal, %", "100")
    manager.press("Save")
    manager.press("Submit")
    head = town.browse("E002")
    head.menu("Goals")
    head.go("To approve")
    head.at(FIRST, "Approve")
    member.again()
    assert member.sees(FIRST)
    member.go(FIRST)
    assert member.sees(GOAL)
