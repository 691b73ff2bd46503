"""From a draft to the letters: who may do what when, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from beichen.people import queries as people
from beichen.people.rules.cycles import PhaseHasWork, WrongPhase, move_cycle
from beichen.platform.kit import clock
from beichen.platform.kit.errors import Changed, Forbidden, NotFound, Refused
from beichen.platform.kit.words import BadValue
from beichen.reward import queries, rules
from beichen.reward.formulas.shares import version_of
from beichen.reward.rules import Change, errors
from beichen.reward.tests.makers import Money, money

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(owner_db: Any, worker_db: Any) -> Money:
    """A simulated plan."""
    made = money(owner_db, worker_db)
    made.make_plan()
    made.edit("B", unit_flattening={"U0": "0.5"})
    made.simulate()
    return made


@pytest.fixture
def proposed(ready: Money) -> Money:
    ready.choose()
    return ready


@pytest.mark.req("REVIEW-01")
def test_a_cycle_passes_over_the_compensation_only_without_a_bonus_plan(owner_db, worker_db):
    made = money(owner_db, worker_db)
    made.phase("C07")
    hr = made.actor("HA1")
    assert [line.phase for line in queries.phase_work(hr, {made.cycle_id: "C07"})] == []
    assert people.desks(hr, made.cycle_id)[0].jumps[0] == "C09"
    made.phase("C08")
    made.make_plan()
    made.phase("C07")
    with pytest.raises(PhaseHasWork):
        move_cycle(hr, made.cycle_id, "C09", people.cycle(hr, made.cycle_id).version)


def check_sums() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.req("OUTCOME-01")
def test_a_head_is_paid_from_the_pool_above(ready):
    pools, awards = ready.pools(), ready.awards()
    assert awards["M1"].pool_id == pools["U0"].pk
    assert awards["A1"].pool_id == pools["U1"].pk
    assert pools["U1"].manager_id == ready.id("M1")
    assert {n for n, a in awards.items() if a.pool_id == pools["U1"].pk} == {"A1", "A2", "A3"}


@pytest.mark.req("OUTCOME-01")
def test_every_pool_is_spent_exactly_under_both_policies(ready):
    for key in "AB":
        awards = ready.awards(key).values()
        for pool in ready.pools(key).values():
            assert sum(a.amount for a in awards if a.pool_id == pool.pk) + pool.unallocated == pool.value


@pytest.mark.req("OUTCOME-01")
@pytest.mark.fault("F21")
def test_simulating_twice_gives_the_same(ready):
    before = {n: a.amount for n, a in ready.awards().items()}
    ready.simulate()
    assert {n: a.amount for n, a in ready.awards().items()} == before


def test_simulation_belongs_to_compensation_and_needs_results(owner_db, worker_db):
    made = money(owner_db, worker_db)
    made.make_plan()
    made.phase("C07")
    with pytest.raises(WrongPhase):
        rules.ask_simulation(made.actor("CA1"), made.plan_id, made.version)
    made.phase("C08")
    with owner_db():
        from beichen.reviews.models import RatingContent

        RatingContent.objects.all().delete()
    made.simulate()
    problems = [s.problem["code"] for s in queries.scenarios(made.actor("CA1"), made.plan_id)]
    assert problems == ["no_results", "no_results"]
    with pytest.raises(errors.NotSimulated):
        made.choose()


def test_all_zero_coefficients_are_reported_not_divided(owner_db, worker_db):
    made = money(owner_db, worker_db)
    with owner_db():
        from beichen.reviews.models import RatingContent

        RatingContent.objects.update(coefficient=0, decided="D", suggested="D", final="D")
    made.make_plan()
    made.edit("B", mode="fixed", fixed_total=1_000_000, company={"coefficient": "0"})
    made.simulate()
    a, b = queries.scenarios(made.actor("CA1"), made.plan_id)
    assert a.facts["shared"] == 0
    assert a.facts["unallocated"] == a.facts["total"] > 0
    assert b.problem["code"] == "bad_value"


def test_floors_above_a_pool_are_refused_by_name(owner_db, worker_db):
    made = money(owner_db, worker_db)
    made.make_plan()
    made.edit("A", floor_percent="90", company={"coefficient": "0.5"})
    made.simulate()
    found = queries.scenarios(made.actor("CA1"), made.plan_id)[0]
    assert found.problem["code"] == "floors_too_high"
    assert found.problem["params"]["unit"]


def test_settings_freeze_with_the_choice_and_a_changed_one_must_run_again(ready):
    ready.edit("A", company={"coefficient": "1.1"})
    with pytest.raises(errors.NotSimulated):
        ready.choose()
    ready.simulate()
    ready.choose()
    with pytest.raises(errors.PlanDecided):
        ready.edit("A", company={"coefficient": "1.2"})
    with pytest.raises(errors.PlanDecided):
        rules.ask_simulation(ready.actor("CA1"), ready.plan_id, ready.version)


def test_bad_settings_are_refused_by_field(ready):
    for entered, field in (
        ({"company": {"coefficient": "-1"}}, "company_coefficient"),
        ({"cap_percent": "50", "floor_percent": "60"}, "cap_percent"),
        ({"unit_flattening": {"U1": "1.5"}}, "flattening"),
        ({"mode": "fixed", "fixed_total": None}, "fixed_total"),
        ({"units": {"U9": {"coefficient": "1"}}}, "units"),
        ({"reserve_percent": "x"}, "reserve_percent"),
    ):
        with pytest.raises(Refused) as refused:
            ready.edit("A", **entered)
        assert refused.value.field == field, refused.value


def test_an_old_version_changes_nothing(ready):
    with pytest.raises(Changed):
        rules.choose(ready.actor("CA1"), ready.plan_id, "A", ready.version - 1)


def test_only_the_compensation_administrator_sets_up(ready):
    for number in ("M1", "A1", "HR1"):
        with pytest.raises(Forbidden):
            rules.create_plan(ready.actor(number), ready.cycle_id, "x")
    with pytest.raises(Forbidden):
        rules.choose(ready.actor("E1"), ready.plan_id, "A", ready.version)
    with pytest.raises(NotFound):
        rules.choose(ready.actor("A1"), ready.plan_id, "A", ready.version)


@pytest.mark.req("OUTCOME-01")
def test_a_manager_moves_money_within_the_limit_and_the_pool(proposed):
    pool, awards = proposed.pools()["U1"], proposed.awards()
    boss = proposed.actor("M1")
    changes = [Change(awards["A1"].pk, -500, "交付晚了两周"), Change(awards["A2"].pk, 500, "替别人值了两周班")]
    version = queries.pool_sheet(boss, pool.pk).version
    assert rules.adjust(boss, pool.pk, changes, version) == 2
    check_sums()
    assert rules.adjust(boss, pool.pk, changes, version) == 2
    assert proposed.adjustments() == {"A1": -500, "A2": 500}
    for bad, field in (
        ([Change(awards["A1"].pk, -500, "x")], "adjustments"),
        ([Change(awards["A1"].pk, -500, ""), Change(awards["A2"].pk, 500, "x")], "reason"),
        ([Change(awards["A1"].pk, -900_000, "x"), Change(awards["A2"].pk, 900_000, "x")], "adjustment"),
    ):
        with pytest.raises(BadValue) as refused:
            rules.adjust(boss, pool.pk, bad, version)
        assert refused.value.field == field
    assert rules.adjust(boss, pool.pk, [], queries.pool_sheet(boss, pool.pk).version) == 0
    assert proposed.adjustments() == {}


@pytest.mark.fault("F18")
def test_two_who_adjust_a_pool_at_once_do_not_undo_each_other(proposed):
    pool, awards = proposed.pools()["U1"], proposed.awards()
    boss, paying = proposed.actor("M1"), proposed.actor("CA1")
    changes = [Change(awards["A1"].pk, -500, "交付晚了两周"), Change(awards["A2"].pk, 500, "替别人值了两周班")]
    theirs = queries.pool_sheet(paying, pool.pk).version
    rules.adjust(boss, pool.pk, changes, queries.pool_sheet(boss, pool.pk).version)
    for stale in (theirs, 0):
        with pytest.raises(Changed):
            rules.adjust(paying, pool.pk, [], stale)
    assert proposed.adjustments() == {"A1": -500, "A2": 500}
    rules.adjust(paying, pool.pk, [], queries.pool_sheet(paying, pool.pk).version)
    assert proposed.adjustments() == {}


def test_a_manager_reaches_own_reports_only(proposed):
    pools, awards = proposed.pools(), proposed.awards()
    with pytest.raises(NotFound):
        rules.adjust(proposed.actor("M1"), pools["U1"].pk, [Change(awards["A3"].pk, 1, "x")], 0)
    for number in ("M2", "A2", "HA1"):
        with pytest.raises(NotFound):
            rules.adjust(proposed.actor(number), pools["U1"].pk, [], 0)
    with pytest.raises(NotFound):
        rules.adjust(proposed.actor("M1"), pools["U1"].pk, [Change(awards["B1"].pk, 1, "x")], 0)
    assert rules.adjust(proposed.actor("A1"), pools["U1"].pk, [], 0) == 0


def test_adjustments_end_with_their_day_and_with_consent(ready):
    ready.choose(adjust_until=date(2026, 7, 10))
    pool = ready.pools()["U1"]
    with clock.frozen(_at(2026, 7, 11)), pytest.raises(errors.TooLate):
        rules.adjust(ready.actor("M1"), pool.pk, [], 0)
    with clock.frozen(_at(2026, 7, 9)):
        rules.adjust(ready.actor("M1"), pool.pk, [], 0)
        rules.pass_on(ready.actor("E1"), pool.pk)
        with pytest.raises(errors.PassedOn):
            rules.adjust(ready.actor("M1"), pool.pk, [], 0)
        rules.take_back(ready.actor("E1"), pool.pk)
        rules.adjust(ready.actor("M1"), pool.pk, [], 0)


def _at(year: int, month: int, day: int) -> Any:
    from datetime import UTC, datetime

    return datetime(year, month, day, 2, tzinfo=UTC)


def test_a_head_does_not_pass_on_the_own_pool(proposed):
    with pytest.raises(Forbidden):
        rules.pass_on(proposed.actor("M1"), proposed.pools()["U1"].pk)
    with pytest.raises(NotFound):
        rules.pass_on(proposed.actor("M2"), proposed.pools()["U1"].pk)


def test_the_plan_waits_for_every_pool(proposed):
    with pytest.raises(errors.PoolsWaiting) as refused:
        rules.consolidate(proposed.actor("CA1"), proposed.plan_id, proposed.version)
    assert refused.value.params["count"] == 3
    proposed.pass_all()
    rules.consolidate(proposed.actor("CA1"), proposed.plan_id, proposed.version)
    assert proposed.plan().state == "consolidated"


@pytest.mark.req("OUTCOME-01")
def test_compensation_and_executive_lock_together(proposed):
    proposed.pass_all()
    rules.consolidate(proposed.actor("CA1"), proposed.plan_id, proposed.version)
    ca, ex = proposed.actor("CA1"), proposed.actor("E1")
    assert rules.approve(ca, proposed.plan_id, proposed.version) is False
    assert rules.approve(ca, proposed.plan_id, proposed.version) is False
    with pytest.raises(Forbidden):
        rules.approve(proposed.actor("HA1"), proposed.plan_id, proposed.version)
    assert rules.approve(ex, proposed.plan_id, proposed.version) is True
    plan = proposed.plan()
    assert (plan.state, plan.first_approver_id, plan.second_approver_id) == ("locked", ca.person_id, ex.person_id)


def test_two_of_the_same_seat_are_not_enough(proposed, owner_db):
    from beichen.people.models import Seat
    from beichen.people.rules import places
    from beichen.people.tests.makers import START

    with owner_db():
        Seat.objects.create(
            person=proposed.company.people["A1"], seat="CA", scope=proposed.company.units["U0"], granted_at=START,
            granted_by=0,
        )  # fmt: skip
        places.renumber()
    proposed.pass_all()
    rules.consolidate(proposed.actor("CA1"), proposed.plan_id, proposed.version)
    assert rules.approve(proposed.actor("CA1"), proposed.plan_id, proposed.version) is False
    with pytest.raises(errors.OtherSeatNeeded):
        rules.approve(proposed.actor("A1"), proposed.plan_id, proposed.version)


def test_a_locked_plan_opens_again_only_by_both(proposed):
    proposed.pass_all()
    proposed.lock()
    assert rules.unlock(proposed.actor("E1"), proposed.plan_id, proposed.version) is False
    assert rules.unlock(proposed.actor("CA1"), proposed.plan_id, proposed.version) is True
    assert proposed.plan().state == "proposed"


@pytest.mark.req("OUTCOME-01")
def test_letters_go_to_released_ratings_only_and_hr_reads_no_amount(proposed):
    proposed.pass_all()
    proposed.lock()
    with pytest.raises(WrongPhase):
        rules.ask_letters(proposed.actor("HA1"), proposed.plan_id, proposed.version)
    proposed.release_ratings("A1", "A2")
    proposed.phase("C09")
    proposed.letters()
    plan = proposed.plan()
    assert (plan.state, plan.letters_out, plan.letters_due) == ("released", 2, 9)
    assert queries.letter(proposed.actor("A1"), plan.pk, proposed.id("A1")).total == proposed.awards()["A1"].amount
    assert queries.letters(proposed.actor("A3"), proposed.id("A3")) == []
    with pytest.raises(NotFound):
        queries.letter(proposed.actor("A3"), plan.pk, proposed.id("A3"))
    with pytest.raises(NotFound):
        queries.letter(proposed.actor("HA1"), plan.pk, proposed.id("A1"))
    proposed.release_ratings("A3")
    proposed.letters()
    assert proposed.plan().letters_out == 3
    assert len(queries.letters(proposed.actor("A3"), proposed.id("A3"))) == 1


@pytest.mark.req("OUTCOME-01")
@pytest.mark.fault("F21")
def test_the_database_refuses_a_pool_that_does_not_add_up(proposed, owner_db):
    award = proposed.awards()["A1"]
    found = type(award).objects.filter(pk=award.pk)
    for change in (lambda: found.update(amount=award.amount + 1), found.delete):
        with owner_db(), transaction.atomic():
            with pytest.raises(IntegrityError), transaction.atomic():
                change()
            transaction.set_rollback(True)


def test_the_database_refuses_an_edge_that_is_not_on_the_list(ready, owner_db):
    from beichen.reward.models import BonusPlan

    for state in ("consolidated", "released"):
        with owner_db(), pytest.raises(IntegrityError), transaction.atomic():
            BonusPlan.objects.filter(pk=ready.plan_id).update(state=state)


@pytest.mark.req("OUTCOME-01")
def test_every_story_adds_up_to_what_is_paid(proposed):
    awards = proposed.awards()
    changes = [Change(awards["A1"].pk, -500, "x"), Change(awards["A2"].pk, 500, "y")]
    rules.adjust(proposed.actor("M1"), proposed.pools()["U1"].pk, changes, version_of(()))
    sheet = queries.pool_sheet(proposed.actor("HR2"), proposed.pools()["U1"].pk)
    assert len(sheet.lines) == 3
    for line in sheet.lines:
        assert line.story is not None
        assert sum(value for _, value in line.story.steps) == line.final == line.story.final


def test_the_comparison_counts_every_cent(ready):
    pair = queries.scenarios(ready.actor("CA1"), ready.plan_id)
    found = queries.comparison(ready.actor("CA1"), ready.plan_id, pair)
    a, b = ready.awards("A"), ready.awards("B")
    shown = set(a) - {"CA1", "HR1"}  # G2: the own file and the own HR team stay closed
    moves = {n: b[n].amount - a[n].amount for n in shown}
    signs = [(m > 0) - (m < 0) for m in moves.values()]
    assert found.counts == (signs.count(1), signs.count(-1), signs.count(0))
    assert found.sums == (sum(m for m in moves.values() if m > 0), sum(m for m in moves.values() if m < 0))
    assert found.hidden == 2
    assert sum(p.difference for p in found.pools.lines) == pair[1].facts["total"] - pair[0].facts["total"]
    assert {m.person.number for m in (*found.gains, *found.losses)} == {n for n, m in moves.items() if m}
    assert found.curves is not None


def test_the_executive_compares_sums_and_nobody_also_after_the_choice(proposed):
    chief = proposed.actor("E1")
    found = queries.comparison(chief, proposed.plan_id, queries.scenarios(chief, proposed.plan_id))
    assert found.pools.lines
    assert (found.counts, found.gains, found.losses, found.curves) == ((0, 0, 0), (), (), None)
