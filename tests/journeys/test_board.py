"""HR asks about ten late goals and an owner answers on a phone; the chief drills down; two agree to a target."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from tests.journeys.town import Town

WORDS = "周五经营会前请更新"
OWNERS = ("E006", "E007", "E008", "E009", "E011")


def fall_silent(town: Town) -> None:
    """Ten goals on which nobody has reported since they began; the first serves the first priority."""
    from beichen.goals.models import Goal, KeyResult, KeyResultStat
    from beichen.goals.rules import rollup
    from beichen.people.models import Cycle, Person
    from beichen.platform.kit.actor import system
    from beichen.strategy.models import Priority

    dates = {"start": date(2026, 4, 1), "due": date(2026, 6, 30)}
    with town.owner():
        cycle, people = Cycle.objects.get(), {p.number: p for p in Person.objects.filter(number__in=OWNERS)}
        for n in range(10):
            owner = people[OWNERS[n % 5]]
            goal = Goal.objects.create(
                title=f"沉默的目标 {n}", owner=owner, owner_place=owner.place, cycle=cycle, state="active", weight=1000,
                priority=None if n else Priority.objects.get(key="P1"), **dates,
            )  # fmt: skip
            result = KeyResult.objects.create(
                goal=goal, title=f"完成量 {n}", measure="increase", baseline=0, target=10, weight=10_000, **dates
            )
            KeyResultStat.objects.create(key_result=result, current=Decimal(0), progress=0)
        rollup.restate(system("goals.drain", "a journey"), cycle.pk)


@pytest.mark.req("GOAL-12")
def test_hr_asks_about_ten_late_goals_and_an_owner_answers_on_a_phone(town: Town) -> None:
    fall_silent(town)
    hr = town.browse("E015")
    hr.menu("Goals")
    hr.go("Progress board")
    hr.page.get_by_role("link", name=re.compile("^Overdue or behind")).click()
    hr.settled()
    silent = hr.page.get_by_role("checkbox", name="沉默的目标")
    assert silent.count() == 10
    for n in range(10):
        silent.nth(n).check()
    hr.fill("Message", WORDS)
    hr.press("Request updates on selected")
    assert hr.sees("Updates requested on 10 goals.")
    hr.again()
    assert hr.page.get_by_text(WORDS).count() == 10
    assert silent.count() == 0
    me = town.browse("E008", phone=True)
    taps = 0
    for find in (
        lambda: me.page.locator("a[href*='/notices/']").filter(visible=True).first,
        lambda: me.page.get_by_text(WORDS).filter(visible=True).first,
    ):
        find().click()
        me.settled()
        taps += 1
    assert taps <= 3
    assert "钱多多 asked for an update" in me.reads()
    me.fill("Where does it stand now?", "6")
    me.press("Save")
    hr.again()
    assert hr.page.get_by_text(WORDS).count() == 9
    colleague = town.browse("E012")
    colleague.menu("Goals")
    colleague.go("Progress board")
    assert colleague.sees("沉默的目标 0")
    assert WORDS not in colleague.reads()


@pytest.mark.req("GOAL-12")
def test_the_chief_opens_the_matrix_and_drills_down_to_the_goals(town: Town) -> None:
    chief = town.browse("E001")
    chief.menu("Goals")
    chief.go("Progress board", "Priorities by unit")
    assert chief.sees("Retention of the core product")
    chief.page.locator(".list-matrix tbody tr").first.locator(".matrix-whole .figure-shown").click()
    assert chief.sees("Sum of weight × progress")
    chief.go("See the details")
    assert chief.sees("让核心产品重新增长")
    assert chief.sees("沉默的目标 0")
    assert "沉默的目标 1" not in chief.reads()
    manager = town.browse("E004")
    manager.menu("Goals")
    manager.go("Progress board")
    assert manager.named("Priorities by unit").count() == 0


@pytest.mark.req("STRAT-02")
def test_business_head_and_hr_partner_agree_to_a_target(town: Town) -> None:
    from beichen.metrics.models import Metric

    with town.owner():
        Metric.objects.create(code="PAID", name="首批付费客户", name_en="First paying customers", state="in_force")
    chief = town.browse("E001")
    chief.menu("Strategy")
    chief.page.get_by_label("Employee numbers, separated by commas").fill("E003")
    chief.inside().locator("form[action='/strategy/editors/']").get_by_role("button").click()
    chief.settled()
    editor = town.browse("E003")
    editor.menu("Strategy")
    editor.go("Edit")
    editor.tick("Profit")
    editor.tick("Cost and retention")
    editor.tick("A few lines of business")
    for name, value in (("baseline", "0"), ("target", "30"), ("due", "2026-12-31")):
        editor.page.locator(f"[name={name}_2_0]").fill(value)
    editor.page.locator("[name=metric_2_0]").select_option(label="First paying customers")
    editor.press("Save the draft")
    head, partner = town.browse("E002"), town.browse("E014", phone=True)
    chief.again()
    chief.go("View it")
    chief.confirm("Publish")
    for person in (head, partner):
        person.menu("Strategy")
        assert person.sees("First paying customers")
        assert person.sees("A few lines of business")
        assert person.sees("Not agreed yet")
        person.confirm("Confirm")
    head.again()
    assert head.sees("Agreed")
    assert "Not agreed yet" not in head.reads()
    owner = town.browse("E005")
    owner.menu("Strategy")
    assert owner.sees("林若溪 and 赵一")
    assert owner.named("Confirm").count() == 0
