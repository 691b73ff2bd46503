"""A KPI reaches a band with a condition: until the manager confirms it with evidence the next lower band counts."""

from __future__ import annotations

import pytest

from tests.journeys.town import Town

CONDITION, PROOF = "延期都说明了原因", "五月的四次延期在周报里逐条说明了"


def bands_with_a_condition(town: Town, owner: str) -> str:
    """The first goal of somebody is a KPI with such bands, standing at 50; its title."""
    from beichen.goals.models import Goal, KeyResult, KeyResultStat
    from beichen.metrics.models import BandPoint, BandTable

    with town.owner():
        goal = Goal.objects.filter(owner=town.golden.id(owner), unit=None, state="active").order_by("-weight", "id")[0]
        table = BandTable.objects.create(key="on_time", name="准时率", state="frozen")
        for n, (value, score, condition) in enumerate(((60, 6000, ""), (80, 8000, ""), (90, 10_000, CONDITION))):
            BandPoint.objects.create(table=table, position=n, value=value, score=score, condition=condition)
        results = KeyResult.objects.filter(goal=goal)
        results.update(measure="band", band=table, unit="%", is_dropped=False)
        KeyResultStat.objects.filter(key_result__goal=goal).update(current=50, score=6000, progress=600_000)
        return goal.title


@pytest.mark.req("METRIC-03")
@pytest.mark.parametrize("phone", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_condition_is_confirmed_with_evidence_and_its_band_counts(town: Town, *, phone: bool) -> None:
    title = bands_with_a_condition(town, "E006")
    me = town.browse("E006", phone=phone)
    me.menu("Goals")
    me.go(title)
    me.page.locator("#conditions").get_by_text("Not reached yet").first.wait_for()
    me.page.get_by_role("link", name="Update").filter(visible=True).first.click()
    me.page.locator("#id_value").fill("95")
    me.press("Save")
    manager = town.browse("E004", phone=phone)
    manager.menu("Goals")
    manager.go("My team")
    manager.go(title)
    manager.page.locator("#conditions").get_by_text("To be confirmed").first.wait_for()
    manager.page.locator("#conditions .btn-primary").first.click()
    manager.fill("What shows it?", PROOF)
    manager.press("Confirm")
    manager.again()
    manager.page.locator("#conditions").get_by_text(PROOF).wait_for()
    me.again()
    me.page.locator("#conditions").get_by_text(PROOF).wait_for()
    stranger = town.browse("E010")
    stranger.page.goto(me.page.url)
    stranger.page.locator("#conditions").get_by_text("Confirmed").first.wait_for()
    assert PROOF not in stranger.page.content()
