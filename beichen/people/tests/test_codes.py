"""One-time codes: who may give one, to whom it takes two, who is told, and that the way in opens once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from beichen.people import queries, rules
from beichen.people.models import OrgUnit, Person, Seat
from beichen.people.tests import makers
from beichen.platform.access import two_person
from beichen.platform.audit.models import Entry
from beichen.platform.auth import rules as auth
from beichen.platform.auth.models import Account, OneTimeCode
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Forbidden, NotFound
from beichen.platform.notify.models import Notice
from tests.cast import Golden

OPENER = system("import_company", "test")
PASSWORD = "many quiet stars"


@pytest.fixture
def company(db: None, owner_db: Any) -> makers.Company:
    """The small company with accounts: HA1 and HA2 have signed in, an auditor sits in U2, the others never did."""
    with owner_db():
        made = makers.small()
        Seat.objects.create(
            person=made.people["B2"], seat="AU", scope=made.units["U0"], granted_at=makers.START, granted_by=0
        )
        auth.open_accounts(OPENER, [auth.NewAccount(p.email, p.name, p.pk) for p in made.people.values()])
        for number in ("HA1", "HA2"):
            Account.objects.filter(person_id=made.id(number)).update(password="scrypt$a password of theirs")
    return made


def begin(email: str, code: str) -> int:
    form = {"email": email, "code": code, "password1": PASSWORD, "password2": PASSWORD}
    return Client().post("/account/begin/", form).status_code


@pytest.mark.req("PEOPLE-02", "BASE-01")
def test_hr_gives_one_person_a_code_and_the_person_and_the_auditor_are_told(company, owner_db):
    slip = rules.codes.issue_code(company.actor("HA1"), company.id("A1"))
    assert slip is not None
    assert begin("a1@example.com", slip.code) == 302
    with owner_db():
        told = set(Notice.objects.values_list("addressee_id", "template"))
        line = Entry.objects.get(act="people.issue_code")
    assert told == {(company.id("A1"), "people.code_for_you"), (company.id("B2"), "people.code_given")}
    assert (line.subjects, line.person_id) == ([company.id("A1")], company.id("HA1"))


@pytest.mark.req("BASE-01")
@pytest.mark.parametrize("number", ["HA1", "E1", "A1", "HR2"])
def test_nobody_gives_themselves_a_code_and_only_hr_administrators_give_any(company, number):
    wanted = number if number == "HA1" else "A2"
    with pytest.raises(Forbidden):
        rules.codes.issue_code(company.actor(number), company.id(wanted))


@pytest.mark.req("BASE-01")
@pytest.mark.parametrize("number", ["E1", "HA2", "CA1", "HR1"])
def test_whoever_holds_a_seat_leads_hr_or_sits_beside_takes_two_people(company, owner_db, number):
    """E1 leads everybody and is executive, HA2 is the other administrator, CA1 and HR1 sit in HA1's own team."""
    second = "HA2" if number != "HA2" else "HA3"
    if number == "HA2":
        with owner_db():
            seat_ = Seat.objects.create(
                person=company.people["B1"], seat="HA", scope=company.units["U0"], granted_at=makers.START, granted_by=0
            )
            company.people["HA3"] = seat_.person
            from beichen.people.rules import places

            places.rebuild_branches([seat_.person_id])
    assert rules.codes.issue_code(company.actor("HA1"), company.id(number)) is None
    assert rules.codes.issue_code(company.actor("HA1"), company.id(number)) is None
    with owner_db():
        assert not OneTimeCode.objects.exists()
    slip = rules.codes.issue_code(company.actor(second), company.id(number))
    assert slip is not None
    assert begin(f"{number.lower()}@example.com", slip.code) == 302


@pytest.mark.req("BASE-01")
def test_a_code_for_the_other_administrator_is_not_confirmed_by_that_administrator(company):
    assert rules.codes.issue_code(company.actor("HA1"), company.id("HA2")) is None
    with pytest.raises(Forbidden):
        rules.codes.issue_code(company.actor("HA2"), company.id("HA2"))
    assert [card for card in queries.second_person(company.actor("HA2")) if not card.mine] == []


@pytest.mark.req("BASE-01")
def test_a_code_ends_open_sessions_and_earlier_codes(company, owner_db):
    first = rules.codes.issue_code(company.actor("HA1"), company.id("A1"))
    before = Account.objects.get(person_id=company.id("A1")).epoch
    second = rules.codes.issue_code(company.actor("HA2"), company.id("A1"))
    assert first
    assert second
    assert Account.objects.get(person_id=company.id("A1")).epoch == before + 1
    assert begin("a1@example.com", first.code) == 422
    assert begin("a1@example.com", second.code) == 302


@pytest.mark.req("PEOPLE-02")
def test_a_sheet_holds_everyone_who_never_signed_in_but_those_who_take_two(company):
    made = rules.codes.issue_codes(company.actor("HA1"))
    assert {slip.way.name for slip in made} == {"M1", "M2", "A1", "A2", "A3", "B1"}
    assert len({slip.code for slip in made}) == 6
    with pytest.raises(rules.codes.NobodyWaits):
        rules.codes.issue_codes(company.actor("HA1"))
    waits = {way.name: way.code_until is not None for way in queries.without_way_in(company.actor("HA1"))}
    assert waits["A1"] is True
    assert waits["E1"] is False


@pytest.mark.req("PEOPLE-02")
def test_one_unit_at_a_time_and_only_inside_the_scope_of_the_seat(company, owner_db):
    with owner_db():
        Seat.objects.filter(person=company.people["HA1"]).update(scope=company.units["U2"])
        from beichen.people.rules import places

        places.rebuild_branches([company.id("HA1")])
    ann = company.actor("HA1")
    with pytest.raises(Forbidden):
        rules.codes.issue_code(ann, company.id("A1"))
    made = rules.codes.issue_codes(ann, company.units["U2"].pk)
    assert {slip.way.name for slip in made} == {"M2", "B1"}


@pytest.mark.req("PEOPLE-02")
def test_while_there_is_one_administrator_who_can_sign_in_nobody_is_left_out(company, owner_db):
    with owner_db():
        Account.objects.filter(person_id=company.id("HA2")).update(password="!never")
    made = {slip.way.name: slip.code for slip in rules.codes.issue_codes(company.actor("HA1"))}
    assert set(made) == set(company.people) - {"HA1"}
    with owner_db():
        assert Entry.objects.get(act="people.issue_code").details["alone"] is True
    assert begin("ha2@example.com", made["HA2"]) == 302


@pytest.mark.req("PEOPLE-02")
def test_the_operator_of_the_machine_gives_the_first_administrator_a_code(company, worker_db, owner_db, capsys):
    with worker_db():
        call_command("one_time_code", "ha1@example.com")
        with pytest.raises(CommandError, match="Nobody signs in with"):
            call_command("one_time_code", "nobody@example.com")
    code = capsys.readouterr().out.strip()
    assert begin("ha1@example.com", code) == 302
    with pytest.raises(NotFound):
        rules.codes.issue_by_operator(company.actor("HA1"), [company.id("A1")])


@pytest.mark.req("BASE-01")
def test_no_token_gives_a_code(company):
    from dataclasses import replace

    program = replace(company.actor("HA1"), scopes=frozenset({"read:c3", "write:people"}))
    with pytest.raises(Forbidden):
        rules.codes.issue_code(program, company.id("A1"))


SignIn = Callable[[str], Client]


@pytest.mark.req("PEOPLE-02")
def test_the_pages_show_a_code_once(client_as: SignIn, golden: Golden, owner_db: Any) -> None:
    hr = client_as("E015")
    listed = hr.get("/people/codes/").content.decode()
    assert "吴桐" in listed
    sheet = hr.post("/people/codes/", {"unit": "U11"}).content.decode()
    with owner_db():
        digests = set(OneTimeCode.objects.values_list("digest", flat=True))
        inside = Person.objects.filter(unit__in=OrgUnit.objects.filter(code="U11")).count()
    assert sheet.count("slip-code") == len(digests) <= inside
    assert "slip-code" not in hr.get("/people/codes/").content.decode()
    file = hr.post("/people/codes/", {"unit": "U12", "file": "csv"})
    assert file.headers["Content-Type"].startswith("text/csv")
    assert client_as("E006").get("/people/codes/").status_code == 403
    mine = hr.get(f"/people/{golden.id('E009')}/code/")
    assert mine.status_code == 200
    assert hr.get(f"/people/{golden.id('E015')}/code/").status_code == 403


@pytest.mark.req("INSIGHT-01")
def test_what_waits_is_shown_to_the_second_and_taken_back_by_the_first(company):
    ann, bob = company.actor("HA1"), company.actor("HA2")
    rules.codes.issue_code(ann, company.id("E1"))
    [mine] = queries.second_person(ann)
    [theirs] = queries.second_person(bob)
    assert (mine.mine, theirs.mine, theirs.about, theirs.asker) == (True, False, "E1", "HA1")
    assert queries.second_person(company.actor("A1")) == []
    assert mine.pending_id is not None
    with pytest.raises(NotFound):
        two_person.withdraw(company.actor("A1"), mine.pending_id)
    two_person.withdraw(ann, mine.pending_id)
    assert queries.second_person(bob) == []
