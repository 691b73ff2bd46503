"""The ceremony of a cycle: set up, begun by two once somebody can act for everybody, released by three, closed."""

from __future__ import annotations

import pytest

from tests.database import put_in_phase
from tests.journeys.town import Person, Town

pytestmark = pytest.mark.slow

GOAL, RESULT = "访谈二十位付费用户", "完成的访谈"
LATE, MANAGER, ABOVE = "把引导放弃率降下来", "郑一鸣", "林若溪"
FIRST, SECOND, CHIEF = "钱多多", "李慎", "陈思远"


def at_cycles(who: Person) -> Person:
    who.menu("Cycles")
    return who


def here(who: Person) -> str:
    """The phase the page marks as the present one; a closed cycle is folded away."""
    past = who.page.locator(".cycle-past:not([open]) > summary")
    if past.count():
        past.first.click()
    return who.page.locator(".step-current .step-label").first.inner_text().strip()


def turns(who: Person) -> str:
    return who.page.locator(".turns").first.inner_text()


def agree(who: Person) -> None:
    """As the second person: from the list at home to the page where it is done."""
    who.home()
    who.go("Second person needed: Move a cycle on")
    who.confirm("Agree")


def draft(me: Person, title: str) -> None:
    me.menu("Goals")
    me.go("New goal")
    me.fill("What do you want to achieve?", title)
    me.fill("Weight in the plan, %", "50")
    me.press("Save")


def propose(me: Person, title: str) -> None:
    draft(me, title)
    me.go("Add")
    me.fill("What is measured?", RESULT)
    me.choose("How is it measured?", "Increase")
    me.fill("From", "0")
    me.fill("To", "20")
    me.fill("Weight in the goal, %", "100")
    me.press("Save")
    me.press("Submit")
    me.again()


@pytest.mark.req("REVIEW-01", "BASE-01")
def test_a_cycle_does_not_begin_while_nobody_acts_for_somebody(town: Town) -> None:
    put_in_phase("C00")
    hr, other = town.browse("E015"), town.browse("E016")
    at_cycles(hr)
    assert hr.sees("Who acts in this cycle")
    assert hr.sees("The cycle cannot start yet:")
    assert CHIEF in hr.reads()
    hr.confirm("On to “Setting goals”")
    assert "The cycle cannot start" in hr.reads()
    at_cycles(hr)
    hr.again()
    assert here(hr) == "Set-up"
    assert "agreed" not in turns(hr)
    other.home()
    assert "Second person needed" not in other.reads()
    me = town.browse("E009")
    draft(me, GOAL)
    assert "Setting goals" in me.reads()
    assert GOAL not in town.browse("E009").reads()


@pytest.mark.req("GOAL-01", "BASE-02")
def test_hr_chooses_who_agrees_to_goals(town: Town) -> None:
    hr, other = town.browse("E015"), town.browse("E016", phone=True)
    at_cycles(hr).go("Change the steps")
    hr.page.locator("select[name=step2-role]").select_option(label="their manager’s manager")
    hr.press("Save")
    hr.again()
    assert hr.sees("their manager’s manager")
    at_cycles(other)
    assert other.sees("Change the steps")
    assert "their manager’s manager" in other.page.locator(".cycle-steps").first.inner_text()


@pytest.mark.req("REVIEW-01", "PEOPLE-02")
def test_an_outside_person_closes_the_gap_and_two_begin_the_cycle(town: Town) -> None:
    hr, other = town.browse("E015"), town.browse("E016")
    at_cycles(hr).go("Add an external person")
    for label, value in {"Name": "梁外部", "Employee number": "X1", "Work e-mail": "x1@example.com",
                         "First day": "2026-05-01", "Unit": "U0"}.items():  # fmt: skip
        hr.fill(label, value)
    hr.choose("Kind", "External")
    hr.press("Save")
    other.menu("Changes")
    other.at("梁外部", "Confirm")
    at_cycles(hr)
    assert hr.sees("Every step has somebody to act; the cycle can start.")
    hr.confirm("On to “Setting goals”")
    hr.again()
    assert f"{FIRST} agreed" in turns(hr)
    assert f"Waiting for {SECOND} to agree" in turns(hr)
    agree(other)
    other.again()
    assert here(other) == "Setting goals"
    hr.again()
    assert here(hr) == "Setting goals"
    assert hr.named("Change the steps").count() == 0
    assert "Who acts in this cycle" not in hr.reads()
    town.work()


@pytest.mark.req("GOAL-01", "REVIEW-01")
def test_goals_follow_the_steps_and_what_nobody_agreed_to_goes_back(town: Town) -> None:
    me, manager = town.browse("E009"), town.browse("E005")
    propose(me, GOAL)
    assert me.sees(f"Waiting for {MANAGER}.")
    manager.home()
    manager.go(f"Approve goal: {GOAL}")
    manager.press("Approve")
    me.again()
    assert me.sees(f"Waiting for {ABOVE}.")
    propose(me, LATE)
    hr, other = town.browse("E015"), town.browse("E016")
    for step, phase in (("Execution", "Execution"), ("Self reviews", "Self reviews")):
        at_cycles(hr).confirm(f"On to “{step}”")
        agree(other)
        hr.again()
        assert here(hr) == phase
    town.work()
    me.again()
    assert me.sees("This one was not approved in time and does not count.")
    assert me.named("Submit").count() == 0
    for number in ("E005", "E002"):
        boss = town.browse(number)
        assert "Approve goal" not in boss.reads()
        boss.again()
        assert "Approve goal" not in boss.reads()


@pytest.mark.req("REVIEW-01", "INSIGHT-01")
def test_the_release_takes_two_administrators_and_the_executive(town: Town) -> None:
    put_in_phase("C08")
    hr, other, chief = town.browse("E015"), town.browse("E016"), town.browse("E001", phone=True)
    assert "Agree to the release" not in chief.reads()
    at_cycles(hr).confirm("On to “Release”")
    hr.again()
    assert f"{FIRST} agreed" in turns(hr)
    chief.home()
    chief.go("Agree to the release: 2026Q2")
    assert chief.sees(f"{FIRST} agreed")
    chief.confirm("Agree")
    chief.home()
    assert "Agree to the release" not in chief.reads()
    at_cycles(chief)
    chief.again()
    assert here(chief) == "Compensation"
    assert f"{CHIEF} agreed" in turns(chief)
    hr.again()
    assert f"{CHIEF} agreed" in turns(hr)
    agree(other)
    for who in (other, hr, chief):
        at_cycles(who)
        who.again()
        assert here(who) == "Release"
    colleague = town.browse("E006")
    assert colleague.page.locator(".sidebar a").filter(has_text="Cycles").count() == 0


@pytest.mark.req("REVIEW-01")
def test_after_the_release_it_is_closed_and_there_is_no_way_back(town: Town) -> None:
    hr, other, chief = town.browse("E015"), town.browse("E016"), town.browse("E001")
    for phase in ("Appeal window", "Closed"):
        at_cycles(hr).confirm(f"On to “{phase}”")
        agree(other)
        hr.again()
        assert here(hr) == phase
        at_cycles(chief)
        chief.again()
        assert here(chief) == phase
    assert "Back to manager reviews" not in hr.reads()
