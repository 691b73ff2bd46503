"""Where metrics are used, whether they tell apart, what nobody tracks and what changed no decision."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beichen.goals import queries
from beichen.goals.formulas.rollup import Item, score_of
from beichen.goals.models import GoalStat, KeyResult, KeyResultStat, VisibilityPreset
from beichen.goals.tests.makers import aligned, browser, goal, key_result, world
from beichen.metrics import queries as metrics
from beichen.metrics.tests import makers
from beichen.platform.kit import clock
from beichen.platform.kit.errors import Forbidden
from tests.database import login

D = Decimal


@pytest.fixture
def made(db, owner_db):
    with clock.frozen(datetime(2026, 5, 20, 4, tzinfo=UTC)):
        with owner_db():
            found = world()
        yield found


def counts(owner_goal, metric, score, weight=5000, *, tracked=True):
    """A key result on a metric with a score, reported on or never."""
    kr = key_result(owner_goal, weight=weight, metric_id=metric.id)
    KeyResultStat.objects.filter(pk=kr.pk).update(score=score, updated_on="2026-05-01" if tracked else None)
    return kr


@pytest.mark.django_db
@pytest.mark.req("METRIC-05")
def test_use_spread_untracked_share_by_unit_and_what_could_be_removed(made):
    town = made.company
    told, quiet, idle = (makers.metric(town, code) for code in ("told", "quiet", "idle"))
    with login(None):
        for n, owner in enumerate(("A1", "A2", "B1", "B2", "M1")):
            mine = goal(made, f"目标 {owner}", owner)
            counts(mine, told, 2000 * (n + 1))
            counts(mine, idle, 2000 * (n + 1) + 99)
        hidden = goal(made, "只有线内可见", "A1", visibility="restricted")
        counts(hidden, told, 0)
        other = goal(made, "没人跟的", "B1")
        counts(other, quiet, 0, tracked=False)
        counts(other, told, 9000, weight=10_000)
        dropped = goal(made, "放弃了", "A1", is_dropped=True)
        counts(dropped, quiet, 5000)
    found = queries.usage(town.actor("HA1"), made.cycle.pk)
    lines = {line.code: line for line in found.lines}
    assert {code: (one.goals, one.key_results, one.untracked) for code, one in lines.items()} == {
        "told": (6, 6, 0), "idle": (5, 5, 0), "quiet": (1, 1, 1),
    }  # fmt: skip
    assert lines["told"].scores is not None
    assert (lines["told"].scores.tells, lines["told"].scores.most) == (True, D(100))
    assert lines["idle"].moved == 0
    assert {line.code for line in found.removals} == {"quiet", "idle"}
    assert lines["told"].moved > 0
    assert (found.planned, found.untracked, found.percent) == (12, 1, 8)
    worst = found.units[0]
    assert (worst.untracked, worst.percent) == (1, round(100 / worst.planned))


@pytest.mark.django_db
@pytest.mark.req("METRIC-05", "GOAL-05")
def test_goals_whose_numbers_a_preset_narrows_are_not_counted(made):
    """What everybody reads in the same way holds nothing that some may not read."""
    town = made.company
    told = makers.metric(town, "told")
    with login(None):
        for owner in ("A1", "B1"):
            counts(goal(made, f"目标 {owner}", owner), told, 5000)
        VisibilityPreset.objects.create(unit=town.units["U1"], preset="numbers", reason="r", at=clock.now())
    [line] = queries.usage(town.actor("HA1"), made.cycle.pk).lines
    assert (line.goals, line.units) == (1, 1)


@pytest.mark.django_db
@pytest.mark.req("METRIC-05")
@pytest.mark.parametrize(
    ("scores", "weights", "moves"),
    [
        ([8000], [100], 1), ([8000, 8000], [50, 50], 0), ([8000, 8199], [50, 50], 0), ([8000, 8200], [50, 50], 1),
        ([8000, 9000], [0, 0], 1), ([8000, 8000], [0, 50], 0), ([8000, 0], [0, 50], 0), ([8000, 0], [50, 0], 1),
    ],
)  # fmt: skip
def test_a_metric_moves_a_score_where_leaving_it_out_changes_it_by_a_point(made, scores, weights, moves):
    card = makers.metric(made.company, "mau")
    with login(None):
        mine = goal(made, "目标", "A1")
        for n, (score, weight) in enumerate(zip(scores, weights, strict=True)):
            kr = counts(mine, card, score, weight)
            if n:
                KeyResult.objects.filter(pk=kr.pk).update(metric=None)
    [line] = queries.usage(made.company.actor("HA1"), made.cycle.pk).lines
    assert line.moved == moves


@pytest.mark.django_db
@pytest.mark.req("METRIC-05")
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12_000), st.booleans()), min_size=1, max_size=5))
def test_the_statement_says_the_same_as_the_formula(made, parts):
    there = metrics.metrics(made.company.actor("HA1"))
    card = there[0] if there else makers.metric(made.company, "mau")
    with login(None):
        KeyResult.objects.all().delete()
        mine = made.goals.get("目标") or goal(made, "目标", "A1")
        for n, (weight, score, on_metric) in enumerate(parts):
            kr = counts(mine, card, score, weight * 10)
            if not (on_metric or n == 0):
                KeyResult.objects.filter(pk=kr.pk).update(metric=None)
    [line] = queries.usage(made.company.actor("HA1"), made.cycle.pk).lines
    items = [Item(str(n), weight * 10, None, score) for n, (weight, score, _on) in enumerate(parts)]
    rest = [item for n, item in enumerate(items) if n and not parts[n][2]]
    whole, without = score_of(items).how.value, score_of(rest).how.value if rest else None
    assert line.moved == int(without is None or whole is None or abs(whole - without) >= 100)


@pytest.mark.django_db
@pytest.mark.req("METRIC-05")
def test_a_child_goal_counts_beside_the_metric(made):
    card = makers.metric(made.company, "mau")
    with login(None):
        mine, below = goal(made, "上", "M1"), goal(made, "下", "A1")
        counts(mine, card, 8000, 100)
        key_result(below)
        aligned(below, mine)
        GoalStat.objects.create(goal=below, score=8100, expected=0)
    [line] = queries.usage(made.company.actor("HA1"), made.cycle.pk).lines
    assert line.moved == 0


@pytest.mark.django_db
@pytest.mark.req("METRIC-05")
def test_who_sees_it_and_where_a_metric_is_used(made):
    town = made.company
    card = makers.metric(town, "mau")
    with login(None):
        counts(goal(made, "公开的目标", "A1"), card, 8000)
        counts(goal(made, "线内的目标", "A2", visibility="restricted"), card, 8000)
        people = {who: browser(made, who) for who in ("HA1", "A1", "B2")}
    with pytest.raises(Forbidden):
        queries.usage(town.actor("A1"), made.cycle.pk)
    assert [one.title for one in queries.goals_by_metric(town.actor("B2"), card.id).goals] == ["公开的目标"]
    assert queries.goals_by_metric(town.actor("A2"), card.id).cycles == (("2026Q2", 2),)
    at = f"/goals/metrics/?cycle={made.cycle.pk}"
    people["HA1"].get(at)
    with CaptureQueriesContext(connection) as seen:
        page = people["HA1"].get(at).content.decode()
    assert sum("SAVEPOINT" not in line["sql"] for line in seen) <= 12
    assert "mau" in page
    assert people["A1"].get(at).status_code == 403
    assert "公开的目标" in people["B2"].get(f"/goals/metrics/{card.id}/").content.decode()
    assert "线内的目标" not in people["B2"].get(f"/goals/metrics/{card.id}/").content.decode()
    assert f"/goals/metrics/{card.id}/" in people["B2"].get(f"/metrics/{card.id}/").content.decode()
    assert "/goals/metrics/" in people["HA1"].get("/metrics/").content.decode()
    told = people["HA1"].get(f"/api/v1/goals/metrics?cycle_id={made.cycle.pk}").json()
    assert (told["planned"], told["lines"][0]["code"]) == (1, "mau")
    assert people["B2"].get(f"/api/v1/goals/metrics/{card.id}").json()["goals"][0]["title"] == "公开的目标"
    assert people["A1"].get(f"/api/v1/goals/metrics?cycle_id={made.cycle.pk}").status_code == 403
