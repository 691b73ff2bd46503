"""A workbook with goals of a period without a cycle: the preview says what comes with it, the report keeps it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from beichen.goals.models import Goal, KeyResult
from beichen.people import queries as people
from beichen.people.rules import imports
from beichen.people.tests.books import book, preview
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from tests.cast import Golden

HEADER = ["goal", "title", "owner", "period", "weight"]
MAY = datetime(2026, 5, 20, 4, tzinfo=UTC)


def workbook(*keys: str) -> bytes:
    return book(Goals=[HEADER, *([f"N{n}", f"目标 {n}", "E009", key, "100"] for n, key in enumerate(keys))])


@pytest.mark.req("PEOPLE-05", "GOAL-01")
def test_the_preview_says_which_cycles_come_and_which_of_them_are_past(golden: Golden) -> None:
    with clock.frozen(MAY):
        notes = preview(golden, ("g.xlsx", workbook("2026Q1", "2026Q2", "2026Q3", "2026Q1", "nie"))).notes
    assert [(note["params"], "ended on" in note["note"]) for note in notes] == [
        ({"period": "2026Q1", "day": "2026-03-31"}, True), ({"period": "2026Q3", "day": "2026-09-30"}, False),
    ]  # fmt: skip


@pytest.mark.req("PEOPLE-05", "INSIGHT-01")
def test_the_report_keeps_it_and_hr_finds_the_cycle_in_the_list(
    golden: Golden, client_as: Callable[[str], Client], worker_db: Any
) -> None:
    with clock.frozen(MAY):
        card = preview(golden, ("g.xlsx", workbook("2026Q1")))
        for number in ("E015", "E016"):
            imports.confirm(golden.actor(number), card.id, people.batch(golden.actor(number), card.id).version)
        with worker_db():
            imports.write(system("import_company", "test"), card.id)
        report = client_as("E016").get(f"/people/imports/{card.id}/").content.decode()
        assert "2026Q1 还没有周期，而且这个时段已于 2026-03-31 结束" in report
        for number in ("E015", "E016"):
            assert "2026Q1 已经过去，周期还没有开始" in client_as(number).get("/").content.decode()
        assert "周期还没有开始" not in client_as("E006").get("/").content.decode()


@pytest.mark.req("PEOPLE-05", "GOAL-01")
def test_goals_and_key_results_come_with_their_english_titles(golden: Golden, worker_db: Any) -> None:
    goals = [
        ["goal", "title", "英文标题", "owner", "period", "weight"],
        ["N1", "目标一", "Goal one", "E009", "2026Q2", "100"],
        ["N2", "目标二", "", "E009", "2026Q2", "0"],
    ]
    results = [
        ["key_result", "goal", "title", "英文标题", "measure", "baseline", "target", "weight"],
        ["K1", "N1", "结果一", "Result one", "increase", "0", "10", "100"],
    ]
    with clock.frozen(MAY):
        written(golden, worker_db, book(Goals=goals, KeyResults=results))
        assert dict(Goal.objects.filter(key__in=["N1", "N2"]).values_list("key", "title_en")) == {
            "N1": "Goal one", "N2": ""}  # fmt: skip
        assert KeyResult.objects.get(key="K1").title_en == "Result one"
        goals[1][1:3], goals[2][2] = ["目标一改", ""], "Goal two"
        written(golden, worker_db, book(Goals=goals))
    assert list(Goal.objects.filter(key__in=["N1", "N2"]).order_by("key").values_list("title", "title_en")) == [
        ("目标一改", "Goal one"), ("目标二", "Goal two")]  # fmt: skip


def written(golden: Golden, worker_db: Any, content: bytes) -> None:
    """Confirmed by two and written by the worker."""
    card = preview(golden, ("g.xlsx", content))
    for number in ("E015", "E016"):
        imports.confirm(golden.actor(number), card.id, people.batch(golden.actor(number), card.id).version)
    with worker_db():
        imports.write(system("import_company", "test"), card.id)
