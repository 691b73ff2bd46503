"""Agreeing on goals: steps, handing on, giving back, several at once; what a target stands beside."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.journeys.town import Person, Town

pytestmark = pytest.mark.slow

GOAL, RESULT = "把引导放弃率降下来", "第二步放弃率"
SECOND, THIRD = "访谈二十位付费用户", "梳理三个付费场景"


def drafted(town: Town, title: str, start: str, end: str) -> Person:
    """E009 writes a goal with one key result and stands on its page."""
    me = town.browse("E009")
    me.menu("Goals")
    me.go("New goal")
    me.fill("What do you want to achieve?", title)
    me.fill("Weight in the plan, %", "30")
    me.press("Save")
    me.go("Add")
    me.fill("What is measured?", RESULT)
    me.choose("How is it measured?", "Decrease")
    me.fill("From", start)
    me.fill("To", end)
    me.fill("Weight in the goal, %", "100")
    me.press("Save")
    return me


def last_quarter(town: Town) -> None:
    """The quarter before: E009 took the same measure from 50 to 44 of 40."""
    from beichen.goals.models import Goal, GoalStat, KeyResult, KeyResultStat
    from beichen.people.models import Cycle, Period

    with town.owner():
        now = Cycle.objects.get(period__key="2026Q2")
        period = Period.objects.create(key="2026Q1", kind="quarter", starts_on="2026-01-01", ends_on="2026-03-31")
        before = Cycle.objects.create(period=period, scope=now.scope, phase="C11", settings=now.settings)
        dates = {"start": date(2026, 1, 1), "due": date(2026, 3, 31)}
        goal = Goal.objects.create(
            title="上季度的引导", owner_id=town.golden.id("E009"), cycle=before, weight=10_000, state="closed", **dates
        )
        GoalStat.objects.create(goal=goal, progress=600_000)
        result = KeyResult.objects.create(
            goal=goal, title=RESULT, measure="decrease", baseline=50, target=40, weight=10_000, **dates
        )
        KeyResultStat.objects.create(key_result=result, current=Decimal(44), progress=600_000)


def ask_two(town: Town) -> None:
    """The cycle asks the manager's manager as well."""
    from beichen.people.models import Cycle

    with town.owner():
        cycle = Cycle.objects.get(period__key="2026Q2")
        cycle.settings["goals"]["approval"] = [{"role": "LM", "days": 5}, {"role": "SK", "days": 5}]
        cycle.save()


@pytest.mark.req("GOAL-02")
def test_a_target_out_of_reach_is_asked_about_before_it_is_agreed(town: Town) -> None:
    last_quarter(town)
    me = drafted(town, GOAL, "44", "20")
    assert me.sees("Own committed goals in 2026Q1")
    assert "2026Q1 achieved 60% (50 → 44), and this asks for 4 times that. Realistic?" in me.reads()
    me.press("Is this too conservative?")
    me.press("Submit")
    me.again()
    assert me.sees("Waiting for 郑一鸣.")
    manager = town.browse("E005")
    manager.go(f"Approve goal: {GOAL}")
    assert manager.sees("马骁 asks: is this too conservative?")
    assert "4 times" in manager.inside().inner_text()
    manager.confirm("Send back", "44 到 20 够不着，先到 34")
    me.again()
    assert me.sees("44 到 20 够不着，先到 34")
    assert "Waiting for" not in me.reads()
    me.press("Submit")
    me.again()
    me.confirm("Withdraw")
    me.again()
    assert me.named("Submit").count() == 1
    manager.home()
    assert GOAL not in manager.reads()
    colleague = town.browse("E011")
    colleague.page.goto(me.page.url)
    assert GOAL not in colleague.reads()


@pytest.mark.req("GOAL-01")
def test_a_step_is_handed_on_and_both_names_stay(town: Town) -> None:
    me = drafted(town, SECOND, "40", "34")
    me.press("Submit")
    me.again()
    assert me.sees("Waiting for 郑一鸣.")
    manager = town.browse("E005")
    manager.go(f"Approve goal: {SECOND}", "Delegate")
    assert manager.sees("Who stands in for you?")
    manager.page.get_by_label("赵一", exact=False).check()
    manager.fill("Until (inclusive)", "2026-05-29")
    manager.press("Delegate")
    manager.again()
    assert manager.sees("Waiting for 郑一鸣; until 29 May 赵一 can also approve.")
    me.again()
    assert me.sees("赵一")
    partner = town.browse("E014", phone=True)
    partner.go(f"Approve goal: {SECOND}")
    partner.press("Approve")
    partner.again()
    manager.home()
    assert SECOND not in manager.reads()
    me.again()
    assert "Waiting for" not in me.reads()
    colleague = town.browse("E011")
    colleague.menu("Goals")
    colleague.go("All goals")
    assert colleague.sees(SECOND)


@pytest.mark.req("GOAL-01")
def test_two_steps_and_several_at_once(town: Town) -> None:
    ask_two(town)
    me = drafted(town, THIRD, "40", "34")
    me.press("Submit")
    me.again()
    manager = town.browse("E005", locale="zh-hans")
    manager.menu("Goals")
    manager.go("My team")
    manager.page.get_by_label(THIRD, exact=False).first.check()
    manager.press("Approve selected")
    manager.again()
    assert manager.page.locator(".agree-many").count() == 0
    me.again()
    assert me.sees("Waiting for 林若溪.")
    above = town.browse("E002")
    above.go(f"Approve goal: {THIRD}")
    assert above.sees("郑一鸣")
    above.press("Approve")
    me.again()
    assert me.sees("Update")
