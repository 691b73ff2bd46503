"""What waits for a second person: who finds it, with whose name, for how long, and at which cost."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from beichen.people import queries, rules
from beichen.people.models import Cycle, Period, Seat
from beichen.people.rules import Hire, Move
from beichen.people.tests import makers
from beichen.platform.access import two_person
from beichen.platform.access.current import acting
from beichen.platform.access.models import PendingAct
from beichen.platform.access.permissions import seats_of
from beichen.platform.kit import clock
from beichen.platform.registry import todos


@pytest.fixture
def company(db: None, owner_db: Any) -> makers.Company:
    """The small company in a cycle; B2 is its system administrator."""
    with owner_db():
        made = makers.small()
        Seat.objects.create(
            person=made.people["B2"], seat="PA", scope=made.units["U0"], granted_at=makers.START, granted_by=0
        )
        period = Period.objects.create(
            key="2026Q2", kind="quarter", starts_on=date(2026, 4, 1), ends_on=date(2026, 6, 30)
        )
        Cycle.objects.create(period=period, scope=made.units["U0"], settings=queries.company_settings())
        makers.outside(made.units["U0"])
    return made


def found(company: makers.Company, number: str) -> list[tuple[str, str, str, bool]]:
    cards = queries.second_person(company.actor(number))
    return [(card.key.partition(":")[0], card.about, card.asker, card.mine) for card in cards]


def cycle_id() -> int:
    return Cycle.objects.get().pk


@pytest.mark.req("INSIGHT-01", "BASE-01")
def test_a_cycle_move_waits_before_administrators_with_the_askers_name(company):
    rules.move_cycle(company.actor("HA1"), cycle_id(), "C01", 1)
    assert found(company, "HA2") == [("second", "2026Q2", "HA1", False)]
    assert found(company, "HA1") == [("second", "2026Q2", "HA1", True)]
    for number in ("A1", "M1", "HR2", "CA1", "B2", "E1"):
        assert found(company, number) == [], number
    rules.move_cycle(company.actor("HA2"), cycle_id(), "C01", 1)
    assert found(company, "HA2") == []


@pytest.mark.req("INSIGHT-01")
def test_what_nobody_confirmed_in_two_weeks_is_gone(company):
    now = clock.now()
    rules.move_cycle(company.actor("HA1"), cycle_id(), "C01", 1)
    with clock.frozen(now + timedelta(days=13)):
        assert len(found(company, "HA2")) == 1
    with clock.frozen(now + timedelta(days=15)):
        assert found(company, "HA2") == []
        assert rules.move_cycle(company.actor("HA2"), cycle_id(), "C01", 1).phase == "C00", "asked anew"


@pytest.mark.req("INSIGHT-01", "PEOPLE-02")
def test_changes_of_the_organisation_and_seats_wait_beside_the_acts(company):
    ann = company.actor("HA1")
    rules.changes.ask_move(ann, company.id("A1"), Move(first=clock.today(), manager_id=company.id("M2")))
    hire = Hire(number="N1", name="新人", email="n@x.cn", hired=clock.today(), unit_id=company.units["U1"].pk)
    rules.changes.ask_hire(ann, hire)
    rules.seats.ask_seat(company.actor("B2"), company.id("A2"), "BP", company.units["U2"].pk)
    assert sorted(found(company, "HA2")) == [
        ("change", "A1", "HA1", False), ("change", "新人", "HA1", False), ("seat", "A2", "B2", False),
    ]  # fmt: skip
    assert found(company, "HA1") == [("seat", "A2", "B2", False)]
    assert found(company, "E1") == found(company, "A1") == []


@pytest.mark.req("INSIGHT-01")
def test_what_is_about_the_second_is_somebody_elses_to_confirm(company):
    rules.changes.ask_move(company.actor("HA1"), company.id("HA2"), Move(first=clock.today(), level="P9"))
    rules.seats.ask_seat(company.actor("B2"), company.id("HA2"), "CA", company.units["U2"].pk)
    assert found(company, "HA2") == []


@pytest.mark.req("INSIGHT-01")
def test_the_to_do_list_leads_there_and_costs_two_statements_however_much_waits(company):
    bob = company.actor("HA2")
    for number in ("A1", "A2", "A3", "B1"):
        rules.changes.ask_move(company.actor("HA1"), company.id(number), Move(first=clock.today(), level="P5"))
    rules.move_cycle(company.actor("HA1"), cycle_id(), "C01", 1)
    with acting(bob):
        seats_of(bob)
        with CaptureQueriesContext(connection) as counted:
            cards = queries.second_person(bob)
        assert len(cards) == 5
        assert len(counted) == 2, counted.captured_queries
        entries = {entry.key: entry for entry in todos(bob, 50)}
    [act] = [card for card in cards if card.key.startswith("second")]
    assert entries[act.key].url == "/people/cycles/"
    assert "2026Q2 · " in str(entries[act.key].subtitle)
    assert "HA1" in str(entries[act.key].subtitle)


@pytest.mark.req("BASE-01")
def test_who_agrees_learns_who_asked_first_and_what_was_asked_is_kept(company):
    from beichen.people import access

    with acting(company.actor("HA1")):
        asked = two_person.two_person(company.actor("HA1"), access.MOVE_CYCLE, "cycle:1", {"to": "C01"}, about="Q2")
    assert asked is None
    kept = PendingAct.objects.get()
    assert (kept.payload, kept.about) == ({"to": "C01"}, "Q2")
    with acting(company.actor("HA2")):
        other = two_person.two_person(company.actor("HA2"), access.MOVE_CYCLE, "cycle:1", {"to": "C02"})
        assert other is None, "something else was asked for, so it is asked anew"
    with acting(company.actor("HA1")):
        agreed = two_person.two_person(company.actor("HA1"), access.MOVE_CYCLE, "cycle:1", {"to": "C02"})
    assert agreed is not None
    assert agreed.first == company.id("HA2")
