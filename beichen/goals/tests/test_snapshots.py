"""What a cycle was scored with stays; no cycle opens, and no goal is agreed to, on a metric nobody agreed on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from beichen.goals import queries, rules
from beichen.goals.models import Goal, GoalStat, KeyResultStat
from beichen.goals.rules import errors, feed, rollup
from beichen.goals.tests.makers import World, browser
from beichen.goals.tests.test_feed import JOB, may, running, town
from beichen.metrics import queries as metrics
from beichen.metrics import rules as metric_rules
from beichen.metrics.models import Metric, PersonValue, UnitSnapshot
from beichen.metrics.tests import makers
from beichen.people import queries as people
from beichen.people import rules as people_rules
from beichen.people.models import Cycle
from beichen.people.tests.makers import cycle
from beichen.platform.audit.models import Entry
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from tests.database import login, put_in_phase

__all__ = ["may", "town"]
D = Decimal
COUNTS = json.loads(Path(makers.__file__).with_name("query_counts.json").read_text(encoding="utf-8"))
CLOSES = system("goals.close_when_due", "test")
LATER = datetime(2026, 7, 3, 4, tzinfo=UTC)


def scored(town):
    """A goal fed by a metric, closed at 40; the metric, the goal, its key result and the cycle."""
    card = makers.metric(town, "mau")
    goal_id, kr = running(town, card)
    makers.put(town, card, makers.APRIL, {"U1": 40, "U2": 90})
    makers.publish(town, card, makers.APRIL)
    feed.take_figures(JOB, card.id, makers.APRIL)
    cycle_id = queries.goal(town.actor("M1"), goal_id).cycle_id
    with login(None):
        put_in_phase("C05", cycle_id)
    assert rules.close_cycle(CLOSES, cycle_id) == 1
    return card, goal_id, kr, cycle_id


@pytest.mark.django_db
@pytest.mark.req("METRIC-06")
def test_a_closed_goal_keeps_the_figure_it_was_scored_with_and_shows_the_correction_beside_it(town):
    card, goal_id, kr, cycle_id = scored(town)
    rollup.drain(JOB, cycle_id, 1000)
    before = KeyResultStat.objects.get(pk=kr).score, GoalStat.objects.get(pk=goal_id).score
    [line] = metrics.frozen(town.actor("A1"), cycle_id)
    assert (line.value, line.now, line.is_corrected, line.subject_id) == (D(40), D(40), False, town.units["U1"].pk)
    with clock.frozen(LATER):
        makers.correct(town, card, makers.APRIL, "U1", 70)
        makers.publish(town, card, makers.APRIL)
        assert feed.take_figures(JOB, card.id, makers.APRIL) == 0
        rollup.drain(JOB, cycle_id, 1000)
        assert (KeyResultStat.objects.get(pk=kr).score, GoalStat.objects.get(pk=goal_id).score) == before
        [line] = metrics.frozen(town.actor("A1"), cycle_id, corrected=True)
        assert (line.value, line.now, line.why, line.is_corrected) == (D(40), D(70), "补录", True)
        beside = queries.scored_with(town.actor("M1"), queries.goal(town.actor("M1"), goal_id))
        assert (beside[kr].shown, beside[kr].now_shown) == ("40", "70")
        assert metrics.frozen_counts(town.actor("A1"), cycle_id)["unit"] == (1, 1)
        assert metrics.scored_with(town.actor("A1"), card, [line.value_id, line.now_id]) == {line.value_id: ["2026Q2"]}
    [entry] = Entry.objects.filter(act="metrics.keep_figures")
    assert entry.details["count"] == 1


@pytest.mark.django_db
@pytest.mark.req("METRIC-06")
def test_closing_twice_keeps_each_figure_once_and_one_corrected_by_hand_is_none(town):
    card = makers.metric(town, "mau")
    goal_id, kr = running(town, card)
    makers.put(town, card, makers.APRIL, {"U1": 40})
    makers.publish(town, card, makers.APRIL)
    feed.take_figures(JOB, card.id, makers.APRIL)
    [(figure, _goal, _kr)] = queries.figures_behind([goal_id])["unit"]
    cycle_id = queries.goal(town.actor("M1"), goal_id).cycle_id
    assert [metric_rules.keep_figures(JOB, cycle_id, "unit", [figure]) for _ in range(2)] == [1, 0]
    assert UnitSnapshot.objects.filter(cycle_id=cycle_id).count() == 1
    rules.report(town.actor("M1"), kr, rules.ReportInput(value=D(44), text="海外的数还没有并进来"))
    assert queries.figures_behind([goal_id]) == {}


@pytest.mark.django_db
@pytest.mark.req("METRIC-06")
def test_a_person_s_figure_is_kept_and_read_only_by_those_who_read_it(town):
    card = makers.metric(town, "tickets", subject="person")
    makers.put(town, card, makers.APRIL, {"A1": 12, "B1": 30})
    made = cycle(town, "C02")
    with login(None):
        ids = list(PersonValue.objects.values_list("pk", flat=True))
    metric_rules.keep_figures(JOB, made, "person", ids)
    own = metrics.frozen(town.actor("A1"), made, "person")
    assert [line.subject_id for line in own] == [town.id("A1")]
    assert metrics.frozen(town.actor("B2"), made, "person") == []
    assert metrics.frozen_counts(town.actor("A1"), made)["person"] == (1, 0)
    assert metrics.scored_cycles(JOB, card, makers.APRIL) == metrics.scored_cycles(JOB) == [(made, "2026Q2")]


def unsourced(town, code="dau"):
    """A metric with a definition and no source, as a draft of HA1."""
    entered = metric_rules.MetricInput(code=code, name=f"指标 {code}", unit="人", definition="口径")
    return metric_rules.create_metric(town.actor("HA1"), entered)


def planned(town, card, **goal):
    """A1's goal on a metric whose value is entered by hand, proposed in C01."""
    made = cycle(town, "C01")
    mine = rules.create_goal(town.actor("A1"), made, rules.GoalInput(title="日活上一个台阶", **goal))
    entered = rules.KeyResultInput(
        title="日活", measure="increase", baseline=D(0), target=D(100), weight=10_000, metric_id=card.id
    )
    rules.add_key_result(town.actor("A1"), mine.id, entered, mine.version)
    proposed = rules.propose_goal(town.actor("A1"), mine.id, queries.goal(town.actor("A1"), mine.id).version)
    return made, proposed


@pytest.mark.django_db
@pytest.mark.req("METRIC-06")
def test_a_cycle_does_not_open_on_a_metric_without_agreed_definition_and_source(town):
    card = unsourced(town)
    made, proposed = planned(town, card)
    with pytest.raises(errors.OnUnagreedMetric) as refused:
        rules.approve_goal(town.actor("M1"), proposed.id, proposed.version)
    assert "指标 dau" in str(refused.value)
    version = people.cycle(town.actor("HA1"), made).version
    with pytest.raises(metrics.OnUnagreedMetrics) as held:
        people_rules.move_cycle(town.actor("HA1"), made, "C02", version)
    assert held.value.code == "cycle_on_unagreed_metrics"
    assert "指标 dau" in str(held.value)
    assert "日活上一个台阶" in str(held.value)
    [desk] = people.desks(town.actor("HA1"), made)
    assert [line.refusal.code for line in desk.holds] == ["cycle_on_unagreed_metrics"]
    assert people.desks(town.actor("A1"), made)[0].holds == ()
    entered = metric_rules.MetricInput(
        code="dau", name="指标 dau", unit="人", definition="口径", source="数仓", owner_id=town.id("HR1")
    )
    card = metric_rules.edit_metric(town.actor("HA1"), card.id, entered, card.version)
    metric_rules.enact_metric(town.actor("HA2"), card.id, card.version)
    rules.approve_goal(town.actor("M1"), proposed.id, proposed.version)
    people_rules.move_cycle(town.actor("HA1"), made, "C02", version)
    assert people.desks(town.actor("HA2"), made)[0].holds == ()
    further = rules.KeyResultInput(
        title="收入", measure="increase", baseline=D(0), target=D(9), weight=0, metric_id=unsourced(town, "income").id
    )
    with pytest.raises(errors.OnUnagreedMetric):
        rules.add_key_result(
            town.actor("M1"), proposed.id, further, queries.goal(town.actor("M1"), proposed.id).version
        )


@pytest.mark.django_db
@pytest.mark.req("METRIC-06")
def test_goals_the_administrator_may_not_read_are_counted_not_named(town):
    card = unsourced(town)
    made, proposed = planned(town, card)
    with login(None):
        Goal.objects.filter(pk=proposed.id).update(state="active", visibility="restricted")
    [hold] = people.desks(town.actor("HA1"), made)[0].holds
    assert "日活上一个台阶" not in str(hold.refusal)
    assert "1" in str(hold.refusal)


@pytest.mark.django_db
@pytest.mark.req("METRIC-06")
def test_drafts_and_dropped_goals_hold_no_cycle_and_one_that_runs_is_not_held(town):
    card = unsourced(town)
    made, proposed = planned(town, card)
    with login(None):
        Goal.objects.filter(pk=proposed.id).update(state="draft")
    assert people.desks(town.actor("HA1"), made)[0].holds == ()
    with login(None):
        Goal.objects.filter(pk=proposed.id).update(state="proposed")
        put_in_phase("C02", made)
    assert people.desks(town.actor("HA1"), made)[0].holds == ()


@pytest.mark.django_db
@pytest.mark.req("METRIC-06")
def test_bands_of_a_cycle_hold_it_once_their_metric_is_retired(town):
    card = makers.metric(town, "mau")
    made = cycle(town, "C00")
    points = [metrics.Point(D(10), 6000), metrics.Point(D(20), 10_000)]
    whom = metric_rules.ForWhom(metric_id=card.id, cycle_id=made)
    metric_rules.create_band_table(town.actor("HA1"), "B9", "月活", "stepped", points, whom)
    assert people.desks(town.actor("HA1"), made)[0].holds == ()
    with login(None):
        Metric.objects.filter(pk=card.id).update(state="retired")
    version = people.cycle(town.actor("HA1"), made).version
    with pytest.raises(metrics.OnUnagreedMetrics):
        people_rules.move_cycle(town.actor("HA1"), made, "C01", version)


@pytest.mark.django_db
@pytest.mark.req("METRIC-06")
def test_pages_and_program_show_what_was_scored_and_what_stands_there_today(town):
    card, goal_id, _kr, cycle_id = scored(town)
    with clock.frozen(LATER):
        makers.correct(town, card, makers.APRIL, "U1", 70)
        with login(None):
            reader = browser(World(town, Cycle.objects.get(pk=cycle_id)), "A1")
        said(reader, f"/metrics/cycles/{cycle_id}/")
        with CaptureQueriesContext(connection) as seen:
            page = said(reader, f"/metrics/cycles/{cycle_id}/")
        assert sum("SAVEPOINT" not in line["sql"] for line in seen) == COUNTS["snapshot"]
        assert "40" in page
        assert "70" in page
        assert "补录" in page
        assert "补录" in said(reader, f"/metrics/cycles/{cycle_id}/?of=unit&corrected")
        assert "补录" in said(reader, f"/goals/{goal_id}/")
        assert f"/metrics/cycles/{cycle_id}/" in said(reader, f"/metrics/{card.id}/figures/{makers.APRIL}/")
        [line] = reader.get(f"/api/v1/metrics/snapshots/{cycle_id}?corrected=true").json()["items"]
        assert (line["value"], line["now"], line["is_corrected"]) == ("40.000000", "70.000000", True)


def said(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()
