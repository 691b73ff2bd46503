"""Leavers: the portal and its last day (T05, G8). Those who come back: the same person, a new employment (T06)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from beichen.people import queries, rules
from beichen.people.models import Assignment, Employment, FormerEmployment, Person, Seat
from beichen.people.rules import Return, persons
from beichen.platform.access.current import acting
from beichen.platform.access.permissions import relations_to, seats_of
from beichen.platform.audit.models import Entry
from beichen.platform.auth import rules as auth
from beichen.platform.auth.errors import OnlyRecords
from beichen.platform.auth.models import Account, PersonalToken
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor, system
from beichen.platform.kit.errors import Forbidden, NotFound
from tests.cast import Golden, sign_in

JOB = system("people.test", "changes the organisation in a test")
JUNE = datetime(2026, 6, 20, 4, tzinfo=UTC)
LAST = date(2026, 6, 19)


def on(day: date) -> Any:
    """The clock at noon of a day in Shanghai."""
    return clock.frozen(datetime(day.year, day.month, day.day, 4, tzinfo=UTC))


@pytest.fixture(autouse=True)
def _june() -> Any:
    with clock.frozen(JUNE):
        yield


@pytest.fixture
def left(golden: Golden, owner_db: Any) -> Golden:
    """The golden company the day after E009 left, who held a seat."""
    with owner_db():
        Seat.objects.create(
            person_id=golden.id("E009"), seat="AU", scope_id=golden.unit("U0"), granted_at=clock.now(), granted_by=0
        )  # fmt: skip
    persons.leave(JOB, golden.id("E009"), LAST)
    return golden


def stands(actor: Actor, subject: int) -> set[str]:
    """The columns of the table in which the actor stands."""
    with acting(actor):
        return set(relations_to(actor, subject)) - {"GONE"}


@pytest.mark.req("PEOPLE-02", "BASE-01")
def test_a_leaver_stands_in_column_te_alone(left: Golden, owner_db: Any) -> None:
    gone = left.actor("E009")
    assert stands(gone, left.id("E009")) == {"TE"}
    assert stands(gone, left.id("E008")) == set()
    with acting(gone):
        assert seats_of(gone) == {"TE"}
    with owner_db():
        assert not Seat.objects.filter(person_id=left.id("E009"), revoked_at=None).exists()


@pytest.mark.req("PEOPLE-02", "BASE-01")
def test_sessions_and_tokens_die_with_the_leaving_and_no_new_token_is_made(golden: Golden, owner_db: Any) -> None:
    client = sign_in(golden.id("E009"))
    assert client.get("/people/").status_code == 200
    with owner_db():
        account = Account.objects.get(person_id=golden.id("E009"))
    me = Actor(golden.id("E009"), account_id=account.pk)
    auth.create_token(me, "mine", ["read:c3"])
    persons.leave(JOB, golden.id("E009"), LAST)
    assert client.get("/people/").status_code == 302
    with owner_db():
        assert not PersonalToken.objects.filter(account=account, revoked_at=None).exists()
        assert Entry.objects.filter(act="identity.account_limited", object_id=str(account.pk)).exists()
    with pytest.raises(OnlyRecords):
        auth.create_token(me, "again", ["read:c3"])


@pytest.mark.req("PEOPLE-02", "BASE-01")
def test_the_portal_says_until_when_and_shows_nothing_else(
    left: Golden, client_as: Callable[[str], Client], owner_db: Any
) -> None:
    client = client_as("E009")
    shown = client.get("/").content.decode()
    assert "9月17日" in shown
    assert "还剩 90 天" in shown
    for nowhere in ("/people/", "/people/cycles/", "/people/imports/", f"/people/{left.id('E008')}/"):
        assert client.get(nowhere).status_code in (403, 404), nowhere
    assert f"/people/{left.id('E008')}/" not in client.get("/people/search/?q=E").content.decode()
    links = {part.split('"')[0] for part in shown.split("<nav")[1].split("</nav>")[0].split('href="')[1:]}
    assert links <= {"/", "#main"}
    assert client.get("/api/v1/people/portal").json()["until"] == "2026-09-17"
    assert client_as("E008").get("/api/v1/people/portal").status_code == 404
    with on(date(2026, 9, 18)):
        with pytest.raises(NotFound):
            queries.portal(left.actor("E009"))
        assert stands(left.actor("E009"), left.id("E009")) == set()
        persons.apply_due(JOB)
        assert client.get("/").status_code == 302
    with owner_db():
        assert not Account.objects.get(person_id=left.id("E009")).is_active


@pytest.mark.req("PEOPLE-02", "BASE-01")
def test_the_line_reads_a_leaver_for_thirty_days_and_changes_nothing(left: Golden) -> None:
    subject = left.id("E009")
    boss, above = left.actor("E005"), left.actor("E002")
    assert {"LM"} <= stands(boss, subject)
    assert {"SK", "UP"} <= stands(above, subject)
    with on(LAST + timedelta(days=31)):
        assert not stands(boss, subject) & {"LM", "SK", "UP", "DL", "PM"}
        assert not stands(above, subject) & {"LM", "SK", "UP", "DL", "PM"}
        assert "HA" in stands(left.actor("E015"), subject)


@pytest.mark.req("PEOPLE-02", "BASE-01")
def test_two_people_bring_somebody_back_and_nothing_old_revives(left: Golden, owner_db: Any) -> None:
    hr, number = left.actor("E015"), "E009"
    with owner_db():
        before = list(Assignment.objects.filter(person__number=number).values_list("pk", flat=True))
    back = Return(first=date(2026, 8, 3), unit_id=left.unit("U12"), position="顾问", level="L6")
    with pytest.raises(persons.StillHere):
        rules.changes.ask_return(hr, left.id("E008"), back)
    with pytest.raises(persons.BeforeReturning):
        rules.changes.ask_return(hr, left.id(number), Return(first=LAST, unit_id=left.unit("U12")))
    with pytest.raises(Forbidden):
        rules.changes.ask_return(left.actor("E006"), left.id(number), back)
    change = rules.changes.ask_return(hr, left.id(number), back)
    with pytest.raises(rules.changes.OwnRequest):
        rules.changes.confirm(hr, change)
    rules.changes.confirm(left.actor("E016"), change)
    with owner_db():
        assert not Person.objects.get(number=number).is_active
    with on(date(2026, 8, 3)):
        assert persons.apply_due(JOB) == 1
        assert persons.apply_due(JOB) == 0
        returned(left, number, before, owner_db)


def returned(left: Golden, number: str, before: list[int], owner_db: Any) -> None:
    """The same person: a new assignment under the head of the unit, the old ones kept, no seat, the account whole."""
    with owner_db():
        person = Person.objects.get(number=number)
        assert (person.pk, person.is_active, person.position) == (left.id(number), True, "顾问")
        assert person.manager_id == left.id("E005")
        kept = set(Assignment.objects.filter(person=person).values_list("pk", flat=True))
        assert len(kept - set(before)) == 1
        assert set(before) <= kept
        assert not Seat.objects.filter(person=person, revoked_at=None).exists()
        now = Employment.objects.get(person=person)
        assert (now.hired_on, now.left_on, now.portal_until) == (date(2026, 8, 3), None, None)
        assert FormerEmployment.objects.get(person=person).left_on == LAST
        account = Account.objects.get(person_id=person.pk)
        assert (account.is_active, account.limited_at) == (True, None)
        acts = set(Entry.objects.values_list("act", flat=True))
    assert {"people.ask_return", "people.come_back", "people.confirm_change"} <= acts
    assert stands(left.actor(number), left.id("E008")) == {"CO"}
    assert stands(left.actor("E005"), person.pk) >= {"LM", "CO"}


@pytest.mark.req("PEOPLE-02")
def test_the_earlier_employment_is_for_hr_and_the_person_not_for_the_new_line(left: Golden) -> None:
    persons.come_back(JOB, left.id("E009"), Return(first=date(2026, 6, 20), unit_id=left.unit("U12")))
    subject = left.id("E009")
    assert [past.left_on for past in queries.employments(left.actor("E015"), subject)[1]] == [LAST]
    assert [past.left_on for past in queries.employments(left.actor("E009"), subject)[1]] == [LAST]
    assert queries.employments(left.actor("E005"), subject)[1] == []
    assert queries.employment(left.actor("E005"), subject) is not None


@pytest.mark.req("PEOPLE-02")
def test_an_address_given_to_somebody_else_is_not_taken_back(left: Golden, owner_db: Any) -> None:
    with owner_db():
        address = Person.objects.get(number="E009").email
        Person.objects.filter(number="E008").update(email=address)
    back = Return(first=date(2026, 6, 20), unit_id=left.unit("U12"))
    with pytest.raises(persons.NumberTaken):
        persons.come_back(JOB, left.id("E009"), back)


@pytest.mark.req("PEOPLE-02")
def test_hr_brings_somebody_back_on_the_page(left: Golden, client_as: Callable[[str], Client]) -> None:
    hr, subject = client_as("E015"), left.id("E009")
    assert "重新入职" in hr.get(f"/people/{subject}/").content.decode()
    form = {"first": "2026-06-20", "unit": "U12", "email": "e009@example.com"}
    assert hr.post(f"/people/{subject}/return/", form).status_code == 303
    assert "重新入职" in client_as("E016").get("/people/changes/").content.decode()
    answer = hr.post(f"/people/{subject}/return/", {**form, "first": "2026-06-01"})
    assert "2026" in answer.content.decode()
    body = {"first": "2026-06-20", "unit_id": left.unit("U12")}
    assert hr.post(f"/api/v1/people/{subject}/return", body, content_type="application/json").status_code == 202
