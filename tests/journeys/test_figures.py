"""A figure's way: the starter set, a formula, figures by hand, a signature by somebody else, read by everybody."""

from __future__ import annotations

import pytest

from tests.journeys.test_season import only_the_manager
from tests.journeys.town import Person, Town


@pytest.mark.req("METRIC-01", "METRIC-05", "METRIC-06")
def test_a_metric_is_drafted_by_one_activated_by_another_and_its_figures_are_signed(town: Town) -> None:
    hr, other = town.browse("E015"), town.browse("E016")
    hr.menu("Metrics")
    hr.press("Add the starter set")
    assert hr.sees("metrics added as drafts")
    other.menu("Metrics")
    other.press("Activate all")
    other.again()
    other.page.get_by_role("link", name="Monthly active users").click()
    other.settled()
    assert "People who opened the product at least once in the month" in other.reads()
    hr.menu("Metrics")
    hr.page.get_by_role("link", name="Monthly active users").click()
    hr.settled()
    hr.page.get_by_role("link", name="Figures of").click()
    hr.settled()
    hr.go("Figure")
    hr.fill("Unit", "U1")
    hr.fill("Value", "1200")
    hr.press("Save")
    hr.again()
    assert hr.sees("1,200")
    assert "Another HR administrator checks" in hr.reads()
    other.page.get_by_role("link", name="Figures of").click()
    other.settled()
    other.press("Sign and publish")
    other.again()
    assert other.sees("Published")
    other.menu("Metrics")
    other.go("Figures due")
    assert other.sees("Planned, but without a figure for a quarter")
    other.go("Show them")
    quiet = other.page.locator("details[open] li").all_inner_texts()
    assert quiet
    assert not any("Monthly active users" in one for one in quiet)
    colleague = town.browse("E006", locale="zh-hans")
    # A link that somebody sent.
    colleague.page.goto(hr.page.url)
    colleague.settled()
    assert colleague.sees("已签发")
    assert "1,200" in colleague.reads()


def _write(hr: Person, name: str, code: str, formula: str = "") -> None:
    hr.menu("Metrics")
    hr.go("Metric")
    hr.page.locator("#id_name").fill(name)
    hr.page.locator("#id_code").fill(code)
    hr.page.locator("#id_definition").fill(f"{name}：本月内的口径")
    hr.page.locator("#id_formula").fill(formula)
    hr.page.locator("#id_source").fill("数据平台")
    hr.page.locator("#id_owner").fill("E016")
    hr.press("Save")
    hr.again()


def _figures(person: Person, name: str) -> None:
    person.menu("Metrics")
    person.page.locator("#q").fill(name)
    person.page.locator("#q").press("Enter")
    person.settled()
    person.go(name)
    person.page.get_by_role("link", name="Figures of").click()
    person.settled()


def _sign(person: Person, name: str) -> None:
    _figures(person, name)
    person.press("Sign and publish")
    person.again()
    assert person.page.get_by_text("Published", exact=True).count()


@pytest.mark.req("METRIC-02", "GOAL-10")
def test_a_formula_explains_itself_feeds_a_key_result_and_a_correction_keeps_both(town: Town) -> None:
    hr, other, me = town.browse("E015"), town.browse("E016"), town.browse("E006")
    _write(hr, "付费的人", "payers_of_month")
    _write(hr, "试用的人", "triers_of_month")
    _write(hr, "试用转付费", "trial_to_paid", "payers_of_month / triers_of_month * 100")
    other.menu("Metrics")
    other.press("Activate all")
    only_the_manager(town)
    goal = "让试用的人留下来付费"
    me.menu("Goals")
    me.go("New goal")
    me.fill("What do you want to achieve?", goal)
    me.fill("Weight in the plan, %", "20")
    me.press("Save")
    me.go("Add")
    me.page.locator("#id_title").fill("试用转付费率")
    me.page.locator("#id_baseline").fill("0")
    me.page.locator("#id_target").fill("30")
    me.page.locator("#id_weight").fill("100")
    me.page.locator("#id_metric").fill("trial_to_paid")
    me.press("Save")
    me.again()
    me.press("Submit")
    manager = town.browse("E004")
    manager.go(f"Approve goal: {goal}")
    manager.press("Approve")
    for name, value in (("付费的人", "30"), ("试用的人", "200")):
        _figures(hr, name)
        hr.go("Figure")
        hr.fill("Unit", "U11")
        hr.fill("Value", value)
        hr.press("Save")
        _sign(other, name)
    _figures(hr, "试用转付费")
    hr.press("Compute")
    hr.again()
    hr.go("15")
    assert hr.sees("How it was computed")
    assert "30 / 200 * 100" in hr.reads()
    _sign(other, "试用转付费")
    town.work()
    me.again()
    assert "50%" in me.reads()
    me.at("试用转付费率", "Update")
    me.page.locator("#id_value").fill("18")
    me.press("Save")
    assert me.sees("why")
    me.page.locator("#id_text").fill("三笔线下付费还没有并进来")
    me.press("Save")
    me.again()
    assert "60%" in me.reads()
    assert "三笔线下付费还没有并进来" in me.reads()
    assert me.sees("From the metric")


@pytest.mark.req("METRIC-03")
def test_bands_are_written_by_one_and_frozen_by_another(town: Town) -> None:
    hr, other = town.browse("E015"), town.browse("E016")
    hr.menu("Metrics")
    hr.go("Band table")
    hr.page.locator("#id_name").fill("月均缺陷率的档")
    hr.page.locator("#id_key").fill("defects")
    for n, (value, score, condition) in enumerate((("3", "60", ""), ("2", "80", ""), ("1", "100", "当月有复盘记录"))):
        hr.page.locator(f"#id_value_{n}").fill(value)
        hr.page.locator(f"#id_score_{n}").fill(score)
        hr.page.locator(f"#id_condition_{n}").fill(condition)
    hr.press("Save")
    hr.again()
    assert hr.sees("月均缺陷率的档")
    other.menu("Metrics")
    other.at("月均缺陷率的档", "Freeze")
    other.again()
    line = other.page.get_by_role("row").filter(has_text="月均缺陷率的档").inner_text()
    assert "Frozen" in line
    assert "当月有复盘记录" in line
    assert other.page.get_by_role("row").filter(has_text="月均缺陷率的档").get_by_role("button").count() == 0
