"""KPI scores by bands, conditions, relative bands, and interval plus trend."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beichen.metrics.formulas import Point, Table, TrendRules, band_score, relative, trend_score
from beichen.platform.kit.words import BadValue

DEFECTS = (Point(D(8), 0), Point(D(5), 6000), Point(D(3), 10000), Point(D(1), 12000))
ON_TIME = (Point(D(80), 6000), Point(D(90), 10000), Point(D(98), 12000))


@pytest.mark.req("METRIC-03")
@pytest.mark.parametrize(
    ("points", "value", "interpolated", "stepped"),
    [
        (DEFECTS, "4", 8000, 6000),
        (DEFECTS, "5", 6000, 6000),
        (DEFECTS, "9", 0, 0),
        (DEFECTS, "0", 12000, 12000),
        (ON_TIME, "87", 8800, 6000),
        (ON_TIME, "10", 6000, 6000),
        (ON_TIME, "98.1", 12000, 12000),
        ((Point(D(0), 0), Point(D(3), 10000)), "1", 3333, 0),
        ((Point(D(0), 0), Point(D(8), 100)), "0.2", 2, 0),  # 0.025 points: a tie, to the even digit
    ],
)
def test_bands(points, value, interpolated, stepped):
    assert band_score(Table(points), D(value)).stored == interpolated
    assert band_score(Table(points, stepped=True), D(value)).stored == stepped


@pytest.mark.req("METRIC-03")
def test_the_floor_of_a_table_is_told():
    assert Table(ON_TIME).floor == 6000
    assert Table(DEFECTS).floor == 0
    assert Table(DEFECTS).falling


@pytest.mark.req("METRIC-03")
def test_a_condition_that_is_not_confirmed_holds_the_next_lower_point():
    points = (Point(D(80), 6000), Point(D(90), 10000, "delays explained"), Point(D(98), 12000, "and no rework"))
    table = Table(points, stepped=True)
    assert band_score(table, D(99), confirmed={1, 2}).stored == 12000
    assert band_score(table, D(99), confirmed={1}).stored == 10000
    both = band_score(table, D(99))
    assert (both.stored, both.reached, both.held) == (6000, 2, 0)
    assert band_score(Table(points), D(94), confirmed={1}).stored == 11000
    assert band_score(Table(points), D(94)).stored == 6000
    assert band_score(Table((Point(D(0), 100, "x"), Point(D(1), 200))), D(0)).stored == 100


@settings(max_examples=300)
@given(
    st.lists(st.integers(1, 99), min_size=2, max_size=7),
    st.lists(st.integers(1, 3000), min_size=7, max_size=7),
    st.decimals(-600, 600, places=2),
    st.decimals(0, 50, places=2),
    st.booleans(),
    st.booleans(),
)
def test_better_never_scores_less_and_stepped_never_more(gaps, rises, value, more, falling, stepped):
    sign = -1 if falling else 1
    points = tuple(Point(D(sign * sum(gaps[: i + 1])), sum(rises[: i + 1])) for i in range(len(gaps)))
    table = Table(points, stepped)
    worse, better = band_score(table, value), band_score(table, value + sign * more)
    assert worse.score <= better.score
    assert points[0].score <= worse.stored <= points[-1].score
    assert band_score(Table(points, stepped=True), value).score <= band_score(Table(points), value).score


@pytest.mark.req("METRIC-03")
@pytest.mark.parametrize(
    ("points", "says"),
    [
        ((Point(D(1), 0),), "“points” is 1; it must be two or more"),
        ((Point(D(1), 0), Point(D(1), 5)), "only rise or only fall"),
        (
            (Point(D(1), 0), Point(D(3), 5), Point(D(2), 6)),
            "“points” is 2; it must be values that only rise or only fall",
        ),
        ((Point(D(1), 500), Point(D(2), 500)), "“score” is 5; it must be more than the score of the point before, 5"),
        ((Point(D(1), -1), Point(D(2), 5)), "“score” is -1; it must be 0 or more"),
    ],
)
def test_a_bad_table_is_refused(points, says):
    with pytest.raises(BadValue, match=says):
        Table(points)


def test_relative_bands_need_five_to_compare_with():
    assert relative(D(6), [D(n) for n in (1, 2, 4, 8, 9, 9)]) == 1
    assert relative(D(6), [D(1)] * 4) is None
    assert relative(D(6), [D(0)] * 5) is None


def by_trend(measured, period, **more) -> Any:
    return trend_score(Table(DEFECTS), measured, period, **more)


@pytest.mark.req("METRIC-03")
def test_interval_plus_trend():
    falling = by_trend({1: D(6), 2: D(5), 3: D(4)}, 3)
    assert (falling.slope, falling.span) == (-1, 2)
    assert falling.trend == F(20 * -1 * 2, -7)
    assert falling.stored == 8571
    assert by_trend({1: D(4), 2: D(5), 3: D(6)}, 3).trend < 0
    assert by_trend({1: D(50), 2: D(20), 3: D(4)}, 3).trend == 10
    short = by_trend({2: D(5), 3: D(4)}, 3)
    assert (short.stored, short.slope) == (8000, None)
    old = by_trend({1: D(6), 2: D(6), 7: D(5), 8: D(4)}, 8)
    assert old.slope is None
    assert by_trend({1: D(6)}, 2) is None
    assert by_trend({1: D(9), 2: D(5), 3: D(1)}, 3).stored == 12000
    gentle = TrendRules(gain=F(7), limit=F(1, 3))
    assert by_trend({1: D(6), 2: D(5), 3: D(4)}, 3, rules=gentle).stored == 8033
