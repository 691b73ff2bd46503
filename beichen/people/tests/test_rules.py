"""Persons come, move and leave; units change; seats; what two people do. And: a move leaves the branches right."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beichen.people import queries, rules
from beichen.people.models import Assignment, Branch, Employment, OrgUnit, Person, Seat
from beichen.people.rules import Hire, Move, Profile, Return, UnitFields, persons, places, units
from beichen.people.rules import changes as change_rules
from beichen.people.rules import seats as seat_rules
from beichen.people.tests import makers
from beichen.platform.audit.models import Entry
from beichen.platform.auth.models import Account
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor, system
from beichen.platform.kit.errors import Changed, Forbidden, NotFound
from tests.cast import Golden

JUNE = datetime(2026, 6, 20, 4, tzinfo=UTC)
JOB = system("people.test", "changes the organisation in a test")


def done(golden: Golden, change_id: int) -> None:
    """The second HR administrator agrees."""
    rules.changes.confirm(golden.actor("E016"), change_id)


@pytest.fixture(autouse=True)
def _june() -> Any:
    with clock.frozen(JUNE):
        yield


@pytest.mark.req("PEOPLE-02")
def test_hiring_gives_place_account_and_first_assignment(golden: Golden, owner_db: Any) -> None:
    new = Hire(number="N1", name="新人", email="N1@example.com", hired=date(2026, 6, 1), unit_id=golden.unit("U11"))
    change = rules.changes.ask_hire(golden.actor("E015"), new)
    with owner_db():
        assert not Person.objects.filter(number="N1").exists()
    done(golden, change)
    with owner_db():
        made = Person.objects.get(number="N1")
        assert (made.manager_id, made.email) == (golden.id("E004"), "n1@example.com")
        assert Account.objects.filter(person_id=made.pk, is_active=True).exists()
    found = queries.history(golden.actor("E015"), made.pk)
    assert [(line.first, line.last) for line in found] == [(date(2026, 6, 1), None)]
    with pytest.raises(persons.NumberTaken):
        rules.changes.ask_hire(golden.actor("E015"), new)


@pytest.mark.req("PEOPLE-02")
def test_a_move_keeps_history_and_a_later_one_waits_for_its_day(golden: Golden, owner_db: Any) -> None:
    move = Move(first=date(2026, 7, 1), unit_id=golden.unit("U11"), manager_id=golden.id("E004"))
    done(golden, rules.changes.ask_move(golden.actor("E015"), golden.id("E009"), move))
    with owner_db():
        assert Person.objects.get(number="E009").manager_id == golden.id("E005")
    with pytest.raises(persons.OverlappingAssignment):
        rules.changes.ask_move(golden.actor("E015"), golden.id("E009"), Move(first=date(2026, 6, 25)))
    with clock.frozen(datetime(2026, 6, 30, 16, tzinfo=UTC)):
        assert rules.persons.apply_due(JOB) == 1
        assert rules.persons.apply_due(JOB) == 0
    with owner_db():
        assert Person.objects.get(number="E009").manager_id == golden.id("E004")
    lines = queries.stretches(golden.actor("E015"), [golden.id("E009")], date(2026, 6, 1), date(2026, 7, 31))
    assert [(line.days, line.manager_id) for line in lines[golden.id("E009")]] == [
        (30, golden.id("E005")), (31, golden.id("E004")),
    ]  # fmt: skip


@pytest.mark.req("PEOPLE-02")
def test_a_circular_line_is_refused_with_names(golden: Golden) -> None:
    with pytest.raises(persons.CircularLine) as caught:
        rules.changes.ask_move(
            golden.actor("E016"), golden.id("E002"), Move(first=date(2026, 6, 21), manager_id=golden.id("E006"))
        )
    assert "林若溪 → 何雨桐 → 许知微 → 林若溪" in caught.value.sentence()


@pytest.mark.req("PEOPLE-02", "BASE-02")
def test_the_database_refuses_an_overlap_whoever_writes(golden: Golden, owner_db: Any) -> None:
    start = datetime(2026, 6, 1, tzinfo=UTC)
    with owner_db(), pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(person_id=golden.id("E009"), unit_id=golden.unit("U1"), period=(start, None))


@pytest.mark.req("PEOPLE-02")
def test_a_leaver_hands_over_and_loses_access(golden: Golden, owner_db: Any) -> None:
    change = rules.changes.ask_leave(golden.actor("E015"), golden.id("E005"), date(2026, 6, 19))
    done(golden, change)
    with owner_db():
        left = Person.objects.get(number="E005")
        assert not left.is_active
        assert Person.objects.get(number="E008").manager_id == golden.id("E002")
        assert OrgUnit.objects.get(code="U12").head_id == golden.id("E002")
        account = Account.objects.get(person_id=left.pk)
        assert (account.is_active, account.limited_at, account.epoch) == (True, clock.now(), 1)
        assert Employment.objects.get(pk=left.pk).left_on == date(2026, 6, 19)
    assert queries.reports_of(golden.actor("E002"), golden.id("E005")) == []


@pytest.mark.req("PEOPLE-02")
def test_a_later_last_day_takes_effect_when_it_is_over(golden: Golden, owner_db: Any) -> None:
    done(golden, rules.changes.ask_leave(golden.actor("E015"), golden.id("E009"), date(2026, 6, 25)))
    with owner_db():
        assert Person.objects.get(number="E009").is_active
    with clock.frozen(datetime(2026, 6, 26, 1, tzinfo=UTC)):
        rules.persons.apply_due(JOB)
    with owner_db():
        assert not Person.objects.get(number="E009").is_active
    with clock.frozen(datetime(2026, 9, 1, 1, tzinfo=UTC)):
        back = Return(first=date(2026, 9, 1), unit_id=golden.unit("U12"), manager_id=golden.id("E005"))
        rules.persons.come_back(JOB, golden.id("E009"), back)
    with owner_db():
        assert Person.objects.get(number="E009").is_active
        assert Assignment.objects.filter(person__number="E009").count() == 2


@pytest.mark.req("BASE-01")
def test_nobody_confirms_their_own_change_or_one_about_themselves(golden: Golden) -> None:
    change = rules.changes.ask_move(golden.actor("E015"), golden.id("E009"), Move(first=date(2026, 6, 21), level="L5"))
    with pytest.raises(change_rules.OwnRequest):
        rules.changes.confirm(golden.actor("E015"), change)
    with pytest.raises(Forbidden):
        rules.changes.confirm(golden.actor("E006"), change)
    with pytest.raises(Forbidden):
        rules.changes.ask_move(golden.actor("E015"), golden.id("E015"), Move(first=date(2026, 6, 21), level="L9"))
    rules.changes.withdraw(golden.actor("E015"), change)
    with pytest.raises(change_rules.NoLongerWaiting):
        done(golden, change)


@pytest.mark.req("PEOPLE-01")
def test_units_are_founded_moved_and_closed(golden: Golden, owner_db: Any) -> None:
    hr = golden.actor("E015")
    new = UnitFields(code="U3", name="客服", kind="team", parent_id=golden.unit("U1"), head_id=golden.id("E006"))
    done(golden, rules.changes.ask_unit(hr, new))
    with owner_db():
        unit_id = OrgUnit.objects.get(code="U3").pk
    found = queries.children_of(hr, golden.unit("U1"))
    assert [card.code for card in found] == ["U11", "U12", "U3"]
    moved = UnitFields(unit_id=unit_id, code="U3", name="客服", kind="team", parent_id=golden.unit("U2"), version=1)
    done(golden, rules.changes.ask_unit(hr, moved))
    assert [card.code for card in queries.unit_path(hr, unit_id)] == ["U0", "U2", "U3"]
    below = UnitFields(unit_id=golden.unit("U1"), code="U1", name="产品中心", kind="department",
                       parent_id=golden.unit("U11"), version=queries.unit(hr, golden.unit("U1")).version)  # fmt: skip
    with pytest.raises(units.CircularTree):
        rules.changes.ask_unit(hr, below)
    full = queries.unit(hr, golden.unit("U11"))
    closed = UnitFields(unit_id=full.id, code="U11", name="核心产品组", kind="team",
                        parent_id=golden.unit("U1"), is_active=False, version=full.version)  # fmt: skip
    with pytest.raises(units.NotEmpty):
        rules.changes.ask_unit(hr, closed)


@pytest.mark.req("PEOPLE-01")
def test_two_changes_of_one_unit_do_not_undo_each_other(golden: Golden) -> None:
    hr, u12 = golden.actor("E015"), queries.unit(golden.actor("E015"), golden.unit("U12"))
    fields: dict[str, Any] = {
        "unit_id": u12.id,
        "code": "U12",
        "kind": u12.kind,
        "parent_id": u12.parent_id,
        "head_id": u12.head_id,
    }
    first = rules.changes.ask_unit(hr, UnitFields(**fields, name="甲", version=u12.version))
    second = rules.changes.ask_unit(hr, UnitFields(**fields, name="乙", version=u12.version))
    done(golden, first)
    with pytest.raises(Changed):
        done(golden, second)
    for stale in (u12.version, 0):
        with pytest.raises(Changed):
            rules.changes.ask_unit(hr, UnitFields(**fields, name="丙", version=stale))
    assert queries.unit(hr, u12.id).name == "甲"


def test_a_profile_is_edited_by_one_and_only_as_it_was_read(golden: Golden, owner_db: Any) -> None:
    card = queries.person(golden.actor("E015"), golden.id("E009"))
    profile = Profile(name="马骁", name_en="Ma Xiao", email="ma@example.com", role_type="stable")
    with pytest.raises(Forbidden):
        rules.persons.edit_profile(golden.actor("E009"), card.id, profile, card.version)
    rules.persons.edit_profile(golden.actor("E015"), card.id, profile, card.version)
    with pytest.raises(Changed):
        rules.persons.edit_profile(golden.actor("E015"), card.id, profile, card.version)
    with owner_db():
        assert Account.objects.get(person_id=card.id).email == "ma@example.com"


@pytest.mark.req("BASE-01")
def test_seats_need_two_people_and_never_oneself(golden: Golden, owner_db: Any) -> None:
    with owner_db():
        Seat.objects.create(
            person_id=golden.id("E015"), seat="PA", scope_id=golden.unit("U0"), granted_at=clock.now()
        )  # fmt: skip
    asker = golden.actor("E015")
    seat = seat_rules.ask_seat(asker, golden.id("E016"), "AU", golden.unit("U0"))
    for number in ("E015", "E016"):
        with pytest.raises(Forbidden):
            seat_rules.grant_seat(golden.actor(number), seat)
    other = seat_rules.ask_seat(asker, golden.id("E006"), "AU", golden.unit("U0"))
    seat_rules.grant_seat(golden.actor("E016"), other)
    seat_rules.revoke_seat(golden.actor("E015"), other)
    with pytest.raises(seat_rules.SeatEnded):
        seat_rules.grant_seat(golden.actor("E016"), other)
    with pytest.raises(NotFound):
        seat_rules.grant_seat(golden.actor("E016"), 10**9)


@pytest.mark.req("BASE-02")
def test_every_act_is_on_record(golden: Golden, owner_db: Any) -> None:
    done(
        golden,
        rules.changes.ask_move(golden.actor("E015"), golden.id("E009"), Move(first=date(2026, 6, 1), level="L5")),
    )
    with owner_db():
        acts = set(Entry.objects.values_list("act", flat=True))
    assert {"people.imported", "people.ask_move", "people.move", "people.confirm_change"} <= acts


def branches() -> dict[tuple[int, str], frozenset[int]]:
    """Who stands in each branch, by person rather than by place."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.holder_id, b.kind, array_agg(p.id) FROM people_branch b JOIN people_person p"
            " ON p.place <@ b.places GROUP BY 1, 2"
        )
        return {(holder, kind): frozenset(people) for holder, kind, people in cursor.fetchall()}


moves = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.sampled_from(["U0", "U1", "U2", "HR"])),
                 min_size=1, max_size=8)  # fmt: skip


@pytest.mark.req("PEOPLE-02", "BASE-01")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=moves)
def test_moves_leave_the_branches_a_full_renumbering_would_make(db: None, owner_db: Any, steps: list[Any]) -> None:
    with owner_db(), transaction.atomic():
        company = makers.small()
        for person in company.people.values():
            Employment.objects.create(person=person, hired_on=date(2020, 1, 1))
        numbers = sorted(company.people)
        for who, boss, unit in steps:
            to = Move(first=date(2026, 6, 20), unit_id=company.units[unit].pk, manager_id=company.id(numbers[boss]))
            try:
                with transaction.atomic():
                    persons.move(JOB, company.id(numbers[who]), to)
            except persons.CircularLine:
                continue
            except IntegrityError:
                assert who == boss
        kept = branches()
        places.renumber()
        assert kept == branches()
        transaction.set_rollback(True)


def test_branch_rows_follow_the_lines(golden: Golden, owner_db: Any) -> None:
    with owner_db():
        assert Branch.objects.filter(holder_id=golden.id("E005"), kind="line").exists()
    assert Actor(person_id=golden.id("E005")).name == f"person:{golden.id('E005')}"


@pytest.mark.req("PEOPLE-02", "BASE-01")
def test_t12_the_database_refuses_two_managers_at_once_and_a_line_in_a_circle(golden: Golden, owner_db: Any) -> None:
    """Whoever writes it, with or without the rules: never "the last one wins"."""
    with owner_db():
        held = Assignment.objects.get(person_id=golden.id("E009"), period__contains=JUNE)
        with pytest.raises(IntegrityError, match="assignment_one_at_a_time"), transaction.atomic():
            Assignment.objects.create(
                person_id=held.person_id, unit_id=held.unit_id, manager_id=golden.id("E004"), period=(JUNE, None)
            )
        with pytest.raises(IntegrityError, match="would lead themselves"):
            lead("E002", golden.id("E009"))


def lead(number: str, manager_id: int) -> None:
    """Write a manager past every rule, and have the database look as it does when a transaction ends."""
    with transaction.atomic(), connection.cursor() as cursor:
        Person.objects.filter(number=number).update(manager_id=manager_id)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
