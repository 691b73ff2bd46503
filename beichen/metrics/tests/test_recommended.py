"""The metrics recommended to a role: who names them, which are taken, what the profile page and the API show."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from beichen.metrics import queries, rules
from beichen.metrics.models import Metric
from beichen.metrics.rules import MetricInput, Recommended
from beichen.people.models import RoleProfile
from beichen.people.rules.profiles import take_starter_set
from beichen.people.tests.makers import Company, small
from beichen.platform.access.current import acting
from beichen.platform.audit.models import Entry
from beichen.platform.kit.errors import Changed, Forbidden, Invalid, NotFound
from tests.cast import Golden, client_as, golden

__all__ = ["client_as", "golden"]
COUNTS = json.loads(Path(__file__).with_name("query_counts.json").read_text(encoding="utf-8"))
CODES = ("r30", "late", "fcr")


@pytest.fixture
def town(db: Any, owner_db: Any) -> Company:
    with owner_db():
        return small()


def profile_of(company: Any, by: str) -> int:
    """A profile of the starter set."""
    take_starter_set(company.actor(by))
    with acting(company.actor(by)):
        return RoleProfile.objects.get(code="product").pk


def library(company: Any, writer: str, second: str) -> list[int]:
    """Three metrics in force."""
    made = []
    for code in CODES:
        card = rules.create_metric(company.actor(writer), MetricInput(code=code, name=f"指标{code}", unit="%"))
        made.append(rules.enact_metric(company.actor(second), card.id, card.version).id)
    return made


@pytest.mark.req("PEOPLE-04")
def test_hr_names_the_metrics_of_a_role_and_everybody_reads_them(town: Company, owner_db: Any) -> None:
    profile, metrics = profile_of(town, "HA1"), library(town, "HA1", "HA2")
    assert queries.recommended(town.actor("A1"), profile).version == 0
    wanted = [
        Recommended(metric_id=metrics[1], weight=70, note="先看延期", note_en="Delay first"),
        Recommended(metric_id=metrics[0], weight=30),
    ]
    for stranger in ("E1", "M1", "A1", "CA1"):
        with pytest.raises(Forbidden):
            rules.set_recommended(town.actor(stranger), profile, wanted, 0)
    rules.set_recommended(town.actor("HR1"), profile, wanted, 0)
    card = queries.recommended(town.actor("A1"), profile)
    assert [(line.code, line.weight, line.note) for line in card.lines] == [("late", 70, "先看延期"), ("r30", 30, "")]
    again = rules.set_recommended(town.actor("HR1"), profile, wanted, 0)
    assert again.version == card.version == 1
    with pytest.raises(Changed):
        rules.set_recommended(town.actor("HA1"), profile, wanted[:1], 0)
    with pytest.raises(NotFound):
        rules.set_recommended(town.actor("HA1"), 10**9, wanted, 0)
    emptied = rules.set_recommended(town.actor("HA1"), profile, [], 1)
    assert (emptied.version, emptied.lines) == (2, ())
    with owner_db():
        first, second = Entry.objects.filter(act="metrics.recommend").order_by("pk")
        assert first.details["to"][0]["metric_id"] == metrics[1]
        assert (len(second.details["from"]), second.details["to"]) == (2, [])


@pytest.mark.req("PEOPLE-04")
@pytest.mark.parametrize(
    ("chosen", "weights", "error"),
    [
        ([0, 0], [None, None], rules.TwiceRecommended),
        ([0, 1], [50, 40], rules.BadWeights),
        ([0, 1], [100, None], rules.BadWeights),
        ([0, 1], [100, 0], rules.BadWeights),
        ([3], [None], rules.NotInForce),
        ([0] * 9, [None] * 9, rules.TooManyMetrics),
    ],
)
def test_what_makes_no_set_is_refused(
    town: Company, chosen: list[int], weights: list[int | None], error: type[Invalid]
) -> None:
    profile, metrics = profile_of(town, "HA1"), library(town, "HA1", "HA2")
    metrics.append(rules.create_metric(town.actor("HA1"), MetricInput(code="draft", name="草稿")).id)
    lines = [Recommended(metric_id=metrics[n], weight=weight) for n, weight in zip(chosen, weights, strict=True)]
    with pytest.raises(error) as refused:
        rules.set_recommended(town.actor("HA1"), profile, lines, 0)
    assert refused.value.sentence()
    assert queries.recommended(town.actor("A1"), profile).lines == ()


@pytest.mark.req("PEOPLE-04")
def test_a_retired_metric_stays_readable_in_its_sets(town: Company, owner_db: Any) -> None:
    profile, metrics = profile_of(town, "HA1"), library(town, "HA1", "HA2")
    rules.set_recommended(town.actor("HA1"), profile, [Recommended(metric_id=metrics[0])], 0)
    with owner_db():
        Metric.objects.filter(pk=metrics[0]).update(state="retired")
    [line] = queries.recommended(town.actor("A1"), profile).lines
    assert line.is_retired


@pytest.mark.req("PEOPLE-04")
def test_the_set_by_clicks_and_by_program(golden: Golden, client_as: Callable[[str], Client]) -> None:
    profile, metrics = profile_of(golden, "E015"), library(golden, "E015", "E016")
    hr, colleague = client_as("E015"), client_as("E006")
    panel = reverse("metrics:recommended", args=[profile])
    edit = reverse("metrics:edit_recommended", args=[profile])
    assert panel in colleague.get(reverse("people:profile", args=[profile])).content.decode()
    assert edit not in colleague.get(panel).content.decode()
    assert edit in hr.get(panel).content.decode()
    assert colleague.get(edit).status_code == 403
    assert "fcr 指标fcr" in hr.get(reverse("metrics:options"), {"metric_0": "指标f"}).content.decode()
    sent = {"metric_0": "fcr 指标fcr", "weight_0": "60", "note_0": "看得见结果", "metric_3": "r30", "weight_3": "40"}
    assert hr.post(edit, {**sent, "weight_3": "30", "version": "0"}).status_code == 422
    assert "metric_1" in hr.post(edit, {**sent, "metric_1": "没有", "version": "0"}).content.decode()
    assert hr.post(edit, {**sent, "version": "7"}).status_code == 409
    assert hr.post(edit, {**sent, "version": "0"}).status_code == 303
    assert "看得见结果" in colleague.get(panel).content.decode()
    assert 'value="fcr 指标fcr"' in hr.get(edit).content.decode()
    at = f"/api/v1/metrics/roles/{profile}"
    read = colleague.get(at).json()
    assert [(line["code"], line["weight"]) for line in read["lines"]] == [("fcr", 60), ("r30", 40)]
    body = {"lines": [{"metric_id": metrics[1]}], "version": read["version"]}
    assert colleague.put(at, body, content_type="application/json").status_code == 403
    written = hr.put(at, body, content_type="application/json")
    assert [line["code"] for line in written.json()["lines"]] == ["late"]
    cost: dict[str, int] = {}
    for name, door in (("recommended", panel), ("edit_recommended", edit)):
        hr.get(door)
        with CaptureQueriesContext(connection) as seen:
            assert hr.get(door).status_code == 200
        cost[name] = sum(1 for line in seen if "SAVEPOINT" not in line["sql"])
    assert cost == {name: COUNTS[name] for name in cost}
