"""Bands of a cycle: agreed to by two before goals run, frozen when they do, side by side with a reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from beichen.metrics import queries, rules
from beichen.metrics.formulas import Point
from beichen.metrics.tests.makers import metric
from beichen.people.models import Cycle
from beichen.people.tests.makers import cycle, small
from beichen.platform.kit.actor import system
from tests.database import login

D = Decimal
RISING = [Point(D(60), 0), Point(D(80), 6000), Point(D(90), 10_000, "延期都有说明")]
FALLING = list(reversed([Point(D(60), 10_000), Point(D(80), 6000), Point(D(90), 0)]))


@pytest.fixture
def town(db, owner_db):
    with owner_db():
        return small()


def made(town, card, cycle_id, key="k", points=RISING, by="HA1", **whom):
    for_whom = rules.ForWhom(metric_id=card.id, cycle_id=cycle_id, **whom)
    return rules.create_band_table(town.actor(by), key, f"区间 {key}", "interpolated", points, for_whom)


@pytest.mark.django_db
@pytest.mark.req("METRIC-03")
def test_bands_of_a_cycle_take_two_people_and_are_frozen_when_it_begins(town):
    card, running = metric(town, "on_time", unit="%"), cycle(town, "C01")
    table = made(town, card, running)
    with pytest.raises(rules.AgreedByAnother):
        rules.freeze_band_table(town.actor("HA1"), table.id, table.version)
    assert rules.freeze_band_table(town.actor("HA2"), table.id, table.version).state == "frozen"
    late = made(town, card, running, "late", unit_id=town.units["U1"].pk, reason="这个组还在磨合")
    with login(None):
        Cycle.objects.filter(pk=running).update(phase="C02")
    assert rules.freeze_of_cycle(system("metrics.freeze_bands", "test"), running) == 1
    with pytest.raises(rules.Frozen):
        rules.edit_band_table(town.actor("HA1"), late.id, "x", "stepped", RISING, version=2)
    with pytest.raises(rules.CycleRuns):
        made(town, card, running, "after", role="rnd", reason="晚了")


@pytest.mark.django_db
@pytest.mark.req("METRIC-03")
def test_different_bands_stand_side_by_side_with_their_reason_and_the_nearest_holds(town):
    card, running = metric(town, "on_time", unit="%"), cycle(town, "C01")
    made(town, card, running)
    with pytest.raises(rules.SameWhom):
        made(town, card, running, "again")
    with pytest.raises(rules.BesideAnother):
        made(town, card, running, "u1", unit_id=town.units["U1"].pk)
    made(town, card, running, "u1", unit_id=town.units["U1"].pk, reason="起点不同")
    made(town, card, running, "rnd", role="rnd", reason="看得更严")
    path = [town.units["U1"].pk, town.units["U0"].pk]
    ask = lambda **how: queries.band_for(town.actor("A1"), card.id, running, **how)  # noqa: E731
    assert ask(unit_path=path) is None
    for table in queries.band_tables(town.actor("HA2")).values():
        rules.freeze_band_table(town.actor("HA2"), table.id, table.version)
    keys = [ask(unit_path=path), ask(role="rnd", unit_path=path), ask(unit_path=path[1:]), ask(role="hr", unit_path=[])]
    assert [found and found.key for found in keys] == ["u1", "rnd", "k", "k"]


@pytest.mark.django_db
@pytest.mark.req("METRIC-03")
def test_points_and_the_metrics_direction_agree(town):
    card, running = metric(town, "defects", direction="lower"), cycle(town, "C01")
    with pytest.raises(rules.WrongWay):
        made(town, card, running)
    assert made(town, card, running, points=FALLING).table.falling


@pytest.mark.django_db
@pytest.mark.req("METRIC-03")
def test_a_cycle_takes_no_bands_on_a_metric_nobody_agreed_to(town):
    draft = rules.create_metric(town.actor("HA1"), rules.MetricInput(code="x", name="草稿"))
    with pytest.raises(rules.NoActiveMetric):
        made(town, draft, cycle(town, "C01"))


@pytest.mark.django_db
@pytest.mark.req("METRIC-03")
def test_ranges_are_half_open_without_gap_and_carry_their_condition(town):
    table = made(town, metric(town, "on_time", unit="%"), cycle(town, "C01"))
    assert table.spans == (("60", "80", 0, ""), ("80", "90", 6000, ""), ("90", "", 10_000, "延期都有说明"))
