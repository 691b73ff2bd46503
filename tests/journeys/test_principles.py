"""Principles and rules: from the ready text to one tap on a phone; rules that stay; a launch outside the list."""

from __future__ import annotations

import re

import pytest

from tests.journeys.town import Person, Town

pytestmark = pytest.mark.slow

HR, OTHER, CHIEF, MANAGER, EMPLOYEE = "E015", "E016", "E001", "E004", "E006"
PRINCIPLES, RULES, SCOPE = "Positioning and principles", "What results are used for", "What performance is not for"


def at(who: Person, name: str) -> None:
    who.menu("Strategy")
    who.go("Principles and rules", name)


def draft(who: Person, name: str) -> None:
    at(who, name)
    who.go("Start from the ready text")
    who.press("Save the draft")


def publish(chief: Person, name: str, reason: str = "") -> None:
    at(chief, name)
    if chief.page.get_by_role("link", name=chief.said("View it")).count():
        chief.go("View it")
    chief.confirm("Publish", reason)


@pytest.mark.req("STRAT-04")
def test_the_ready_text_is_commented_signed_published_and_confirmed_with_one_tap(town: Town) -> None:
    hr, manager, chief = town.browse(HR), town.browse(MANAGER), town.browse(CHIEF)
    draft(hr, PRINCIPLES)
    hr.fill("Comment on the draft", "E004")
    hr.fill("Sign it", "E002")
    hr.inside().locator("form[action$='/members/']").get_by_role("button").click()
    hr.settled()
    manager.page.goto(f"{town.url}/notices/")
    manager.settled()
    manager.page.get_by_role("button", name=re.compile("comment on the draft")).first.click()
    manager.settled()
    manager.fill("Comment", "“草率”要举个例子。")
    manager.press("Add the comment")
    hr.again()
    assert "“草率”要举个例子。" in hr.reads()
    employee = town.browse(EMPLOYEE, phone=True)
    at(employee, PRINCIPLES)
    assert "草率" not in employee.reads(), "a draft is not for everybody"
    hr.confirm("Put forward")
    signer = town.browse("E002")
    signer.go("Sign: Positioning and principles")
    signer.confirm("Sign")
    publish(chief, PRINCIPLES)
    employee.home()
    employee.go("Please read: Positioning and principles")
    assert employee.sees("Exploration may fail, careless trials may not")
    employee.press("I have read it")
    employee.home()
    assert "Please read: Positioning and principles" not in employee.reads()
    at(hr, PRINCIPLES)
    hr.go("Who has read it")
    assert re.search(r"1 of \d+ have confirmed", hr.reads())


@pytest.mark.req("STRAT-05")
def test_rules_that_stay_are_changed_with_a_reason_everybody_reads(town: Town) -> None:
    hr, chief, employee = town.browse(HR), town.browse(CHIEF), town.browse(EMPLOYEE, phone=True)
    draft(hr, RULES)
    hr.confirm("Put forward")
    publish(chief, RULES)
    assert chief.sees("counts 70%")
    assert re.search(r"stable until", chief.reads())
    at(hr, RULES)
    hr.go("Edit")
    hr.page.locator("[name=share_use_0]").fill("60")
    hr.press("Save the draft")
    hr.confirm("Put forward")
    publish(chief, RULES, "奖金办法随集团调整，董事会已决定。")
    employee.home()
    assert employee.sees("Changed before its time: 奖金办法随集团调整，董事会已决定。")
    at(employee, RULES)
    assert employee.sees("counts 60%")
    at(hr, RULES)
    hr.go("Versions", "Version 2")
    assert "70%" in hr.page.locator("del").all_inner_texts()[0]


@pytest.mark.req("STRAT-06")
def test_a_section_outside_the_published_list_asks_for_a_reason_at_the_launch(town: Town) -> None:
    hr, other, chief = town.browse(HR), town.browse(OTHER), town.browse(CHIEF)
    draft(hr, SCOPE)
    hr.go("Edit")
    for name in ("title_judged_2", "text_judged_2"):
        hr.page.locator(f"[name={name}]").fill("")
    hr.press("Save the draft")
    hr.confirm("Put forward")
    publish(chief, SCOPE)
    employee = town.browse(EMPLOYEE, phone=True)
    at(employee, SCOPE)
    assert employee.sees("Process discipline")
    town.move_to("C02")
    hr.menu("Reviews")
    hr.go("Review plans", "New plan")
    hr.fill("Name", "协作也要评")
    hr.tick("are excluded")
    hr.fill("Employee numbers to exclude", ",".join(n for n in town.golden.people if n not in ("E006", "E007")))
    hr.press("Save the draft")
    assert hr.sees("Outside the published list of what is judged:")
    hr.confirm("Launch", "今年试行，董事会要求单独看协作。")
    other.menu("Reviews")
    other.go("Review plans", "协作也要评")
    assert "今年试行，董事会要求单独看协作。" in other.reads()
    other.confirm("Launch")
    other.again()
    assert "今年试行，董事会要求单独看协作。" in other.reads()


@pytest.mark.req("STRAT-01", "STRAT-03")
def test_the_page_and_a_units_quarter_print_on_one_sheet_each(town: Town) -> None:
    me = town.browse(MANAGER)
    me.menu("Strategy")
    me.go("On one page")
    assert me.sees("What we will not do")
    assert sheets(me) == 1
    me.menu("Strategy")
    me.go("My unit’s quarter on one page")
    assert me.page.locator(".paper").count() == 1
    assert sheets(me) == 1


def sheets(who: Person) -> int:
    """How many pages the browser prints; in light colours, whatever the screen has."""
    theme = "document.documentElement.dataset.bsTheme"
    who.page.evaluate(f"{theme} = 'dark'; addEventListener('beforeprint', () => {{ window.printed = {theme} }})")
    printed = who.page.pdf(prefer_css_page_size=True)
    assert who.page.evaluate(f"[window.printed, {theme}]") == ["light", "dark"]
    return len(re.findall(rb"/Type\s*/Page\b", printed))
