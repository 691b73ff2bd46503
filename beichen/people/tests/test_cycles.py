"""A cycle's edges (`access.md` 1.4, 1.10, G21): every one that exists, every one that does not, and who it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import pairwise, permutations
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from beichen.people import queries, rules
from beichen.people.models import Conflict, Cycle, Period, Person, Seat
from beichen.people.rules import cycles
from beichen.people.rules.places import renumber
from beichen.people.tests import makers
from beichen.people.tests.makers import START, Company
from beichen.platform.access.current import acting
from beichen.platform.audit.models import Entry
from beichen.platform.auth.models import Account
from beichen.platform.kit.errors import Changed, Forbidden
from beichen.platform.notify.models import Notice
from beichen.platform.registry import PhaseWork
from tests.cast import Golden, sign_in
from tests.database import login, put_in_phase

PHASES = [f"C{n:02}" for n in range(13)]
EMPTY = {f"C{n:02}" for n in range(3, 11)}
"""The phases that stand empty in a cycle without plans: self reviews (C3) to appeal window (C10)."""
EDGES = {*pairwise(PHASES), ("C06", "C05")}
WHY = "两个组的尺度差得太远"
PHASE_REGISTRY = import_module("beichen.platform.registry.phases")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def town(db: None, _as_web_login: None) -> Company:
    """The small company with a board member outside; the test goes on as the web login."""
    with login(None):
        made = makers.small()
        made.people["X1"] = makers.outside(made.units["U0"])
    return made


def cycle(town: Company, phase: str = "C00", scope: str = "U0") -> int:
    with login(None):
        period, _ = Period.objects.get_or_create(
            key="2026Q2", defaults={"kind": "quarter", "starts_on": "2026-04-01", "ends_on": "2026-06-30"}
        )
        return Cycle.objects.create(
            period=period, scope=town.units[scope], phase=phase, settings=queries.company_settings()
        ).pk  # fmt: skip


def move(town: Company, cycle_id: int, to: str, *people: str, reason: str = WHY) -> str:
    """These people ask for the same, one after the other; where the cycle then stands."""
    for number in people:
        card = queries.cycle(town.actor(number), cycle_id)
        rules.move_cycle(town.actor(number), cycle_id, to, card.version, reason)
    return queries.cycle(town.actor("A1"), cycle_id).phase


def everybody(to: str) -> Sequence[str]:
    return ("HA1", "HA2", "E1") if to == "C09" else ("HA1", "HA2")


def exists(now: str, to: str) -> bool:
    """The edges of `access.md` 1.10 in a cycle in which nobody has anything to do but goals."""
    if (now, to) == ("C06", "C05"):
        return True
    return now < to and all(phase in EMPTY for phase in PHASES if now < phase < to)


@pytest.mark.req("REVIEW-01", "BASE-01")
@pytest.mark.parametrize("now", PHASES)
def test_every_edge_that_exists_is_walked_and_every_other_refused(town: Company, now: str) -> None:
    pk = cycle(town, now)
    for to in [phase for phase in PHASES if phase != now]:
        with login(None):
            put_in_phase(now, pk)
            Cycle.objects.update(release_first=None, release_second=None, release_executive=None)
        if exists(now, to):
            assert move(town, pk, to, *everybody(to)) == to, (now, to)
            continue
        with pytest.raises((cycles.NoSuchStep, cycles.PhaseHasWork)):
            move(town, pk, to, "HA1", "HA2")
        assert queries.cycle(town.actor("A1"), pk).phase == now


@pytest.mark.req("REVIEW-01", "BASE-01")
def test_the_database_takes_single_edges_only_whoever_writes(town: Company) -> None:
    pk = cycle(town)
    for now in PHASES:
        for to in [phase for phase in PHASES if phase != now]:
            with login(None):
                put_in_phase(now, pk)
                if (now, to) in EDGES:
                    _write(pk, to)
                    continue
                with pytest.raises(IntegrityError, match="may not go"), transaction.atomic():
                    _write(pk, to)
    with login(None):
        put_in_phase("C02", pk)
    with acting(town.actor("HA1")), pytest.raises(IntegrityError), transaction.atomic():
        _write(pk, "C09")


def _write(cycle_id: int, to: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_cycle SET phase = %s WHERE id = %s", [to, cycle_id])


@pytest.mark.req("REVIEW-01")
def test_a_phase_with_work_is_not_skipped_and_is_named(town: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    pk = cycle(town, "C03")
    monkeypatch.setattr(
        PHASE_REGISTRY, "_providers", [lambda actor, ids: [PhaseWork(pk, "C04", "peer reviews", 3, 12)]]
    )
    with pytest.raises(cycles.PhaseHasWork) as caught:
        move(town, pk, "C05", "HA1")
    assert "Peer reviews" in caught.value.sentence()
    assert "peer reviews (3 of 12)" in caught.value.sentence()
    [desk] = queries.desks(town.actor("HA1"))
    assert (desk.next, desk.jumps) == ("C04", ())
    assert move(town, pk, "C04", "HA1", "HA2") == "C04"
    assert move(town, pk, "C07", "HA1", "HA2") == "C07"


@pytest.mark.req("BASE-01")
def test_work_that_comes_between_asking_and_agreeing_stops_the_jump(
    town: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = cycle(town, "C07")
    move(town, pk, "C09", "HA1", "HA2")
    monkeypatch.setattr(PHASE_REGISTRY, "_providers", [lambda actor, ids: [PhaseWork(pk, "C08", "bonus", 0, 1)]])
    with pytest.raises(cycles.PhaseHasWork):
        move(town, pk, "C09", "E1")
    assert move(town, pk, "C08", "HA1", "HA2") == "C08"
    assert move(town, pk, "C09", "HA1", "HA2") == "C08"
    assert move(town, pk, "C09", "E1") == "C09"


@pytest.mark.req("REVIEW-01")
def test_the_way_back_takes_a_reason_that_is_kept(town: Company) -> None:
    pk = cycle(town, "C06")
    with pytest.raises(cycles.NeedsReason):
        move(town, pk, "C05", "HA1", reason="太短")
    assert move(town, pk, "C05", "HA1") == "C06"
    [desk] = queries.desks(town.actor("HA2"))
    assert (desk.asked_to, desk.reason, desk.part) == ("C05", WHY, "HA")
    assert move(town, pk, "C05", "HA2", reason="") == "C05"
    with login(None):
        kept = [line.details.get("reason") for line in Entry.objects.filter(act="people.agree_move_cycle")]
    assert kept == [WHY]


# ── the release takes three ─────────────────────────────────────────────────────────────────────────────────────


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


def test_a_step_is_agreed_to_as_it_was_read(town: Company) -> None:
    pk = cycle(town, "C02")
    card = queries.cycle(town.actor("HA1"), pk)
    move(town, pk, "C03", "HA1", "HA2")
    with pytest.raises(Changed):
        rules.move_cycle(town.actor("HA1"), pk, "C04", card.version)


# ── who would act ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("BASE-01", "PEOPLE-02")
def test_a_cycle_begins_only_where_somebody_can_act_for_everybody(town: Company) -> None:
    with login(None):
        Person.objects.filter(number="X1").update(is_active=False)
    pk = cycle(town)
    with pytest.raises(cycles.NobodyActs) as caught:
        move(town, pk, "C01", "HA1")
    assert "E1" in caught.value.sentence()
    assert "external person" in caught.value.sentence()
    with login(None):
        Person.objects.filter(number="X1").update(is_active=True)
    assert move(town, pk, "C01", "HA1", "HA2") == "C01"
    with login(None):
        [entry] = Entry.objects.filter(act="people.move_cycle")
    assert entry.details["rule_version"].startswith("waived")


@pytest.mark.req("BASE-01")
def test_a_lone_administrator_is_a_gap(town: Company) -> None:
    with login(None):
        Seat.objects.filter(seat="HA", person=town.people["HA2"]).update(revoked_at=START)
    ready = queries.readiness(town.actor("HA1"), town.units["U0"].pk)
    assert {act.act: act.lacks for act in ready.acts} == {
        "move": "HA",
        "release": "HA",
        "calibration": "CF",
        "bonus": "",
    }
    assert any("two HR administrators" in said for said in queries.gaps(town.actor("HA1"), ready))


def one_by_one(town: Company, scope: str) -> dict[str, dict[str, int]]:
    """The same answer, asked person by person of the function that approvals use."""
    found: dict[str, dict[str, int]] = {"LM": {}, "BP": {}}
    place = town.units[scope]
    place.refresh_from_db()
    inside = Person.objects.filter(
        is_active=True, kind="employee", unit__place__gte=place.place, unit__place__lte=place.place_end
    )  # fmt: skip
    for person in inside:
        for step, chain in (("LM", ("LM", "SK", "BP", "HA", "OUT")), ("BP", ("BP", "HA", "OUT"))):
            who = next(
                (role for role in chain if _candidates(role, person) - {person.manager_id if role != "LM" else 0}), ""
            )
            found[step][who] = found[step].get(who, 0) + 1
    return found


def _candidates(role: str, person: Person) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.candidates(%s, %s)", [role, person.pk])
        return {line[0] for line in cursor.fetchall()}


@pytest.mark.req("BASE-01", "PEOPLE-02")
@pytest.mark.parametrize("scope", ["U0", "U1", "HR"])
def test_the_count_for_all_is_what_each_would_be_told(town: Company, scope: str) -> None:
    with login(None):
        Conflict.objects.create(holder=town.people["HR2"], other=town.people["B1"], reason="亲属")
        Seat.objects.create(person=town.people["A1"], seat="BP", scope=town.units["U0"], granted_at=START)
        Person.objects.filter(number="M2").update(is_active=False)
        renumber()
        expected = one_by_one(town, scope)
    ready = queries.readiness(town.actor("HA1"), town.units[scope].pk)
    counted = {step.step: {**step.by_who, **({"": step.nobody} if step.nobody else {})} for step in ready.steps}
    assert {step: counted[step] for step in expected} == expected


@pytest.mark.req("BASE-01")
def test_who_would_act_costs_the_same_for_few_and_many(town: Company) -> None:
    def cost() -> int:
        with acting(town.actor("HA1")), CaptureQueriesContext(connection) as asked:
            queries.readiness(town.actor("HA1"), town.units["U0"].pk)
        return len(asked)

    few = cost()
    with login(None):
        unit = town.units["U2"]
        Person.objects.bulk_create(
            Person(number=f"N{n}", name="N", entity=unit.entity, email=f"n{n}@example.com", sort_key="N", unit=unit,
                   manager=town.people["M2"], place=10_000 + n)
            for n in range(300)
        )  # fmt: skip
    assert cost() == few == 2


@pytest.mark.req("PEOPLE-02")
def test_an_outside_person_is_hired_by_two_led_by_nobody_and_in_no_review(golden: Golden) -> None:
    from datetime import date

    new = rules.Hire(number="X1", name="梁外部", email="x1@example.com", hired=date(2026, 4, 1), kind="external",
                     unit_id=golden.unit("U0"))  # fmt: skip
    rules.changes.confirm(golden.actor("E016"), rules.changes.ask_hire(golden.actor("E015"), new))
    found = queries.by_number(golden.actor("E015"), ["X1"])["X1"]
    assert found.manager_id is None
    assert found.id not in queries.stretches(golden.actor("E015"), None, date(2026, 4, 1), date(2026, 6, 30))
    assert queries.who_acts("LM", golden.id("E001")) == found.id


# ── the page and the API ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def at(golden: Golden) -> Callable[[str], Client]:
    """Browsers of the golden company, whose chief and HR an outside person looks after."""
    with login(None):
        top = Person.objects.get(number="E001").unit
        assert top
        makers.outside(top)
        Account.objects.update(locale="en")
    return lambda number: sign_in(golden.id(number))


def _read(client: Client, name: str, *args: Any) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.req("REVIEW-01", "PEOPLE-02")
def test_the_page_shows_the_next_step_and_whose_turn_it_is(golden: Golden, at: Callable[[str], Client]) -> None:
    with login(None):
        pk = Cycle.objects.get().pk
    ready = _read(at("E015"), "people:cycle_ready", pk)
    assert "the cycle can begin" in ready
    assert "Waived" in ready
    assert at("E006").get(reverse("people:cycle_ready", args=[pk])).status_code == 403
    shown = _read(at("E015"), "people:cycles")
    assert "Next: Setting goals" in shown
    assert "Next:" not in _read(at("E006"), "people:cycles")
    with login(None):
        put_in_phase("C08")
    address = reverse("people:cycle_move", args=[pk]) + "?to=C09"
    at("E016").post(address, {"version": 1})
    names = {"E016": "李慎", "E015": "钱多多", "E001": "陈思远"}
    shown = _read(at("E001"), "people:cycles")
    assert f"{names['E016']} agreed" in shown
    assert f"{names['E015']} still has to agree" in shown
    assert f"{names['E001']} still has to agree" in shown
    assert "Agree" in shown
    at("E001").post(address, {"version": 1})
    at("E015").post(address, {"version": 1})
    assert queries.cycle(golden.actor("E015"), pk).phase == "C09"


@pytest.mark.req("REVIEW-01", "BASE-01")
def test_the_api_says_the_next_step_and_refuses_with_a_sentence(golden: Golden, at: Callable[[str], Client]) -> None:
    with login(None):
        put_in_phase("C02")
        pk = Cycle.objects.get().pk
    root = f"/api/v1/people/cycles/{pk}"

    def send(number: str, **body: Any) -> Any:
        return at(number).post(f"{root}/move", body, content_type="application/json")

    told = at("E015").get(f"{root}/next").json()
    assert (told["next"], told["asked_to"], told["part"], told["back"]) == ("C03", "", "HA", False)
    refused = send("E015", to="C12", version=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "phase_has_work")
    assert send("E001", to="C03", version=1).status_code == 403
    assert send("E015", to="C03", version=1).status_code == 202
    assert at("E016").get(f"{root}/next").json()["turns"][0]["by"] == golden.id("E015")
    assert send("E016", to="C03", version=1).status_code == 200
    ready = at("E015").get(f"{root}/ready").json()
    assert (ready["gaps"], ready["rule_version"]) == ([], "waived")
    assert {step["step"]: step["nobody"] for step in ready["steps"]} == {"LM": 0, "SK": 0, "BP": 0}
