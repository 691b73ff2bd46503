"""Whether a metric tells its subjects apart, and planned metrics nobody tracks."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from beichen.metrics import queries, rules
from beichen.metrics.formulas.telling import spread
from beichen.metrics.tests.makers import APRIL, metric, put
from beichen.people.tests.makers import small
from beichen.platform.kit import clock


@pytest.fixture
def town(db, owner_db):
    with owner_db():
        return small()


@pytest.mark.req("METRIC-05")
@pytest.mark.parametrize(
    ("figures", "quartiles", "tells"),
    [
        ([1, 2], (1, 1, 2), None), ([5, 5, 5, 5, 5], (5, 5, 5), False), ([5, 5, 5, 5, 9], (5, 5, 5), False),
        ([10, 20, 30, 40], (10, 20, 30), None), ([10, 20, 30, 40, 50], (20, 30, 40), True),
        ([98, 99, 100, 101, 102], (99, 100, 101), False), ([-9, -5, 0, 5, 9], (-5, 0, 5), True),
    ],
)  # fmt: skip
def test_the_spread_of_figures(figures, quartiles, tells):
    found = spread([Decimal(value) for value in reversed(figures)])
    assert found is not None
    assert ((found.lower, found.middle, found.upper), found.tells) == (quartiles, tells)
    assert spread([]) is None


@pytest.mark.req("METRIC-05")
def test_the_share_of_the_same_figure():
    found = spread([Decimal(1), Decimal(1), Decimal(2)])
    assert found is not None
    assert found.same == Fraction(2, 3)


@pytest.mark.django_db
@pytest.mark.req("METRIC-05")
def test_planned_metrics_without_a_figure_for_a_quarter_are_listed(town):
    with clock.frozen(datetime(2026, 5, 20, 4, tzinfo=UTC)):
        tracked, quiet, own = (metric(town, code, is_general=code != "own") for code in ("tracked", "quiet", "own"))
        put(town, tracked, APRIL, {"U1": 5})
        found, planned = queries.untracked(town.actor("HA1"))
        assert [one.metric.id for one in found] == [quiet.id]
        assert planned == 2
        assert own.id
    with clock.frozen(datetime(2026, 9, 20, 4, tzinfo=UTC)):
        found, _ = queries.untracked(town.actor("HA1"))
        assert {(one.metric.code, one.newest) for one in found} == {("quiet", ""), ("tracked", APRIL)}


@pytest.mark.django_db
@pytest.mark.req("METRIC-05")
def test_the_spread_counts_only_what_the_reader_may_see(town):
    with clock.frozen(datetime(2026, 5, 20, 4, tzinfo=UTC)):
        card = metric(town, "tickets", subject="person")
        put(town, card, APRIL, {"A1": 10, "A2": 20, "B1": 90})
        mine = queries.spread_of(town.actor("M1"), card, APRIL)
        assert mine is not None
        assert mine.count == 2
        assert mine.most == Decimal(20)
        assert queries.spread_of(town.actor("B2"), card, APRIL) is None
        assert rules.Taken().held == {}
