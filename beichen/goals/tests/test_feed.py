"""Key results that take their value from a metric: published figures come by themselves, corrections keep both."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from beichen.goals import queries, rules
from beichen.goals.models import Goal, KeyResult, KeyResultStat, Update
from beichen.goals.rules import errors, feed
from beichen.goals.rules.reports import ReportInput, append
from beichen.metrics.tests import makers
from beichen.people import queries as people
from beichen.people.models import Cycle, OrgUnit
from beichen.people.tests.makers import cycle, small
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from tests.database import login

D = Decimal
FROZEN = 17
"""Statements of a pass over one batch of key results."""
JOB = system("goals.take_figures", "test")


@pytest.fixture
def town(db, owner_db):
    with owner_db():
        return small()


@pytest.fixture(autouse=True)
def may():
    with clock.frozen(datetime(2026, 5, 20, 4, tzinfo=UTC)):
        yield


def running(town, card, **terms):
    """M1's goal for U1, agreed to, with one key result fed by the metric: from 0 to 100."""
    with login(None):
        OrgUnit.objects.filter(code="U1").update(head=town.people["M1"])
    made = cycle(town, "C01")
    goal = rules.create_goal(
        town.actor("M1"), made, rules.GoalInput(title="留存上一个台阶"), unit_id=town.units["U1"].pk
    )
    entered = {"title": "月活", "measure": "increase", "baseline": D(0), "target": D(100), "weight": 10_000, **terms}
    kr = rules.add_key_result(
        town.actor("M1"), goal.id, rules.KeyResultInput(**entered, metric_id=card.id, by_metric=True), goal.version
    )
    goal = rules.propose_goal(town.actor("M1"), goal.id, queries.goal(town.actor("M1"), goal.id).version)
    rules.approve_goal(town.actor("E1"), goal.id, goal.version)
    return goal.id, kr


def told(town, goal_id):
    return [
        (line.day.isoformat(), line.source, line.value, line.is_correction, line.text)
        for line in queries.history(town.actor("M1"), goal_id)
    ]


@pytest.mark.django_db
@pytest.mark.req("GOAL-10")
def test_published_figures_become_the_value_and_a_correction_keeps_both(town):
    card = makers.metric(town, "mau")
    goal_id, kr = running(town, card)
    assert KeyResultStat.objects.get(pk=kr).progress is None
    makers.put(town, card, makers.APRIL, {"U1": 40, "U2": 90})
    assert feed.take_figures(JOB, card.id, makers.APRIL) == 0
    makers.publish(town, card, makers.APRIL)
    assert feed.take_figures(JOB, card.id, makers.APRIL) == 1
    assert feed.take_figures(JOB, card.id, makers.APRIL) == 0
    stat = KeyResultStat.objects.get(pk=kr)
    assert (stat.current, stat.progress, stat.score) == (D(40), 400_000, 4000)
    with pytest.raises(errors.CorrectionNeedsReason):
        rules.report(town.actor("M1"), kr, rules.ReportInput(value=D(44)))
    rules.report(town.actor("M1"), kr, rules.ReportInput(value=D(44), text="海外的数还没有并进来"))
    assert KeyResultStat.objects.get(pk=kr).current == D(44)
    assert told(town, goal_id) == [
        ("2026-05-20", "by_hand", D(44), True, "海外的数还没有并进来"),
        ("2026-04-30", "metric", D(40), False, ""),
    ]
    assert feed.take_figures(JOB, card.id, makers.APRIL) == 0
    assert KeyResultStat.objects.get(pk=kr).current == D(44)


@pytest.mark.django_db
@pytest.mark.req("GOAL-10")
def test_words_without_another_value_are_no_correction(town):
    card = makers.metric(town, "mau")
    goal_id, kr = running(town, card)
    rules.report(town.actor("M1"), kr, rules.ReportInput(confidence="on_track", problem="数据口径还在对"))
    makers.put(town, card, makers.APRIL, {"U1": 40})
    makers.publish(town, card, makers.APRIL)
    feed.take_figures(JOB, card.id, makers.APRIL)
    rules.report(town.actor("M1"), kr, rules.ReportInput(value=D(40), confidence="at_risk"))
    assert [line[3] for line in told(town, goal_id)] == [False, False, False]
    assert Update.objects.filter(key_result=kr, source="metric").count() == 1


@pytest.mark.django_db
@pytest.mark.req("GOAL-10")
def test_a_goal_agreed_to_later_begins_with_the_newest_published_figure(town):
    card = makers.metric(town, "mau")
    makers.put(town, card, makers.APRIL, {"U1": 25})
    makers.publish(town, card, makers.APRIL)
    goal_id, kr = running(town, card)
    assert feed.take_newest(JOB, goal_id) == 1
    assert KeyResultStat.objects.get(pk=kr).progress == 250_000


@pytest.mark.django_db
@pytest.mark.req("GOAL-10")
def test_a_published_correction_of_the_figure_itself_is_taken_again(town):
    card = makers.metric(town, "mau")
    _, kr = running(town, card)
    makers.put(town, card, makers.APRIL, {"U1": 40})
    makers.publish(town, card, makers.APRIL)
    feed.take_figures(JOB, card.id, makers.APRIL)
    makers.correct(town, card, makers.APRIL, "U1", 42)
    assert feed.take_figures(JOB, card.id, makers.APRIL) == 0
    makers.publish(town, card, makers.APRIL)
    assert feed.take_figures(JOB, card.id, makers.APRIL) == 1
    assert KeyResultStat.objects.get(pk=kr).current == D(42)


@pytest.mark.django_db
@pytest.mark.req("GOAL-10")
@pytest.mark.parametrize("measure", [{"measure": "yes_no"}, {"measure": "milestones"}])
def test_what_takes_no_numbers_takes_no_metric(town, measure):
    card = makers.metric(town, "mau")
    with pytest.raises((errors.NoFigures, Exception)) as refused:
        running(town, card, baseline=None, target=None, **measure)
    assert getattr(refused.value, "status", 0) == 422


def fed(town, card, made, count):
    """So many running goals of people and of one unit, each with a key result fed by the metric; their ids."""
    found: list[int] = []
    shapes = [
        {"measure": "increase", "baseline": D(0), "target": D(100)},
        {"measure": "decrease", "baseline": D(90), "target": D(10)},
        {"measure": "within", "low": D(30), "high": D(50), "tolerance": D(10)},
    ]  # fmt: skip
    for n in range(count):
        who = town.people[("A1", "A2", "B1")[n % 3]]
        goal = Goal.objects.create(
            title=f"g{n}", owner=who, owner_place=who.place, cycle=made, state="active", start=date(2026, 4, 1),
            due=date(2026, 6, 30),
        )  # fmt: skip
        shape = shapes[n % len(shapes)]
        kr = KeyResult.objects.create(
            goal=goal,
            title="k",
            weight=10_000,
            start=goal.start,
            due=goal.due,
            metric_id=card.id,
            by_metric=True,
            **shape,
        )
        if n % 2:
            KeyResultStat.objects.create(key_result=kr, current=D(5), confidence="at_risk", behind=1, risk_update=7)
        found.append(kr.pk)
    return found


def stood(ids):
    """The narrow rows and the reports of key results, without their own ids."""
    rows = KeyResultStat.objects.filter(pk__in=ids).order_by("pk").values_list(
        "current", "answer", "progress", "score", "updated_on", "confidence", "behind", "risk_update"
    )  # fmt: skip
    reports = Update.objects.filter(key_result_id__in=ids).order_by("key_result_id", "pk").values_list(
        "author_id", "at", "day", "source", "value", "answer", "finished", "confidence", "text", "progress", "health"
    )  # fmt: skip
    return list(rows), list(reports)


@pytest.mark.django_db
@pytest.mark.req("GOAL-10")
def test_one_pass_over_many_key_results_does_what_one_report_after_the_other_does(town):
    card = makers.metric(town, "mau")
    with login(None):
        made = Cycle.objects.get(pk=cycle(town, "C02"))
        all_at_once, one_by_one = fed(town, card, made, 6), fed(town, card, made, 6)
        KeyResult.objects.filter(pk__in=one_by_one).update(by_metric=False)
    makers.put(town, card, makers.APRIL, {"U1": 40, "U2": 90})
    makers.publish(town, card, makers.APRIL)
    taken = feed.take_figures(JOB, card.id, makers.APRIL)
    assert taken == 6
    with login(None):
        KeyResult.objects.filter(pk__in=one_by_one).update(by_metric=True)
        cards = {one.id: one for one in people.cycles(JOB)}
        for kr in KeyResult.objects.filter(pk__in=one_by_one).select_related("goal__owner"):
            value = D(40) if kr.goal.owner.unit_id == town.units["U1"].pk else D(90)
            entered = ReportInput(value=value, day=date(2026, 4, 30), source="metric")
            append(JOB, kr, entered, cards[kr.goal.cycle_id])
        assert stood(all_at_once) == stood(one_by_one)


@pytest.mark.django_db
@pytest.mark.req("GOAL-10")
def test_the_feed_costs_the_same_for_few_and_for_many(town):
    card = makers.metric(town, "mau")
    makers.put(town, card, makers.APRIL, {"U1": 40, "U2": 90})
    makers.publish(town, card, makers.APRIL)
    with login(None):
        made = Cycle.objects.get(pk=cycle(town, "C02"))
    costs = []
    for count in (2, 9):
        with login(None):
            fed(town, card, made, count)
        with CaptureQueriesContext(connection) as captured:
            assert feed.take_figures(JOB, card.id, makers.APRIL) == count
        costs.append(len(captured))
    assert costs[0] == costs[1] == FROZEN
