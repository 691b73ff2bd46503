"""The golden company: progress, attainment, roll-up and health, line by line, through import and rules."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from beichen.goals import queries, rules
from beichen.goals.models import Goal, KeyResult
from beichen.goals.rules import rollup
from beichen.metrics import queries as metrics
from beichen.people import queries as people
from beichen.people.models import Cycle
from beichen.platform.access.current import acting
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from beichen.platform.kit.rounding import PROGRESS, shown
from beichen.strategy import queries as strategy
from tests.cast import FOLDER, Golden, golden
from tests.database import put_in_phase

__all__ = ["golden"]
MAY_16 = datetime(2026, 5, 16, 4, tzinfo=UTC)
DRAINS = system("goals.drain", "test")


def expected(*what: str) -> list[tuple[str, str, str]]:
    with (FOLDER / "expected.csv").open(encoding="utf-8", newline="") as file:
        return [(line["what"], line["of"], line["value"]) for line in csv.DictReader(file) if line["what"] in what]


@pytest.fixture
def cycle_id(golden: Golden) -> int:
    """The quarter, running, rolled up on 16 May."""
    with clock.frozen(MAY_16):
        found = Cycle.objects.get().pk
        put_in_phase("C02")
        assert rollup.drain(DRAINS, found)
        rules.restate(DRAINS, found)
    return found


def four(millionths: int | None) -> str:
    return "not measured" if millionths is None else shown(Fraction(millionths, PROGRESS), 4)


@pytest.mark.req("GOAL-11", "GOAL-01", "STRAT-03")
def test_progress_and_attainment_line_by_line(golden, cycle_id):
    with acting(golden.actor("E001")):
        stored = {g.key: g.stat.progress for g in Goal.objects.select_related("stat")}
        stored |= {k.key: k.stat.progress for k in KeyResult.objects.select_related("stat")}
    lines = expected("progress")
    assert len(lines) == 15
    assert {of: four(stored[of]) for _, of, _ in lines} == {of: value for _, of, value in lines}
    attained = queries.attainment_of_priorities(golden.actor("E006"), [cycle_id])
    priorities = strategy.priorities(golden.actor("E006"))
    assert {p.key: four(attained.get(p.id)) for p in priorities} == {of: v for _, of, v in expected("attainment")}


@pytest.mark.req("GOAL-09")
def test_health_on_a_day_line_by_line(golden, cycle_id):
    actor = golden.actor("E001")
    with clock.frozen(MAY_16), acting(actor):
        cards = list(queries.goals_by_id(actor, Goal.objects.values_list("pk", flat=True)).values())
        found = {card.key: card.health for card in cards}
        settings = people.cycle(actor, cycle_id).settings
        results = [kr for rows in queries.key_results(actor, cards, settings).values() for kr in rows]
    found |= {kr.key: kr.health for kr in results}
    lines = expected("health on 2026-05-16")
    assert len(lines) == 15
    assert {of: found[of].replace("_", " ") for _, of, _ in lines} == {of: value for _, of, value in lines}
    assert [kr.key for kr in results if kr.apart] == [of for _, of, _ in expected("two steps apart")]


@pytest.mark.req("GOAL-01")
def test_kpi_scores_by_bands(golden, cycle_id):
    actor = golden.actor("E006")
    cards = {card.key: card for card in metrics.band_tables(actor).values()}
    scores = {
        of: f"{metrics.score(actor, cards[of].id, value).stored / 100:.2f}"
        for of, value in (("K211", Decimal(87)), ("K221", Decimal(4)))
    }
    assert scores == {of: value for _, of, value in expected("KPI score")}


@pytest.mark.req("GOAL-11")
def test_scored_goals_of_a_person(golden, cycle_id):
    with clock.frozen(datetime(2026, 6, 20, 4, tzinfo=UTC)):
        kr, _ = key_result(golden, "E007", "K311")
        done = [s.id for s in kr.milestones if s.name in ("接口冻结", "双写")]
        rules.report(golden.actor("E007"), kr.id, rules.ReportInput(finished=done))
        rollup.drain(DRAINS, cycle_id)
    kr, _ = key_result(golden, "E007", "K311")
    assert [four(kr.progress)] == [v for _, _, v in expected("key result at the end of the cycle")]
    scored = queries.scored_goals(golden.actor("E004"), [golden.id("E006"), golden.id("E007")], cycle_id)
    assert [(g.key, g.weight, g.score) for g in scored[golden.id("E006")]] == [("G21", 6000, 8800), ("G22", 4000, 8000)]
    assert [(g.key, g.score) for g in scored[golden.id("E007")]] == [("G31", 6667)]


def key_result(golden: Golden, number: str, key: str):
    return queries.key_result(golden.actor(number), KeyResult.objects.get(key=key).pk)


@pytest.mark.req("GOAL-11")
def test_the_recount_agrees_and_a_second_import_changes_nothing(golden, cycle_id, worker_db):
    from beichen.people.formulas import reading, workbook
    from beichen.people.rules.imports import previews
    from beichen.platform.registry import imports as registry
    from tests.cast import FOUNDER, WORKBOOK

    with acting(DRAINS):
        assert rules.recount(DRAINS, cycle_id) == []
    with worker_db(), acting(FOUNDER):
        book = reading.read(workbook.tables(WORKBOOK.read_bytes(), WORKBOOK.name), registry.sheets())
        previewed = previews.read_preview(FOUNDER, book)
    ours = ("Priorities", "Goals", "KeyResults", "Milestones", "Bands", "Updates")
    actions = {kind: {f.action.value for f in previewed.findings[kind]} for kind in ours}
    assert actions == {kind: {"unchanged"} for kind in ours}
