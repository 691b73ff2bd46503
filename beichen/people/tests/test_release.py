"""The release of a cycle takes three people (21b): two HR administrators and whoever agrees beside them (G21)."""

from __future__ import annotations

from itertools import permutations

import pytest
from django.db import IntegrityError, transaction

from beichen.people import queries
from beichen.people.models import Cycle, Seat
from beichen.people.tests.makers import START, Company, cycle, move
from beichen.platform.audit.models import Entry
from beichen.platform.kit.errors import Forbidden
from beichen.platform.notify.models import Notice
from tests.database import login

pytestmark = pytest.mark.usefixtures("english")


@pytest.mark.req("REVIEW-01", "BASE-01")
@pytest.mark.parametrize("order", list(permutations(("HA1", "HA2", "E1"))))
def test_a_release_takes_two_administrators_and_an_executive_in_any_order(
    town: Company, order: tuple[str, ...]
) -> None:
    pk = cycle(town, "C08")
    for n, number in enumerate(order):
        [desk] = queries.desks(town.actor(number))
        assert desk.part == ("EX" if number == "E1" else "HA"), (number, desk)
        phase = move(town, pk, "C09", number, number)
        assert phase == ("C09" if n == 2 else "C08")
        if n < 2:
            [desk] = queries.desks(town.actor(number))
            assert (desk.part, desk.asked_to) == ("", "C09")
            given = {turn.by for turn in desk.turns} - {None}
            assert given == {town.id(person) for person in order[: n + 1]}
    with login(None):
        [entry] = Entry.objects.filter(act="people.move_cycle")
    assert sorted(entry.details["agreed"]) == sorted(town.id(number) for number in order)


@pytest.mark.req("BASE-01")
def test_an_executive_moves_nothing_else_and_others_nothing_at_all(town: Company) -> None:
    for now, to in (("C02", "C03"), ("C06", "C05"), ("C09", "C10")):
        pk = cycle(town, now)
        for number in ("E1", "M1", "A1", "HR2", "CA1", "X1"):
            with pytest.raises(Forbidden):
                move(town, pk, to, number)
        with login(None):
            Cycle.objects.all().delete()
    pk = cycle(town, "C08")
    for number in ("M1", "A1", "HR2", "CA1", "X1"):
        with pytest.raises(Forbidden):
            move(town, pk, "C09", number)


@pytest.mark.req("BASE-01")
def test_a_seat_over_a_part_moves_no_cycle_of_the_whole(town: Company) -> None:
    with login(None):
        Seat.objects.create(person=town.people["M1"], seat="HA", scope=town.units["U1"], granted_at=START)
        Seat.objects.create(person=town.people["M1"], seat="EX", scope=town.units["U1"], granted_at=START)
    whole = cycle(town, "C08")
    for to in ("C09", "C10"):
        with pytest.raises(Forbidden):
            move(town, whole, to, "M1")
    part = cycle(town, "C02", "U1")
    assert move(town, part, "C03", "M1", "HA1") == "C03"


@pytest.mark.req("BASE-01")
def test_the_executive_is_told_that_a_release_waits(town: Company) -> None:
    move(town, cycle(town, "C08"), "C09", "HA1")
    with login(None):
        told = list(Notice.objects.filter(template="people.release_asked").values_list("addressee_id", flat=True))
    assert told == [town.id("E1")]


@pytest.mark.req("BASE-01")
def test_where_the_only_executive_is_one_of_the_two_the_next_of_g21_agrees(town: Company) -> None:
    with login(None):
        Seat.objects.filter(seat="EX").update(person=town.people["HA2"])
    pk = cycle(town, "C08")
    [desk] = queries.desks(town.actor("HA2"))
    assert desk.part == "HA"
    assert desk.turns[2].may == (town.id("X1"),)
    assert move(town, pk, "C09", "HA2", "HA1") == "C08"
    with pytest.raises(Forbidden):
        move(town, pk, "C09", "E1")
    assert move(town, pk, "C09", "X1") == "C09"


@pytest.mark.req("BASE-01")
def test_a_third_administrator_agrees_where_there_is_no_executive(town: Company) -> None:
    with login(None):
        Seat.objects.filter(seat="EX").update(person=town.people["M1"], seat="HA")
    pk = cycle(town, "C08")
    assert move(town, pk, "C09", "HA1", "HA2") == "C08"
    assert move(town, pk, "C09", "HA2") == "C08"
    assert move(town, pk, "C09", "M1") == "C09"


@pytest.mark.req("BASE-01")
def test_the_same_person_is_never_two_of_the_three(town: Company) -> None:
    pk = cycle(town, "C08")
    with login(None):
        for twice in ({"release_second": 7}, {"release_executive": 7}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Cycle.objects.filter(pk=pk).update(release_first=7, **twice)


@pytest.mark.req("REVIEW-01")
def test_what_was_agreed_to_for_the_release_counts_for_no_later_step(town: Company) -> None:
    pk = cycle(town, "C08")
    assert move(town, pk, "C09", "HA1", "HA2", "E1") == "C09"
    for number, part in {"HA1": "HA", "HA2": "HA", "E1": ""}.items():
        [desk] = queries.desks(town.actor(number))
        assert (desk.next, desk.asked_to, desk.part) == ("C10", "", part)
        assert [turn.by for turn in desk.turns] == [None, None]
    move(town, pk, "C10", "HA2")
    [desk] = queries.desks(town.actor("HA1"))
    assert (desk.asked_to, desk.part, [turn.by for turn in desk.turns]) == ("C10", "HA", [town.id("HA2"), None])
    assert move(town, pk, "C10", "HA1") == "C10"
