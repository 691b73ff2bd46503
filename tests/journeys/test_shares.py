"""A result two people stand for: parts proposed, one disagrees, the manager decides, it counts in both plans."""

from __future__ import annotations

import pytest

from tests.journeys.town import Town

WHY = "入口和支付都由我改，一半更合适"


@pytest.mark.req("METRIC-04")
@pytest.mark.parametrize(
    ("owner", "party", "phone"), [("E006", "E011", False), pytest.param("E007", "E012", True, marks=pytest.mark.slow)]
)
def test_two_people_share_a_result_and_the_manager_decides(town: Town, owner: str, party: str, *, phone: bool) -> None:
    me = town.browse(owner, phone=phone)
    me.menu("Goals")
    title = me.page.locator(".goal-card h2 a").first.inner_text()
    me.go(title)
    me.go("Share the result")
    me.fill("Part of the owner", "7")
    me.page.locator("#id_who_0").fill(party)
    me.page.locator("#id_part_0").fill("3")
    me.press("Ask them")
    me.again()
    assert me.sees("Until all agree, the goal counts for its owner alone.")
    other = town.browse(party, phone=phone)
    other.go(f"Your part of a shared result: {title}")
    assert other.sees("30%")
    other.fill("What does it weigh in your plan, %?", "20")
    other.tick("No, somebody else should decide")
    other.fill("What would be right, and why?", WHY)
    other.press("Send")
    other.again()
    assert WHY in other.page.locator("#shares").inner_text()
    stranger = town.browse("E010")
    stranger.page.goto(other.page.url)
    stranger.page.locator("#shares table").wait_for()
    assert WHY not in stranger.page.content()
    manager = town.browse("E004", phone=phone)
    manager.go(f"Decide the parts: {title}")
    assert manager.sees(WHY)
    for field in manager.page.locator("input[name^=part_]").all():
        field.fill("1")
    manager.fill("Why these parts?", "两人各做了一半")
    manager.press("Decide")
    manager.again()
    assert manager.sees("两人各做了一半")
    other.menu("Goals")
    assert other.sees("Shared results of others")
    assert "counts 20%" in other.page.locator(".joint").inner_text()
