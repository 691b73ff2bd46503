"""A goal season: a template given to a team, drafts beside last quarter's results, plans side by side, filed by HR."""

from __future__ import annotations

import pytest

from tests.journeys.test_agreement import last_quarter
from tests.journeys.town import Person, Town

pytestmark = pytest.mark.slow

TITLE, RESULT = "第一周就用出价值", "第二步放弃率"
TEAM = ("E008", "E009", "E010")


def file_with_hr(town: Town) -> None:
    """The manager agrees, then HR files."""
    from beichen.people.models import Cycle

    with town.owner():
        cycle = Cycle.objects.get(period__key="2026Q2")
        cycle.settings["goals"]["approval"] = [{"role": "LM", "days": 5}, {"role": "HA", "days": 5}]
        cycle.save()


@pytest.mark.req("GOAL-06")
def test_hr_writes_a_template_and_gives_it_to_a_team(town: Town) -> None:
    hr = town.browse("E015")
    hr.menu("Goals")
    hr.go("More views", "Templates", "New template")
    hr.fill("What do you want to achieve?", TITLE)
    hr.fill("When does it fit?", "新用户来得多、走得快")
    hr.fill("Key result", RESULT)
    hr.choose("How is it measured?", "Decrease")
    hr.press("Save")
    hr.again()
    hr.at(TITLE, "Give to people")
    hr.choose("Department", "New business")
    hr.go("Show who they are")
    assert hr.sees("4 people get it")
    hr.page.get_by_label("郑一鸣", exact=False).uncheck()
    hr.press("Give the draft")
    assert hr.sees("Given to 3 people as a draft.")
    hr.again()
    hr.at(TITLE, "Give to people")
    hr.choose("Department", "New business")
    hr.go("Show who they are")
    assert hr.sees("3 have a goal of this title already")
    manager = town.browse("E005")
    manager.menu("Goals")
    manager.go("My team")
    assert TITLE not in manager.reads()


@pytest.mark.req("GOAL-06")
def test_a_draft_is_written_beside_last_quarters_results(town: Town) -> None:
    last_quarter(town)
    me = town.browse("E009")
    me.menu("Goals")
    me.go(TITLE)
    assert me.sees("钱多多 gave you this draft to begin from.")
    me.go(RESULT)
    assert RESULT in me.typed()
    assert me.sees("What 2026Q1 came to")
    assert "50 → 44, target 40 · 60%" in me.inside().inner_text()
    me.fill("From", "44")
    me.fill("To", "20")
    me.fill("Weight in the goal, %", "100")
    me.press("Save")
    me.again()
    assert "44 → 44 → 20" in me.reads()
    assert "From the template" not in me.reads()
    colleague = town.browse("E011")
    colleague.page.goto(me.page.url)
    assert TITLE not in colleague.reads()
    phone = town.browse("E009", phone=True, locale="zh-hans")
    phone.menu("Goals")
    phone.go("New goal")
    assert phone.sees("How to write a goal")
    assert phone.sees("新用户来得多、走得快")
    phone.go(TITLE)
    assert TITLE in phone.typed()


def submits(town: Town, number: str, weight: str) -> Person:
    """Somebody sets the weight of the given draft, measures it where it is not, and submits it."""
    me = town.browse(number)
    me.menu("Goals")
    me.go(TITLE, "Edit")
    me.fill("Weight in the plan, %", weight)
    me.press("Save")
    if me.named(RESULT).count():
        me.go(RESULT)
        me.fill("From", "44")
        me.fill("To", "38")
        me.fill("Weight in the goal, %", "100")
        me.press("Save")
    me.press("Submit")
    me.again()
    assert me.sees("Waiting for 郑一鸣.")
    return me


@pytest.mark.req("GOAL-07")
def test_plans_stand_side_by_side_are_agreed_to_and_filed_together(town: Town) -> None:
    file_with_hr(town)
    team = {number: submits(town, number, "30" if number == "E009" else "100") for number in TEAM}
    manager = town.browse("E005", locale="zh-hans")
    manager.menu("Goals")
    manager.go("More views", "Desk")
    assert manager.sees("权重合计 30%")
    row = manager.page.locator("tr").filter(has_text="马骁")
    assert "1 个目标值" in row.inner_text()
    assert "林若溪" not in manager.page.locator("main").inner_text()
    agree(manager, 3)
    manager.again()
    assert manager.page.locator(".agree-many").count() == 0
    team["E009"].again()
    names = {"钱多多": "E015", "李慎": "E016"}
    asked = [number for name, number in names.items() if f"Waiting for {name}." in team["E009"].reads()]
    hr = town.browse(asked[0])
    assert hr.named(f"Approve goal: {TITLE}").count() >= 1
    hr.menu("Goals")
    hr.go("More views", "Desk")
    hr.choose("Compare", "By level")
    hr.go("Show")
    assert hr.page.locator("h2").filter(has_text="L4").count() == 1
    agree(hr, 3)
    team["E010"].again()
    assert "Waiting for" not in team["E010"].reads()
    colleague = town.browse("E011")
    colleague.menu("Goals")
    colleague.go("All goals")
    assert colleague.sees(TITLE)
    colleague.go("More views")
    assert colleague.named("Templates").count() == 1
    assert colleague.named("Desk").count() == 0


def agree(who: Person, count: int) -> None:
    """Tick everything that waits, and agree to it at once."""
    boxes = who.page.locator(".agree-many input[type=checkbox]")
    assert boxes.count() == count
    for n in range(count):
        boxes.nth(n).check()
    who.press("Approve selected")


@pytest.mark.req("GOAL-13")
def test_a_key_task_is_given_to_a_colleague_who_does_it_from_the_to_do_list(town: Town) -> None:
    task = "约谈十位流失用户"
    me = town.browse("E009")
    me.menu("Goals")
    me.go(TITLE)
    me.go("New task")
    me.fill("What has to be done?", task)
    me.fill("Who does it?", "E011 顾南")
    me.fill("Due", "2026-05-18")
    me.press("Save")
    me.again()
    assert me.sees("2 days overdue")
    helper = town.browse("E011", phone=True, locale="zh-hans")
    assert task in helper.reads()
    helper.menu("Goals")
    helper.go("My tasks")
    assert helper.sees("逾期 2 天")
    helper.page.get_by_role("button", name=f"完成 {task}").click()
    helper.settled()
    helper.home()
    assert task not in helper.page.locator("main").inner_text()
    me.again()
    assert "2 days overdue" not in me.reads()
    assert "1/1" in me.reads()
    other = town.browse("E006")
    other.page.goto(me.page.url)
    assert other.sees(task)
    assert other.named("New task").count() == 0


@pytest.mark.req("GOAL-14")
def test_a_question_is_tried_inside_its_bounds_and_concluded_with_its_learning(town: Town) -> None:
    title, hypothesis = "弄清小团队愿不愿意付费", "小团队愿意为共享的版本历史付费"
    only_the_manager(town)
    me = town.browse("E010")
    me.menu("Goals")
    me.go("New goal")
    me.fill("What do you want to achieve?", title)
    me.fill("Weight in the plan, %", "20")
    me.press("Save")
    me.go("Make it an exploration")
    me.fill("Hypothesis", hypothesis)
    me.fill("What would decide it?", "200 个受邀团队里至少 30 个付费")
    me.fill("When do we stop early?", "三周后少于五个")
    me.fill("Budget", "两人六周")
    me.fill("What must not be hurt?", "现有会员续费率")
    me.press("Save")
    me.again()
    assert me.sees(hypothesis)
    me.press("Submit")
    manager = town.browse("E005")
    manager.go(f"Approve goal: {title}")
    manager.press("Approve")
    me.again()
    me.go("Conclude")
    me.tick("Refuted")
    me.fill("What was found?", "四周内 7 个团队付费")
    me.fill("What was learned?", "小团队是一个人先买，再拉同事进来")
    me.press("Conclude")
    me.again()
    assert me.sees("A sound trial gave an answer")
    assert "100%" in me.page.locator("main").inner_text()
    other = town.browse("E011", locale="zh-hans")
    other.menu("Goals")
    other.go("More views", "Explorations")
    assert other.sees("已证伪")
    assert "小团队是一个人先买，再拉同事进来" in other.reads()


def only_the_manager(town: Town) -> None:
    """Goals are agreed to by the manager alone."""
    from beichen.people.models import Cycle

    with town.owner():
        cycle = Cycle.objects.get(period__key="2026Q2")
        cycle.settings["goals"]["approval"] = [{"role": "LM", "days": 5}]
        cycle.save()
