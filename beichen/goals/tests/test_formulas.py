"""Attainment, roll-up, health and forecast: examples at the edges, and properties with thirds and sevenths."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beichen.goals.formulas.forecast import forecast
from beichen.goals.formulas.health import (
    Health,
    HealthRules,
    ItemStanding,
    Standing,
    When,
    behind_running,
    expected,
    expected_of_goal,
    stand,
    stand_of_goal,
    two_steps_apart,
)
from beichen.goals.formulas.measures import (
    CAP_STRETCH,
    Band,
    KeepWithin,
    Linear,
    Milestone,
    Milestones,
    YesNo,
    attainment,
    raw_attainment,
)
from beichen.goals.formulas.rollup import Item, alignment_weight, progress_of, score_of, upward
from beichen.goals.formulas.shares import far_apart, filled, in_work, shared_weights
from beichen.platform.kit.words import BadValue

START, DUE = date(2026, 4, 1), date(2026, 7, 10)  # 100 days
MILLION = 1_000_000
decimals = st.decimals(-1000, 1000, places=3)


def on(day) -> Any:
    return When(START, DUE, START + timedelta(days=day))


@pytest.mark.req("GOAL-01")
@pytest.mark.parametrize(
    ("measure", "raw"),
    [
        (Linear(D(38), D(45), D("42.2")), F(3, 5)),
        (Linear(D(8), D(5), D("6.5")), F(1, 2)),
        (Linear(D(-10), D(10), D(0)), F(1, 2)),
        (Linear(D(0), D(3), D(1)), F(1, 3)),
        (Linear(D(20), D(50), D(11)), F(-3, 10)),
        (KeepWithin(D(95), D(99), D(2), D(94)), F(1, 2)),
        (KeepWithin(D(95), D(99), D(2), D(99)), F(1)),
        (KeepWithin(D(95), D(99), D(2), D("99.5")), F(3, 4)),
        (KeepWithin(D(95), D(99), D(2), D(120)), F(0)),
        (KeepWithin(None, D(0), D(3), D(2)), F(1, 3)),
        (KeepWithin(D(7), D(7), D(7), D(5)), F(5, 7)),
        (YesNo(answer=True), F(1)),
        (YesNo(answer=False), F(0)),
        (Band(F(88)), F(22, 25)),
        (Milestones((Milestone(100, DUE, done=True), Milestone(200, DUE))), F(1, 3)),
        (Milestones((Milestone(0, DUE, done=True), Milestone(0, DUE), Milestone(0, DUE, done=True))), F(2, 3)),
        (Linear(D(0), D(1)), None),
        (YesNo(), None),
        (Band(), None),
    ],
)
def test_raw_attainment_of_every_kind(measure, raw):
    assert raw_attainment(measure) == raw


@pytest.mark.req("GOAL-01", "GOAL-02")
def test_progress_and_score():
    beyond = attainment(Linear(D(0), D(1200), D(1500)))
    assert (beyond.raw, beyond.progress, beyond.score) == (F(5, 4), MILLION, 10000)
    assert attainment(Linear(D(0), D(1200), D(1500)), CAP_STRETCH).score == 12000
    below = attainment(Linear(D(20), D(50), D(11)))
    assert (below.raw, below.progress, below.score) == (F(-3, 10), 0, 0)
    third = attainment(Linear(D(0), D(3), D(1)))
    assert (third.progress, third.score) == (333_333, 3333)


@pytest.mark.req("GOAL-10")
def test_without_a_value_it_stands_at_its_baseline_or_is_not_measured():
    assert attainment(Linear(D(20), D(50))).progress == 0
    assert attainment(Band(), by_metric=True).progress is None
    assert attainment(Linear(D(20), D(50)), by_metric=True).score is None


@settings(max_examples=300)
@given(decimals, decimals, decimals)
def test_progress_and_score_keep_their_bounds(baseline, target, current):
    if baseline == target:
        return
    found: Any = attainment(Linear(baseline, target, current), CAP_STRETCH)
    assert 0 <= found.progress <= MILLION
    assert 0 <= found.score <= 12000
    mirrored = attainment(Linear(-baseline, -target, -current), CAP_STRETCH)
    assert mirrored == found


@settings(max_examples=200)
@given(decimals, st.decimals(0, 100, places=2), st.decimals("0.01", 100, places=2), decimals)
def test_keep_within_never_leaves_zero_to_one(low, width, tolerance, current):
    raw: Any = raw_attainment(KeepWithin(low, low + width, tolerance, current))
    assert 0 <= raw <= 1
    assert (raw == 1) == (low <= current <= low + width)


@pytest.mark.req("GOAL-01")
@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: Linear(D(5), D("5.0")), "“target” is 5.0; it must be a value other than the baseline, 5"),
        (lambda: KeepWithin(D(1), D(2), D(0)), "“tolerance” is 0; it must be more than 0"),
        (lambda: KeepWithin(None, None, D(1)), "a lower edge, an upper edge or both"),
        (lambda: KeepWithin(D(3), D(2), D(1)), "“upper edge” is 2; it must be at least 3"),
        (lambda: Milestones(()), "“milestones” is 0; it must be one or more"),
        (lambda: Milestone(-1, DUE), "“weight” is -1"),
        (lambda: Linear(D("NaN"), D(1)), "a decimal number"),
        (lambda: attainment(YesNo(), D(0)), "“cap” is 0; it must be more than 0"),
        (lambda: When(DUE, DUE, DUE), "“due date” is 2026-07-10; it must be a date after 2026-07-10"),
        (lambda: progress_of([Item("a", -1, 5)]), "“weight” is -1"),
        (lambda: shared_weights([1, 0], [1, 1], by_contribution=True), "“share” is 0; it must be more than 0"),
    ],
)
def test_bad_input_is_refused_with_field_value_and_what_is_allowed(build, says):
    with pytest.raises(BadValue, match=says.replace("(", r"\(")):
        build()


@pytest.mark.req("GOAL-11")
def test_roll_up_counts_what_counts():
    items = [
        Item("a", 5000, 600_000),
        Item("b", 3000, 500_000),
        Item("dropped", 9000, 900_000, counted=False),
        Item("not measured", 2000, None),
        Item("weightless", 0, 1_000_000),
    ]
    rolled = progress_of(items)
    assert rolled.value == 562_500
    assert [(line.key, line.counted) for line in rolled.how.terms] == [
        ("a", True), ("b", True), ("dropped", False), ("not measured", False), ("weightless", True),
    ]  # fmt: skip
    assert progress_of(items[2:4]).value is None
    assert progress_of([]).value is None
    assert progress_of([Item("a", 0, 1), Item("b", 0, 2)]).value == 2  # equal weights, 1.5 to the even
    assert score_of([Item("a", 100, None, 3333), Item("b", 200, None, 6667)]).value == 5556
    assert upward(100, None) == 100
    assert upward(100, 0) == 0


@pytest.mark.req("GOAL-11")
@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, MILLION)), min_size=1, max_size=9), st.integers(1, 9))
def test_roll_up_lies_between_its_items_and_knows_no_scale_of_weights(rows, factor):
    rolled: Any = progress_of([Item(str(i), w, p) for i, (w, p) in enumerate(rows)])
    counted = [p for w, p in rows if w] or [p for _, p in rows]
    assert min(counted) <= rolled.value <= max(counted)
    assert progress_of([Item(str(i), w * factor, p) for i, (w, p) in enumerate(reversed(rows))]).value == rolled.value


def test_the_weight_of_a_new_alignment():
    assert alignment_weight([]) == 100
    assert alignment_weight([5000, 3000, 2001]) == 3334
    assert alignment_weight([100, 101]) == 100


@pytest.mark.req("METRIC-04")
def test_shared_results():
    reduced = shared_weights(["50", "30", "20"], [4000, 4000, 4000], by_contribution=True)
    assert [party.weight for party in reduced] == [4000, 2400, 1600]
    assert [party.part for party in shared_weights([1, 1, 1], [1, 1, 1], by_contribution=False)] == [F(1, 3)] * 3
    assert shared_weights([2, 1], [4000, 3000], by_contribution=False)[1].weight == 3000


@pytest.mark.req("METRIC-04")
def test_weight_given_away_is_filled_up_by_the_goals_of_nobody_else():
    assert filled([2000, 6000], [4000, 6000], [1, 1]) == [2000, 8000]
    assert filled([2000, 3000, 1000], [4000, 3000, 1000], [1, 1, 1]) == [2000, 4500, 1500]
    assert filled([2000, 6000, 3000], [4000, 6000, 3000], [90, 45, 90]) == [2000, 8000, 4000]
    assert filled([2000], [4000], [1]) == [2000]
    assert filled([4000, 6000], [4000, 6000], [1, 1]) == [4000, 6000]


@pytest.mark.req("METRIC-04")
def test_a_part_is_far_from_the_work_from_twenty_points_on():
    assert in_work([6, 3, 1]) == [F(6, 10), F(3, 10), F(1, 10)]
    assert in_work([0, 0]) is None
    assert [far_apart(F(1, 2), F(seen, 100)) for seen in (30, 31, 50, 69, 70)] == [-1, 0, 0, 0, 1]


@pytest.mark.req("GOAL-12")
def test_expected_progress_by_kind():
    assert [expected(Linear(D(0), D(1)), on(day)) for day in (-5, 0, 33, 100, 200)] == [0, 0, F(33, 100), 1, 1]
    assert [expected(YesNo(), on(day)) for day in (0, 99, 100)] == [0, 0, 1]
    assert expected(KeepWithin(D(1), None, D(1)), on(0)) == 1
    steps = Milestones(tuple(Milestone(1, START + timedelta(days=day)) for day in (10, 50, 100)))
    assert [expected(steps, on(day)) for day in (9, 10, 50, 100)] == [0, F(1, 3), F(2, 3), 1]


@pytest.mark.req("GOAL-12")
@pytest.mark.parametrize(
    ("progress", "day", "health"),
    [
        (MILLION, 2, Health.DONE),
        (0, 9, Health.EARLY),
        (0, 10, Health.OFF_TRACK),
        (549_999, 50, Health.ON_TRACK),
        (550_000, 50, Health.AHEAD),
        (450_000, 50, Health.ON_TRACK),
        (449_999, 50, Health.AT_RISK),
        (300_000, 50, Health.AT_RISK),
        (299_999, 50, Health.OFF_TRACK),
        (None, 50, Health.NOT_MEASURED),
    ],
)
def test_health_by_exact_pace(progress, day, health):
    when = on(day)
    assert stand(Linear(D(0), D(1)), progress, when.day, when).health == health


@pytest.mark.req("GOAL-12")
def test_not_updated():
    number = Linear(D(0), D(1))
    assert stand(number, 0, None, on(17)).health == Health.OFF_TRACK
    assert stand(number, 0, None, on(18)).health == Health.NOT_UPDATED
    assert stand(number, 0, START + timedelta(days=30), on(47)).health == Health.OFF_TRACK
    assert stand(number, 400_000, START + timedelta(days=30), on(48)).health == Health.NOT_UPDATED
    assert stand(YesNo(), 0, None, on(60)).health == Health.EARLY
    assert stand(number, MILLION, None, on(60)).health == Health.DONE
    weekly = HealthRules(rhythm_days=7)
    assert stand(number, 150_000, None, on(11), weekly).health == Health.NOT_UPDATED


@pytest.mark.req("GOAL-12")
def test_a_range_and_a_band_are_never_done_before_their_end():
    inside = KeepWithin(D(95), D(99), D(2), D(97))
    assert stand(inside, MILLION, on(50).day, on(50)).health == Health.ON_TRACK
    assert stand(inside, MILLION, on(99).day, on(100)).health == Health.DONE
    assert stand(Band(F(100)), MILLION, on(50).day, on(50)).health == Health.AHEAD


def item(
    health: Health, e: F = F(1, 2), progress: int | None = 500_000, weight: int = 100, **more: Any
) -> ItemStanding:
    return ItemStanding(weight, Standing(health, progress, e, None), **more)


@pytest.mark.req("GOAL-12")
def test_health_of_a_goal():
    quiet, fresh = item(Health.NOT_UPDATED), item(Health.ON_TRACK, e=F(1), weight=200)
    assert stand_of_goal(500_000, [quiet, quiet], on(50)).health == Health.NOT_UPDATED
    mixed = stand_of_goal(750_000, [quiet, fresh], on(50))
    assert (mixed.health, mixed.expected, mixed.pace) == (Health.ON_TRACK, F(5, 6), F(9, 10))
    assert stand_of_goal(749_999, [quiet, fresh], on(50)).health == Health.AT_RISK
    assert stand_of_goal(None, [], on(50)).health == Health.NOT_MEASURED
    assert stand_of_goal(MILLION, [fresh], on(50)).health == Health.DONE
    held = item(Health.ON_TRACK, e=F(1), holds_to_end=True)
    assert stand_of_goal(MILLION, [held], on(50)).health == Health.ON_TRACK
    dropped = item(Health.ON_TRACK, counted=False)
    assert stand_of_goal(500_000, [quiet, dropped], on(50)).health == Health.NOT_UPDATED
    assert expected_of_goal([item(Health.NOT_MEASURED, progress=None)], on(25)) == F(1, 4)


@pytest.mark.req("GOAL-12")
def test_two_steps_apart_and_behind_running():
    assert two_steps_apart(Health.OFF_TRACK, Health.ON_TRACK)
    assert two_steps_apart(Health.AT_RISK, Health.AHEAD)
    assert not two_steps_apart(Health.AT_RISK, Health.ON_TRACK)
    assert not two_steps_apart(Health.ON_TRACK, Health.DONE)
    assert behind_running([Health.ON_TRACK, Health.AT_RISK, Health.OFF_TRACK, Health.AT_RISK])
    assert not behind_running([Health.AT_RISK, Health.OFF_TRACK])
    assert not behind_running([Health.AT_RISK, Health.OFF_TRACK, Health.AT_RISK, Health.ON_TRACK])


@pytest.mark.req("GOAL-09")
def test_forecast():
    line = [(START + timedelta(days=day), day / 100) for day in (0, 10, 20, 30)]
    steady: Any = forecast(line, DUE, 1.2)
    assert steady.value == pytest.approx(1.0)
    assert (steady.low, steady.high) == (pytest.approx(1.0), pytest.approx(1.0))
    again = forecast([*line[:3], (line[3][0], 0.9), line[3]], DUE, 1.2)
    assert again == steady
    assert forecast(line[:2], DUE, 1.2) is None
    assert forecast([line[0], line[0], line[1]], DUE, 1.2) is None
    steep: Any = forecast([(day, 5 * value) for day, value in line], DUE, 1.2)
    falling: Any = forecast([(day, -value) for day, value in line], DUE, 1.0)
    assert (steep.value, falling.value) == (1.2, 0.0)


@settings(max_examples=100)
@given(st.lists(st.floats(0, 1.2), min_size=3, max_size=70))
def test_the_forecast_lies_in_its_band(values):
    found: Any = forecast([(START + timedelta(days=i), v) for i, v in enumerate(values)], DUE, 1.2)
    assert 0 <= found.low <= found.value <= found.high <= 1.2
    assert found.days_used == min(60, len(values))
