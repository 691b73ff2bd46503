"""The metric library and band tables: who edits, what a bad table is told, frozen stays frozen."""

from __future__ import annotations

from decimal import Decimal

import pytest

from beichen.metrics import queries, rules
from beichen.metrics.formulas import Point
from beichen.people.tests.makers import small
from beichen.platform.kit.errors import Changed, Forbidden, Invalid, NotFound
from beichen.platform.kit.words import BadValue
from tests.cast import client_as, golden

__all__ = ["client_as", "golden"]
POINTS = [Point(Decimal(8), 0), Point(Decimal(5), 6000), Point(Decimal(3), 10_000), Point(Decimal(1), 12_000)]


@pytest.fixture
def company(db, owner_db):
    with owner_db():
        return small()


@pytest.mark.django_db
@pytest.mark.req("GOAL-01")
def test_a_metric_takes_two_people(company):
    made = rules.create_metric(company.actor("HA1"), rules.MetricInput(code="r30", name="30 日留存率", unit="%"))
    assert queries.metric(company.actor("A1"), made.id).name == "30 日留存率"
    with pytest.raises(Forbidden):
        rules.create_metric(company.actor("A1"), rules.MetricInput(code="x", name="x"))
    with pytest.raises(rules.EditedByYou):
        rules.enact_metric(company.actor("HA1"), made.id, made.version)
    assert rules.enact_metric(company.actor("HA2"), made.id, made.version).state == "in_force"
    with pytest.raises(Changed):
        rules.edit_metric(company.actor("HA1"), made.id, rules.MetricInput(code="r30", name="x"), made.version)
    with pytest.raises(Invalid):
        rules.create_metric(company.actor("HA2"), rules.MetricInput(code="r30", name="另一个"))


@pytest.mark.django_db
@pytest.mark.req("GOAL-01")
@pytest.mark.parametrize(
    "points",
    [POINTS[:1], [POINTS[0], Point(Decimal(8), 6000)], [POINTS[0], POINTS[2], POINTS[1]], [POINTS[1], POINTS[0]]],
)
def test_a_bad_table_is_refused_with_a_sentence(company, points):
    with pytest.raises(BadValue) as refused:
        rules.create_band_table(company.actor("HA1"), "k", "k", "interpolated", points)
    assert "it must be" in refused.value.sentence()


@pytest.mark.django_db
@pytest.mark.req("GOAL-01")
def test_drafts_are_hidden_and_frozen_tables_score(company):
    made = rules.create_band_table(company.actor("HA1"), "defects", "缺陷率", "interpolated", POINTS)
    with pytest.raises(NotFound):
        queries.band_table(company.actor("A1"), made.id)
    frozen = rules.freeze_band_table(company.actor("HA1"), made.id, made.version)
    assert queries.score(company.actor("A1"), made.id, Decimal(4)).stored == 8000
    with pytest.raises(rules.Frozen):
        rules.edit_band_table(company.actor("HA1"), made.id, "x", "stepped", POINTS, version=frozen.version)


@pytest.mark.req("GOAL-01")
def test_the_library_by_clicks_and_by_program(golden, client_as):
    client = client_as("E015")
    assert (
        client.post("/metrics/new/", {"code": "r30", "name": "30 日留存率", "direction": "higher"}).status_code == 303
    )
    form = {
        "key": "late",
        "name": "延期率",
        "mode": "stepped",
        "value_0": "8",
        "score_0": "0",
        "value_1": "3",
        "score_1": "100",
    }
    assert client.post("/metrics/bands/new/", form).status_code == 303
    page = client.get("/metrics/").content.decode()
    assert "30 日留存率" in page
    assert "延期率" in page
    bad = client.post("/metrics/bands/new/", {**form, "key": "bad", "score_1": "0"})
    assert bad.status_code == 422
    assert "延期率" not in client_as("E006").get("/metrics/").content.decode()
    assert [b["key"] for b in client_as("E006").get("/api/v1/metrics/bands").json()] == ["K211", "K221"]
    assert client_as("E006").get("/metrics/new/").status_code == 403
