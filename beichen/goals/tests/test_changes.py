"""Changing running goals: who asks, who decides, what is kept, and what it does to scores."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from beichen.goals import queries, rules
from beichen.goals.formulas import versions as v
from beichen.goals.models import Goal, GoalStat, GoalVersion, KeyResult
from beichen.goals.queries.season import Lock, Season
from beichen.goals.rules import changes, errors, rollup
from beichen.goals.rules.changes import ChangeInput, ResultChange
from beichen.goals.tests.makers import NOON, goal, key_result, world
from beichen.people.models import Cycle
from beichen.people.rules.cycles import WrongPhase
from beichen.platform.access.current import acting
from beichen.platform.audit.models import Entry
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Changed, Forbidden, NotFound
from beichen.platform.kit.words import BadValue
from beichen.platform.notify.models import Notice
from tests.database import put_in_phase

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_16_may")]
WHY = "大客户推迟到下半年"


@pytest.fixture
def made(owner_db):
    with owner_db():
        found = world()
        target = goal(found, "续费率回到 90%", "A1")
        key_result(target, "续费率", 6000)
        key_result(target, "回访客户", 4000)
    return found


def of(made):
    target = made.goals["续费率回到 90%"]
    first, second = KeyResult.objects.filter(goal=target).order_by("pk")
    return target.pk, first.pk, second.pk


def ask(made, entered, who="A1"):
    goal_id = made.goals["续费率回到 90%"].pk
    return rules.ask_change(made.actor(who), goal_id, entered, queries.goal(made.actor(who), goal_id).version)


def settle(made, **chosen):
    """What HR chose for the cycle."""
    cycle = Cycle.objects.get(pk=made.cycle.pk)
    cycle.settings = {**cycle.settings, "goals": {**cycle.settings.get("goals", {}), **chosen}}
    cycle.save()


def kept(version, key_result_id):
    found = version.terms.result(key_result_id)
    assert found
    return found


def target_of(key_result_id):
    return int(KeyResult.objects.get(pk=key_result_id).target or 0)


def drained(made):
    rollup.drain(system("goals.drain", "test"), made.cycle.pk)


@pytest.mark.req("GOAL-08")
def test_a_change_is_asked_decided_and_kept(made):
    goal_id, first, _second = of(made)
    me, boss = made.actor("A1"), made.actor("M1")
    change = ask(made, ChangeInput(reason=WHY, results={first: ResultChange(target=Decimal(80))}))
    assert queries.goal(me, goal_id).state == "changing"
    assert target_of(first) == 100
    assert ask(made, ChangeInput(reason=WHY, results={first: ResultChange(target=Decimal(80))})).pk == change.pk
    [waiting] = queries.waiting_changes(boss)
    [line] = waiting.differences
    assert (waiting.reason, line.name, line.before, line.after) == (WHY, "target", Decimal(100), Decimal(80))
    with pytest.raises(errors.ChangePending):
        rules.reweigh_key_result(boss, first, 5000, KeyResult.objects.get(pk=first).version)
    rules.approve_change(boss, change.pk, change.version)
    assert rules.approve_change(boss, change.pk, change.version).state == "agreed"
    assert queries.waiting_changes(boss) == []
    assert target_of(first) == 80
    card = queries.goal(me, goal_id)
    assert card.state == "active"
    seen = queries.versions(me, goal_id)
    assert [(one.number, one.since, kept(one, first).target) for one in seen.versions] == [
        (1, date(2026, 4, 1), Decimal(100)), (2, NOON.date(), Decimal(80)),
    ]  # fmt: skip
    assert seen.versions[1].reason == WHY
    with acting(system("seal_audit", "t")):
        acts = list(Entry.objects.filter(subjects__contains=[made.company.id("A1")]).values_list("act", flat=True))
    assert {"goals.ask_change", "goals.decide_change"} <= set(acts)


@pytest.mark.parametrize("number", ["A1", "A2", "E1", "M2", "CA1"])
def test_nobody_but_whose_turn_it_is_decides(made, number):
    _goal, first, _second = of(made)
    change = ask(made, ChangeInput(reason=WHY, results={first: ResultChange(target=Decimal(80))}))
    with pytest.raises((Forbidden, NotFound)):
        rules.approve_change(made.actor(number), change.pk, change.version)
    assert Goal.objects.get(pk=made.goals["续费率回到 90%"].pk).state == "changing"


@pytest.mark.parametrize(("number", "reads"), [
    ("A1", True), ("M1", True), ("E1", True), ("HR1", True), ("HA1", True),
    ("A2", False), ("M2", False), ("CA1", False),
])  # fmt: skip
def test_the_request_and_its_reason_are_read_as_a_proposed_goal(made, number, reads):
    _goal, first, _second = of(made)
    change = ask(made, ChangeInput(reason=WHY, results={first: ResultChange(target=Decimal(80))}))
    if reads:
        assert queries.change_view(made.actor(number), change.pk).change.reason == WHY
    else:
        with pytest.raises(NotFound):
            queries.change_view(made.actor(number), change.pk)
        shown = queries.versions(made.actor(number), made.goals["续费率回到 90%"].pk)
        assert shown.changes == ()
        assert all(one.reason == "" for one in shown.versions)


@pytest.mark.req("GOAL-08")
def test_a_change_sent_back_or_withdrawn_leaves_the_terms(made):
    goal_id, first, _second = of(made)
    boss = made.actor("M1")
    change = ask(made, ChangeInput(reason=WHY, weight=5000, results={first: ResultChange(target=Decimal(80))}))
    with pytest.raises(errors.NoReason):
        rules.refuse_change(boss, change.pk, " ", change.version)
    rules.refuse_change(boss, change.pk, "目标仍可达成", change.version)
    assert queries.goal(boss, goal_id).state == "active"
    again = ask(made, ChangeInput(reason=WHY, weight=5000))
    rules.withdraw_change(made.actor("A1"), again.pk, again.version)
    assert rules.withdraw_change(made.actor("A1"), again.pk, again.version).state == "withdrawn"
    with pytest.raises(errors.NotAsked):
        rules.approve_change(boss, again.pk, again.version)
    assert (queries.goal(boss, goal_id).weight, target_of(first)) == (10_000, 100)
    assert [one.number for one in queries.versions(boss, goal_id).versions] == [1]
    assert [card.state for card in queries.changes_of(boss, goal_id)] == ["withdrawn", "refused"]


@pytest.mark.parametrize(("entered", "error"), [
    (ChangeInput(reason=" ", weight=5000), errors.NoReason),
    (ChangeInput(reason=WHY), errors.NoChange),
    (ChangeInput(reason=WHY, weight=10_000), errors.NoChange),
    (ChangeInput(reason=WHY, weight=10_001), BadValue),
    (ChangeInput(reason=WHY, due=date(2026, 4, 1)), BadValue),
])  # fmt: skip
def test_a_request_that_says_nothing_or_cannot_be_is_refused(made, entered, error):
    with pytest.raises(error):
        ask(made, entered)
    assert GoalVersion.objects.count() == 0


def test_a_goal_keeps_one_measure_and_a_target_apart_from_its_start(made):
    _goal, first, second = of(made)
    with pytest.raises(errors.LastKeyResult):
        ask(made, ChangeInput(reason=WHY, results={one: ResultChange(drop=True) for one in (first, second)}))
    with pytest.raises(BadValue):
        ask(made, ChangeInput(reason=WHY, results={first: ResultChange(target=Decimal(0))}))


@pytest.mark.req("GOAL-08")
def test_adding_and_dropping_a_key_result_and_dropping_the_goal(made):
    goal_id, _first, second = of(made)
    boss = made.actor("M1")
    added = rules.KeyResultInput(
        title="新签续约", measure="increase", baseline=Decimal(0), target=Decimal(12), unit="家", weight=4000
    )
    change = ask(made, ChangeInput(reason=WHY, results={second: ResultChange(drop=True)}, add=added))
    rules.approve_change(boss, change.pk, change.version)
    results = {kr.title: kr for kr in KeyResult.objects.filter(goal_id=goal_id)}
    assert (results["回访客户"].is_dropped, target_of(results["新签续约"].pk), results["新签续约"].weight) == (
        True,
        12,
        4000,
    )
    drop = ask(made, ChangeInput(reason="业务线关闭", drop=True))
    rules.approve_change(boss, drop.pk, drop.version)
    row = Goal.objects.get(pk=goal_id)
    assert (row.state, row.is_dropped) == ("closed", True)
    drained(made)
    assert queries.scored_goals(boss, [made.company.id("A1")], made.cycle.pk) == {}


@pytest.mark.req("GOAL-08")
def test_a_small_change_takes_effect_at_once_and_the_manager_is_told(made):
    settle(made, change_free={"target_percent": "10", "weight": 500, "days": 7})
    goal_id, first, _second = of(made)
    change = ask(
        made, ChangeInput(reason=WHY, due=date(2026, 6, 24), results={first: ResultChange(target=Decimal(90))})
    )
    assert change.state == "at_once"
    assert (queries.goal(made.actor("A1"), goal_id).state, target_of(first)) == ("active", 90)
    with acting(made.actor("M1")):
        assert [n.template for n in Notice.objects.filter(template="goals.changed_at_once")] == [
            "goals.changed_at_once"
        ]
    # Small steps do not add up: the range is counted from what somebody agreed to.
    assert ask(made, ChangeInput(reason=WHY, results={first: ResultChange(target=Decimal(85))})).state == "proposed"


@pytest.mark.parametrize(("before", "after", "free", "inside"), [
    ({}, {"weight": 9500}, v.FreeRange(weight=500), True),
    ({}, {"weight": 9499}, v.FreeRange(weight=500), False),
    ({}, {"due": date(2026, 7, 7)}, v.FreeRange(days=7), True),
    ({}, {"due": date(2026, 7, 8)}, v.FreeRange(days=7), False),
    ({}, {"due": date(2026, 7, 1)}, v.FreeRange(weight=500), False),
    ({}, {"is_dropped": True}, v.FreeRange(Fraction(1), 10_000, 90), False),
    ({}, {}, v.FreeRange(), False),
])  # fmt: skip
def test_the_free_range(before, after, free, inside):
    values = {"title": "t", "ambition": "committed", "weight": 10_000, "due": date(2026, 6, 30)}
    assert v.is_within(v.Terms(**{**values, **before}), v.Terms(**{**values, **after}), free) is inside


@pytest.mark.req("GOAL-08")
def test_the_ledger_shows_the_score_as_set_and_as_restated(made, owner_db):
    goal_id, first, second = of(made)
    rules.report(made.actor("A1"), first, rules.ReportInput(value=Decimal(40), day=date(2026, 5, 10)))
    rules.report(made.actor("A1"), second, rules.ReportInput(value=Decimal(50), day=date(2026, 5, 10)))
    change = ask(made, ChangeInput(reason=WHY, results={first: ResultChange(target=Decimal(50))}))
    rules.approve_change(made.actor("M1"), change.pk, change.version)
    drained(made)
    found = queries.restated(made.actor("M1"), queries_cycle(made))
    [line] = found.lines
    # As set 0.6·40 + 0.4·50 = 44; as restated 0.6·80 + 0.4·50 = 68.
    assert (line.ledger.as_set, line.ledger.as_restated, line.ledger.by, line.changes) == (4400, 6800, 2400, 1)
    assert GoalStat.objects.get(pk=goal_id).score == 6800
    assert [(level.level, level.goals, level.changes) for level in found.levels] == [("person", 1, 1)]
    with owner_db():
        Goal.objects.filter(pk=goal_id).update(visibility="restricted")
    assert queries.restated(made.actor("A2"), queries_cycle(made)).lines == ()
    assert queries.restated(made.actor("A2"), queries_cycle(made)).changes == 0


def queries_cycle(made):
    from beichen.people import queries as people

    return people.cycle(made.actor("A1"), made.cycle.pk)


@pytest.mark.req("GOAL-08")
def test_scores_by_time_take_each_version_on_the_value_of_its_last_day(made):
    """Quarter of 91 days; the first version runs 45 days (1 April – 15 May), the second 46."""
    settle(made, versions="by_time")
    _goal, first, second = of(made)
    boss, me = made.actor("M1"), made.actor("A1")
    rules.report(me, first, rules.ReportInput(value=Decimal(30), day=date(2026, 5, 10)))
    rules.report(me, second, rules.ReportInput(value=Decimal(50), day=date(2026, 5, 10)))
    change = ask(made, ChangeInput(reason=WHY, weight=6000, results={first: ResultChange(target=Decimal(60))}))
    rules.approve_change(boss, change.pk, change.version)
    with clock.frozen(datetime(2026, 6, 20, 4, tzinfo=UTC)):
        rules.report(me, first, rules.ReportInput(value=Decimal(45), day=date(2026, 6, 20)))
        drained(made)
        lines = queries.scored_goals(boss, [made.company.id("A1")], made.cycle.pk)[made.company.id("A1")]
    # Version 1 at 15 May: 0.6·30 + 0.4·50 = 38; version 2: 0.6·75 + 0.4·50 = 65.
    assert [(one.weight, one.score, one.days) for one in lines] == [(10_000, 3800, 45), (6000, 6500, 46)]
    settle(made, versions="last")
    [one] = queries.scored_goals(boss, [made.company.id("A1")], made.cycle.pk)[made.company.id("A1")]
    assert (one.weight, one.score, one.days) == (6000, 6500, 1)


@pytest.mark.parametrize(("starts", "ends", "days"), [
    ([date(2026, 4, 1)], None, [91]),
    ([date(2026, 3, 1), date(2026, 4, 11)], None, [10, 81]),
    ([date(2026, 4, 1), date(2026, 5, 1), date(2026, 5, 1)], None, [30, 0, 61]),
    ([date(2026, 4, 1), date(2026, 6, 1)], date(2026, 6, 11), [61, 10]),
    ([date(2026, 4, 1), date(2026, 7, 9)], None, [91, 0]),
])  # fmt: skip
def test_days_of_versions(starts, ends, days):
    assert [span.days for span in v.spans(starts, date(2026, 4, 1), date(2026, 6, 30), ends)] == days


@pytest.mark.req("GOAL-08")
def test_what_a_manager_changes_is_a_version_too(made):
    goal_id, first, _second = of(made)
    boss = made.actor("M1")
    rules.reweigh_key_result(boss, first, 7000, KeyResult.objects.get(pk=first).version)
    seen = queries.versions(boss, goal_id)
    assert [kept(one, first).weight for one in seen.versions] == [6000, 7000]
    with acting(made.actor("A1")):
        assert Notice.objects.filter(template="goals.changed_by_manager").count() == 1


@pytest.mark.req("GOAL-08")
@pytest.mark.parametrize(("lock", "terms", "progress"), [
    ({"what": "terms", "kind": "", "since": "2026-05-16"}, False, True),
    ({"what": "progress", "kind": "objective", "since": "2026-05-01"}, True, False),
    ({"what": "both", "kind": "", "since": "2026-05-16"}, False, False),
    ({"what": "both", "kind": "", "since": "2026-05-17"}, True, True),
    ({"what": "both", "kind": "kpi", "since": "2026-05-01"}, True, True),
])  # fmt: skip
def test_locks_by_date_and_kind(made, lock, terms, progress):
    settle(made, locks=[lock])
    goal_id, first, _second = of(made)
    report = rules.ReportInput(value=Decimal(40))
    if progress:
        rules.report(made.actor("A1"), first, report)
    else:
        with pytest.raises(errors.Locked):
            rules.report(made.actor("A1"), first, report)
        with pytest.raises(errors.Locked):
            rules.set_progress(made.actor("A1"), goal_id, 1, "核对", queries.goal(made.actor("A1"), goal_id).version)
    if terms:
        assert ask(made, ChangeInput(reason=WHY, weight=5000)).state == "proposed"
    else:
        with pytest.raises(errors.Locked):
            ask(made, ChangeInput(reason=WHY, weight=5000))
        with pytest.raises(errors.Locked):
            rules.reweigh_key_result(made.actor("M1"), first, 5000, KeyResult.objects.get(pk=first).version)


def test_a_change_nobody_decided_lapses_when_managers_review(made, worker_db):
    goal_id, _first, _second = of(made)
    change = ask(made, ChangeInput(reason=WHY, weight=5000))
    put_in_phase("C05")
    with worker_db():
        assert changes.lapse_changes(system("goals.lapse_changes", "test"), made.cycle.pk) == 1
        assert changes.lapse_changes(system("goals.lapse_changes", "test"), made.cycle.pk) == 0
    with acting(made.actor("A1")):
        assert Notice.objects.filter(template="goals.change_lapsed").count() == 1
    card = queries.goal(made.actor("A1"), goal_id)
    assert (card.state, card.weight) == ("active", 10_000)
    assert queries.change_view(made.actor("A1"), change.pk).change.state == "lapsed"
    with pytest.raises(WrongPhase):
        ask(made, ChangeInput(reason=WHY, weight=5000))


@pytest.mark.req("GOAL-08")
def test_a_goal_review_puts_every_goal_in_one_list(made):
    goal_id, _first, _second = of(made)
    me = made.actor("A1")
    with pytest.raises(errors.NoRound):
        rules.check_goal(me, goal_id, "keep")
    settle(made, goal_review="month")
    assert queries.goal_review(me, queries_cycle(made)).open == 1
    rules.check_goals(me, {goal_id: ("keep", "")})
    found = queries.goal_review(me, queries_cycle(made))
    assert (found.round, found.open, found.lines[0].verdict) == (date(2026, 5, 1), 0, "keep")
    with pytest.raises((Forbidden, NotFound)):
        rules.check_goal(made.actor("A2"), goal_id, "keep")
    with pytest.raises(errors.NoReason):
        rules.check_goal(me, goal_id, "drop")
    rules.check_goal(me, goal_id, "drop", WHY)
    assert queries.goal(me, goal_id).state == "changing"
    with clock.frozen(datetime(2026, 6, 2, 4, tzinfo=UTC)):
        again = queries.goal_review(me, queries_cycle(made))
    assert (again.lines[0].verdict, again.lines[0].waits) == ("", True)


def test_the_rules_of_a_cycle_are_chosen_while_it_is_set_up(made):
    put_in_phase("C00")
    version = queries_cycle(made).version
    chosen = Season(
        "block", 2, 6, "by_time", v.FreeRange(Fraction(1, 10), 500, 7), "month", (Lock("both", NOON.date()),)
    )
    card = rules.set_season(made.actor("HA1"), made.cycle.pk, chosen, version)
    assert queries.season(card.settings) == chosen
    with pytest.raises(Changed):
        rules.set_season(made.actor("HA1"), made.cycle.pk, Season(), version)
    with pytest.raises((Forbidden, NotFound)):
        rules.set_season(made.actor("M1"), made.cycle.pk, Season(), card.version)
    with pytest.raises(BadValue):
        rules.set_season(made.actor("HA1"), made.cycle.pk, Season(count_min=5, count_max=3), card.version)
    put_in_phase("C01")
    with pytest.raises(WrongPhase):
        rules.set_season(made.actor("HA1"), made.cycle.pk, Season(), queries_cycle(made).version)
