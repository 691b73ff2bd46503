"""The rows 11a–11d and 11f–11i of the table, cell by cell: by raw SQL as the web login and through the queries."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from beichen.people.models import Cycle, Seat
from beichen.people.rules import places
from beichen.platform.access import policy
from beichen.platform.access.current import acting
from beichen.platform.access.permissions import relations_to, seats_of, seats_over
from beichen.platform.auth.models import Account
from beichen.platform.kit.errors import Forbidden, NotFound
from beichen.reward import queries, rules
from beichen.reward.tests.makers import Money, money

pytestmark = pytest.mark.django_db
TABLES = ("scenario", "bonusentry", "bonuspool", "bonusaward", "bonusbasis", "adjustment", "consent")


@pytest.fixture
def made(owner_db: Any, worker_db: Any) -> Money:
    found = money(owner_db, worker_db)
    found.make_plan()
    found.simulate()
    return found


def raw(sql: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [line[0] for line in cursor.fetchall()]


def cells(actor: Any, subject: int, row: str) -> set[str]:
    columns = relations_to(actor, subject) & set(policy.COLUMNS)
    return set("".join(policy.row(row).cells[column] for column in columns))


def amounts_follow(made: Money, row: str, key: str = "A") -> None:
    """Every person against every person: a readable cell gives the row, any other gives none."""
    awards = made.awards(key)
    for viewer in made.company.people:
        actor = made.actor(viewer)
        with acting(actor):
            seen = set(raw("SELECT id FROM reward_bonusaward"))
            for number, award in awards.items():
                wanted = bool(cells(actor, award.subject_id, row) & set("rw"))
                assert (award.pk in seen) == wanted, (viewer, number, row)


@pytest.mark.req("OUTCOME-01", "BASE-01")
def test_awards_follow_the_state_of_their_plan(made):
    amounts_follow(made, "11h")
    made.choose()
    amounts_follow(made, "11a")
    amounts_follow(made, "11h", "B")
    made.pass_all()
    made.lock()
    amounts_follow(made, "11b")
    made.release_ratings("A1", "M1")
    made.phase("C09")
    made.letters()
    released = {"A1", "M1"}
    awards = made.awards()
    for viewer in made.company.people:
        actor = made.actor(viewer)
        with acting(actor):
            seen = set(raw("SELECT id FROM reward_bonusaward"))
            for number, award in awards.items():
                row = "11c" if number in released else "11b"
                assert (award.pk in seen) == bool(cells(actor, award.subject_id, row) & set("rw")), (viewer, number)


def reads_pool(made: Money, viewer: str, pool: Any, row: str) -> bool:
    """11d by its note: LM is the head of the unit, SK whoever leads the head; seats go by scope."""
    actor = made.actor(viewer)
    columns = set(seats_of(actor)) - {"CO"}
    if viewer == "HR1" and pool.unit_code != "U1":
        columns -= {"BP"}
    if row == "11d" and pool.manager_id:
        if pool.manager_id == made.id(viewer):
            columns.add("LM")
        if {"LM", "SK", "UP"} & relations_to(actor, pool.manager_id):
            columns.add("SK")
    return bool(set("".join(policy.row(row).cells[column] for column in columns)) & set("rw"))


@pytest.mark.req("OUTCOME-01", "BASE-01")
def test_pools_are_read_by_their_head_the_line_above_and_the_seats(made):
    for state in ("11i", "11d"):
        if state == "11d":
            made.choose()
        for viewer in made.company.people:
            with acting(made.actor(viewer)):
                seen = set(raw("SELECT id FROM reward_bonuspool"))
                for pool in made.pools().values():
                    assert (pool.pk in seen) == reads_pool(made, viewer, pool, state), (viewer, pool.unit_code, state)


@pytest.mark.req("BASE-01")
def test_without_an_actor_every_table_is_empty(made):
    for table in TABLES:
        assert raw(f"SELECT count(*) FROM reward_{table}") == [0]


@pytest.mark.req("BASE-01")
def test_nobody_writes_pools_or_awards_by_sql(made):
    made.choose()
    for viewer in ("CA1", "M1", "E1", "HA1", "A1"):
        with acting(made.actor(viewer)), connection.cursor() as cursor:
            for table in ("bonuspool", "bonusaward", "bonusentry"):
                cursor.execute(f"DELETE FROM reward_{table}")
                assert cursor.rowcount == 0, (viewer, table)
            cursor.execute("UPDATE reward_bonusaward SET amount = amount + 1")
            assert cursor.rowcount == 0, viewer


@pytest.mark.req("BASE-01")
def test_policies_are_read_by_their_seats_alone(made):
    for viewer in made.company.people:
        actor = made.actor(viewer)
        with acting(actor):
            over = seats_over(actor, made.company.units["U0"].pk) & set(policy.SEATS)
            held = "".join(policy.row("11g").cells[seat] for seat in over)
            assert bool(raw("SELECT id FROM reward_scenario")) == bool(set(held) & set("rw")), viewer


@pytest.mark.req("OUTCOME-01")
def test_who_knows_of_a_plan(made):
    def known(number: str) -> bool:
        return bool(queries.plans(made.actor(number)))

    assert {n for n in made.company.people if known(n)} == {"CA1", "HA1", "HA2", "E1", "HR1", "HR2"}
    made.choose()
    assert known("M1")
    assert not known("A1")
    made.pass_all()
    made.lock()
    made.release_ratings("A1")
    made.phase("C09")
    made.letters()
    assert known("A1")
    assert not known("A2")


def test_a_job_without_a_grant_sees_nothing(made, worker_db):
    from beichen.platform.kit.actor import system

    with worker_db(), acting(system("goals.remind", "test")):
        for table in TABLES:
            assert raw(f"SELECT count(*) FROM reward_{table}") == [0]


@pytest.mark.req("BASE-01")
def test_every_read_of_amounts_leaves_one_audit_row(made, owner_db):
    def reads() -> int:
        with owner_db():
            return int(raw("SELECT count(*) FROM audit_entry WHERE act = 'read' AND kind LIKE 'reward.%%'")[0])

    made.choose()
    pool = made.pools()["U1"]
    for viewer, read in (
        ("M1", lambda actor: queries.pool_sheet(actor, pool.pk)),
        ("CA1", lambda actor: queries.comparison(actor, made.plan_id, queries.scenarios(actor, made.plan_id))),
        ("E1", lambda actor: queries.pools(actor, queries.plan(actor, made.plan_id))),
    ):
        before = reads()
        read(made.actor(viewer))
        assert reads() == before + 1, viewer
    with pytest.raises(NotFound):
        queries.pool_sheet(made.actor("M2"), pool.pk)


def seen_bases(made: Money, viewer: str) -> set[int]:
    with acting(made.actor(viewer)):
        return set(raw("SELECT award_id FROM reward_bonusbasis"))


def assert_bases_follow(made: Money, row: str, also: frozenset[tuple[str, str]] = frozenset()) -> None:
    """A target is read where both cells are: that of its award (11a–11c, 11h) and that of pay (12a)."""
    awards = made.awards()
    for viewer in made.company.people:
        seen = seen_bases(made, viewer)
        with acting(made.actor(viewer)):
            for number, award in awards.items():
                both = all(cells(made.actor(viewer), award.subject_id, one) & set("rw") for one in (row, "12a"))
                assert (award.pk in seen) == (both or (viewer, number) in also), (viewer, number, row)


@pytest.mark.req("OUTCOME-01", "BASE-01")
def test_target_behind_an_award_is_pay(made, owner_db):
    """12a: mask M5 for the line; exact only in C8, for own reports, where the cycle says so."""
    assert_bases_follow(made, "11h")
    made.choose()
    assert_bases_follow(made, "11a")
    own = {(p.manager.number, p.number) for p in made.company.people.values() if p.manager is not None}
    with owner_db():
        cycle = Cycle.objects.get(pk=made.cycle_id)
        cycle.settings = {**cycle.settings, "reward": {"managers_see_targets": True}}
        cycle.save(update_fields=["settings"])
    with_award = {(viewer, number) for viewer, number in own if number in made.awards()}
    assert_bases_follow(made, "11a", frozenset(with_award))
    made.phase("C09")
    assert_bases_follow(made, "11a")


@pytest.mark.req("OUTCOME-01", "BASE-01")
def test_page_and_api_keep_the_target_from_the_line(made, client):
    """M5 on both doors: M1 adjusts the amounts of U1 and reads no target there; the HRBP reads it."""
    made.choose()
    pool, award = made.pools()["U1"], made.awards()["A2"]
    target = made.targets()["A2"]
    shown = f"{target // 100:,}.{target % 100:02}"
    for viewer, reads in (("M1", False), ("HR1", True), ("CA1", True)):
        enter(client, made, viewer)
        found = client.get(f"/api/v1/reward/pools/{pool.pk}").json()["awards"]
        (line,) = [one for one in found if one["id"] == award.pk]
        assert line["target"] == (target if reads else None), viewer
        html = client.get(reverse("reward:pool", args=[pool.pk])).content.decode()
        assert (shown in html) == reads, viewer
        assert ("hidden: only the person" in html) != reads, viewer


def enter(client: Any, made: Money, number: str) -> None:
    account, _new = Account.objects.get_or_create(
        person_id=made.id(number),
        defaults={"email": f"{number.lower()}@example.cn", "name": number, "locale": "en"},
    )
    client.force_login(account)


@pytest.mark.req("BASE-01", "OUTCOME-01")
def test_plans_and_policies_are_cut_to_the_scope_of_the_seat(made, owner_db, client):
    """G20: HR1 is HRBP of U1 alone. What speaks of the whole company (11g) is closed; the pools of U1
    and of HR, which HR1 heads, are not (11d).
    """
    made.choose()
    hr1, hr2 = made.actor("HR1"), made.actor("HR2")
    assert [p.id for p in queries.plans(hr1)] == [made.plan_id]
    assert queries.scenarios(hr1, made.plan_id) == []
    assert len(queries.scenarios(hr2, made.plan_id)) == 2
    assert {p.unit.code for p in queries.pools(hr1, queries.plan(hr1, made.plan_id)).lines} == {"U1", "HR"}
    with owner_db():
        Seat.objects.filter(person=made.company.people["CA1"]).update(scope=made.company.units["U2"])
        Seat.objects.filter(person=made.company.people["HA1"]).update(scope=made.company.units["U2"])
        places.renumber()
    for act in (
        lambda: rules.ask_simulation(made.actor("CA1"), made.plan_id, made.version),
        lambda: rules.create_plan(made.actor("CA1"), made.cycle_id, "另一份"),
        lambda: rules.ask_letters(made.actor("HA1"), made.plan_id, made.version),
    ):
        with pytest.raises(Forbidden):
            act()
    enter(client, made, "CA1")
    html = client.get(reverse("reward:plan", args=[made.plan_id])).content.decode()
    assert "按贡献" not in html
    assert client.get(f"/api/v1/reward/plans/{made.plan_id}/policies").json() in ([], {"items": []})


@pytest.mark.req("BASE-01")
def test_a_seat_elsewhere_knows_of_no_plan(made, owner_db):
    """G20: outside its scope the holder of a seat is a colleague, to whom 11f is closed."""
    with owner_db():
        Cycle.objects.filter(pk=made.cycle_id).update(scope=made.company.units["U2"])
    assert queries.plans(made.actor("HR1")) == []
    assert [p.id for p in queries.plans(made.actor("HR2"))] == [made.plan_id]
