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
    fold = me.page.locator(".chart summary", has_text="People reporting to").last
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
    me.page.get_by_role("button", name="more at this level").first.click()
    me.settled()
    closed = me.page.locator(".chart details:not([open]) > summary").first
    name = closed.locator("xpath=ancestor::li[1]").locator(".chart-words a").first.inner_text()
    before = me.page.locator(".chart .tree-row").count()
    closed.focus()
    me.page.keyboard.press("Enter")
    me.settled()
    me.page.locator(".chart .tree-row").nth(before).wait_for()
    assert name in me.page.locator(".chart").inner_text()


@pytest.mark.req("PEOPLE-03")
def test_a_lead_takes_somebody_in_and_reads_the_goals_until_it_ends(town: Town) -> None:
    hr = town.browse("E015")
    hr.menu("Projects")
    hr.go("Start a project")
    hr.fill("Name", "会员升级")
    hr.fill("Code", "P1")
    hr.fill("Lead", "E012")
    hr.fill("First day", "2026-05-01")
    hr.press("Save")
    lead = town.browse("E012")
    lead.menu("Projects")
    lead.page.locator("main").get_by_role("link", name="会员升级").first.click()
    lead.settled()
    lead.go("Add")
    lead.fill("Person", "E009")
    lead.fill("Role in the project", "实验设计")
    lead.fill("Share of working time (percent)", "40")
    lead.fill("Effective from", "2026-05-04")
    lead.press("Save")
    assert lead.sees("马骁")
    member = town.browse("E009", phone=True)
    member.menu("Org chart")
    member.page.get_by_role("link", name="Open 马骁’s page").click()
    member.settled()
    assert member.sees("会员升级")
    lead.again()
    assert lead.sees("实验设计")
    lead.page.get_by_role("link", name="End 马骁").click()
    lead.settled()
    lead.press("Save")
    lead.again()
    assert "1 former member" in lead.reads()
    member.again()
    assert "会员升级" not in member.reads()


@pytest.mark.req("PEOPLE-04")
def test_hr_takes_the_starter_set_and_a_task_list_is_pointed_out(town: Town) -> None:
    hr = town.browse("E015")
    hr.menu("Role profiles")
    hr.press("Add the starter set")
    hr.page.get_by_role("link", name="Product manager").click()
    hr.settled()
    assert hr.sees("Choosing the problem")
    assert "reads like a task list" not in hr.reads()
    hr.page.get_by_role("link", name="Change", exact=True).click()
    hr.settled()
    hr.fill("What this role is accountable for", "负责需求\n协助研发\n参与评审\n完成文档")
    hr.press("Save")
    assert hr.sees("This reads like a task list:")
    colleague = town.browse("E006", locale="zh-hans")
    colleague.menu("Role profiles")
    colleague.page.get_by_role("link", name="产品经理").first.click()
    colleague.settled()
    assert "协助研发" in colleague.reads()
    assert "读起来像任务清单" not in colleague.reads()


@pytest.mark.req("PEOPLE-04")
def test_hr_recommends_a_metric_to_a_role_and_a_colleague_reads_why(town: Town) -> None:
    from beichen.metrics.models import Metric

    with town.owner():
        Metric.objects.create(code="PAID", name="首批付费客户", name_en="First paying customers", state="in_force")
    hr = town.browse("E015")
    hr.menu("Role profiles")
    if hr.named("Add the starter set").count():
        hr.press("Add the starter set")
    hr.page.get_by_role("link", name="Product manager").click()
    hr.settled()
    hr.scroll_down()
    hr.go("Choose from the library")
    hr.fill("Metric", "PAID First paying customers")
    hr.fill("Weight %", "90")
    hr.fill("Why this one", "先看有没有人愿意付钱")
    hr.press("Save")
    assert "these add up to 90%" in hr.reads()
    hr.fill("Weight %", "100")
    hr.press("Save")
    hr.again()
    hr.scroll_down()
    assert hr.sees("First paying customers")
    colleague = town.browse("E006", phone=True, locale="zh-hans")
    colleague.menu("Role profiles")
    colleague.page.get_by_role("link", name="产品经理").first.click()
    colleague.settled()
    colleague.scroll_down()
    assert colleague.sees("首批付费客户")
    assert "先看有没有人愿意付钱" in colleague.reads()
    assert colleague.named("Change the set").count() == 0
