"""The first way in: HR hands out a code, its owner chooses a password, and the code opens nothing a second time."""

from __future__ import annotations

import pytest

from tests.journeys.town import Person, Town

EMAIL = {"E009": "ma.xiao@example.com", "E016": "li.shen@example.com", "E017": "song.tian@example.com"}
NAME = {"E009": "马骁", "E016": "李慎", "E017": "宋恬"}
PASSWORD = "Abend-Stern-77-hell"


def in_list(who: Person, number: str) -> str:
    """What the list of those who never signed in says of somebody; "" when they are not on it."""
    who.menu("First sign-in")
    row = who.page.locator("tr").filter(has_text=number)
    return row.inner_text() if row.count() else ""


def shown_code(who: Person) -> str:
    found = who.page.locator(".slip-code")
    assert found.count() == 1
    return found.inner_text().strip()


def begin(town: Town, number: str, code: str) -> Person:
    """Somebody before a browser of their own, from the first page on, with a code on paper."""
    me = town.open()
    me.home()
    assert "/account/login/" in me.page.url
    me.go("I have a one-time code")
    me.page.locator("input[name=email]").fill(EMAIL[number])
    me.page.locator("input[name=code]").fill(code.lower().replace("-", " "))
    for field in ("password1", "password2"):
        me.page.locator(f"input[name={field}]").fill(PASSWORD)
    me.page.locator("form button[type=submit]").last.click()
    me.settled()
    return me


def first_administrator(town: Town, number: str) -> None:
    """Who founded the company has a password already."""
    from django.contrib.auth import get_user_model

    with town.owner():
        account = get_user_model()._default_manager.get(person_id=town.golden.id(number))
        account.set_password(PASSWORD)
        account.save()


def seat_an_auditor(town: Town, number: str) -> None:
    """The golden company has none; how a seat is granted is walked in tests/golden."""
    from beichen.people.models import OrgUnit, Seat
    from beichen.people.rules import places
    from beichen.platform.kit import clock

    with town.owner():
        Seat.objects.create(
            person_id=town.golden.id(number), seat="AU", scope=OrgUnit.objects.get(code="U0"),
            granted_at=clock.now(), granted_by=0,
        )  # fmt: skip
        places.renumber()


@pytest.mark.req("PEOPLE-02", "BASE-01", "BASE-07")
def test_hr_hands_out_a_code_and_its_owner_comes_in_once(town: Town) -> None:
    first_administrator(town, "E015")
    seat_an_auditor(town, "E003")
    hr, other = town.browse("E015"), town.browse("E016")
    assert "issue one" in in_list(hr, "E009")
    hr.at(NAME["E009"], "issue one")
    assert "the auditors are notified, with your name" in hr.reads()
    hr.press("Issue the code")
    code = shown_code(hr)
    for desk in (hr, other):
        assert "works until" in in_list(desk, "E009")
        desk.again()
        assert code not in desk.reads()
    me = begin(town, "E009", code)
    assert me.page.url == f"{town.url}/"
    assert NAME["E009"] in me.reads()
    me.again()
    assert me.page.url == f"{town.url}/"
    assert NAME["E009"] in me.reads()
    for desk in (hr, other):
        desk.again()
        assert in_list(desk, "E009") == ""
    thief = begin(town, "E009", code)
    assert "/account/begin/" in thief.page.url
    thief.home()
    assert "/account/login/" in thief.page.url
    colleague = town.browse("E011")
    assert colleague.page.locator(".sidebar a").filter(has_text="First sign-in").count() == 0


@pytest.mark.req("PEOPLE-02", "BASE-02")
def test_the_password_opens_again_and_the_auditor_reads_who_gave_the_code(town: Town) -> None:
    me = town.open()
    me.home()
    me.page.locator("input[name=login]").fill(EMAIL["E009"])
    me.page.locator("input[name=password]").fill(PASSWORD)
    me.page.locator("form button[type=submit]").last.click()
    me.settled()
    assert NAME["E009"] in me.reads()
    auditor = town.browse("E003")
    auditor.menu("Audit")
    line = auditor.page.locator("tr").filter(has_text="Issue a one-time code").first
    assert "钱多多" in line.inner_text()
    assert NAME["E009"] in line.inner_text()


@pytest.mark.req("PEOPLE-02", "BASE-01")
def test_whoever_holds_a_seat_takes_two_people(town: Town) -> None:
    hr = town.browse("E015")
    in_list(hr, "E016")
    hr.at(NAME["E016"], "takes two people")
    assert hr.sees("Nobody else who could be the second person can sign in yet.")
    hr.press("Issue the code")
    second = begin(town, "E016", shown_code(hr))
    assert NAME["E016"] in second.reads()
    assert "takes two people" in in_list(hr, "E017")
    hr.at(NAME["E017"], "takes two people")
    hr.press("Start request")
    hr.again()
    hr.menu("First sign-in")
    hr.at(NAME["E017"], "takes two people")
    assert hr.sees("You requested this.")
    assert hr.page.get_by_role("button", name="Issue the code").count() == 0
    other = town.browse("E016")
    other.go("Second person needed: Issue a one-time code")
    assert other.sees("Requested by 钱多多")
    other.press("Issue the code")
    pay = begin(town, "E017", shown_code(other))
    assert pay.page.url == f"{town.url}/"
    pay.again()
    assert NAME["E017"] in pay.reads()
    for desk in (hr, other):
        assert in_list(desk, "E017") == ""
        desk.home()
        assert "Issue a one-time code" not in desk.reads()
