"""The process map: drawn by an HR partner, read by everybody, with what follows for roles."""

from __future__ import annotations

import pytest

from beichen.people.rules.profiles import take_starter_set
from tests.journeys.town import Person, Town


def at(who: Person) -> None:
    who.menu("Role profiles")
    who.go("Process map")


@pytest.mark.req("PEOPLE-09")
def test_a_process_is_drawn_and_shows_who_answers_for_each_step(town: Town) -> None:
    take_starter_set(town.golden.actor("E015"))
    hr, employee = town.browse("E015"), town.browse("E006", phone=True)
    at(hr)
    hr.go("Add a process")
    hr.fill("Name", "从线索到回款")
    hr.fill("English name", "From lead to cash")
    hr.fill("Code", "lead")
    hr.page.locator("[name=step1-name]").fill("选对客户")
    hr.page.locator("[name=step1-name_en]").fill("Choose the customer")
    hr.page.locator("[name=step1-answers]").select_option(label="Account manager")
    hr.page.locator("[name=step1-contributes]").select_option(label="Product manager")
    hr.page.locator("[name=step2-name]").fill("验收")
    hr.page.locator("[name=step2-name_en]").fill("Acceptance")
    hr.page.locator("[name=step2-is_bottleneck]").check()
    hr.press("Save")
    assert hr.sees("Nobody answers for 1 step:")
    at(employee)
    assert employee.sees("nobody answers for it")
    assert employee.sees("answers for 1 step")
    assert employee.page.get_by_role("link", name=employee.said("Add a process")).count() == 0
    hr.again()
    hr.page.get_by_role("link", name="Edit").first.click()
    hr.settled()
    hr.page.locator("[name=step2-answers]").select_option(label="Customer service")
    hr.press("Save")
    employee.again()
    assert "nobody answers for it" not in employee.reads()
    assert employee.sees("1 bottleneck")
