"""A whole cycle counted in SQL against the formulas goal by goal; closing all of it at once, and again."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest

from beichen.goals.choices import Measure
from beichen.goals.models import Goal, GoalStat, KeyResult, KeyResultStat, Milestone, RollupDue
from beichen.goals.queries.standing import numbers
from beichen.goals.rules import close, rollup
from beichen.goals.tests.makers import FIRST, LAST, NOON, World, aligned, goal, world
from beichen.platform.access.current import acting
from beichen.platform.audit.models import Entry
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system

pytestmark = pytest.mark.django_db
DRAINS, CLOSES = system("goals.drain", "test"), system("goals.close_when_due", "test")
MEASURES = [each for each in Measure.values if each != Measure.BAND]
WEIGHTS = (0, 0, 1, 33, 3333, 5000, 10_000)
PROGRESS = (None, 0, 1, 333_333, 500_000, 599_999, 600_000, 900_001, 1_000_000)
DAYS = (FIRST, date(2026, 4, 9), date(2026, 5, 16), date(2026, 6, 29), LAST, date(2026, 7, 20))


def _key_result(draw: random.Random, made: Goal, n: int) -> None:
    start = FIRST + timedelta(days=draw.choice([0, 0, 1, 13, 40]))
    kr = KeyResult.objects.create(
        goal=made, title=f"K{n}", measure=draw.choice(MEASURES), weight=draw.choice(WEIGHTS), baseline=0,
        target=100, low=0, tolerance=3, start=start, due=start + timedelta(days=draw.choice([1, 7, 50, 97])),
        is_dropped=draw.random() < 0.2,
    )  # fmt: skip
    for step in range(draw.choice([0, 1, 3]) if kr.measure == Measure.MILESTONES else 0):
        Milestone.objects.create(
            key_result=kr, name=f"S{step}", weight=draw.choice([0, 0, 7, 33]), due=draw.choice(DAYS), position=step
        )
    if draw.random() < 0.9:
        progress = draw.choice(PROGRESS)
        KeyResultStat.objects.create(
            key_result=kr, progress=progress, score=None if progress is None else progress // 97,
            updated_on=draw.choice([None, FIRST, date(2026, 5, 1), date(2026, 6, 20)]), behind=draw.choice([0, 0, 3]),
            risk_update=draw.choice([None, None, 5, 9]), risk_is_shared=draw.random() < 0.5,
        )  # fmt: skip


def _forest(made: World, seed: int, many: int = 60) -> list[Goal]:
    """Goals of every state, each perhaps under one made before it."""
    draw, found = random.Random(seed), list[Goal]()
    for n in range(many):
        state = draw.choice(["active", "active", "active", "changing", "draft", "closed"])
        one = goal(
            made, f"g{n}", "A1", state=state, is_dropped=state == "closed" and draw.random() < 0.5,
            closed_at=NOON if state == "closed" else None, approved_at=None if state == "draft" else NOON,
            manual_progress=draw.choice(PROGRESS) if draw.random() < 0.2 else None, manual_reason="一个说得清楚的理由",
            due=FIRST + timedelta(days=draw.choice([1, 45, 90])),
        )  # fmt: skip
        for k in range(draw.choice([0, 1, 3, 5])):
            _key_result(draw, one, k)
        if found and draw.random() < 0.85:
            aligned(one, draw.choice(found[-20:]), draw.choice(WEIGHTS))
        found.append(one)
    return found


@pytest.mark.req("GOAL-04", "GOAL-11")
@pytest.mark.parametrize("seed", range(6))
def test_every_goal_stands_as_the_formulas_say(owner_db, seed):
    with owner_db():
        made = world()
        ids = [one.pk for one in _forest(made, seed)]
        made.cycle.settings["goals"]["health"] = {"ahead": "1.15", "at_risk": "0.55"}
        made.cycle.save()
    for day in DAYS:
        with acting(DRAINS), clock.frozen(NOON):
            rollup.restate(DRAINS, made.cycle.pk, day)
            computed = numbers(ids, day)
            stored = {stat.goal_id: stat for stat in GoalStat.objects.filter(goal_id__in=ids)}
            assert set(stored) == set(ids)
            for pk in ids:
                assert rollup._row(stored[pk]) == computed[pk].stored, (seed, day, pk)
                assert stored[pk].as_of == day
            assert rollup.write(computed.values(), day) == []
            assert rollup.restate(DRAINS, made.cycle.pk, day) == 0
            assert rollup.recount(DRAINS, made.cycle.pk) == []


@pytest.mark.req("GOAL-04")
def test_the_worker_may_count_a_cycle_anew(owner_db, worker_db):
    with owner_db():
        made = world()
        ids = [one.pk for one in _forest(made, 1, 20)]
    with worker_db(), acting(DRAINS):
        rollup.restate(DRAINS, made.cycle.pk, LAST)
        with clock.frozen(NOON):
            GoalStat.objects.filter(goal_id=ids[0]).update(progress=123_456)
            assert rollup.recount(DRAINS, made.cycle.pk) == [ids[0]]
            assert rollup.drain(DRAINS, made.cycle.pk)
            assert rollup.recount(DRAINS, made.cycle.pk) == []


@pytest.mark.req("GOAL-04", "BASE-07")
def test_a_cycle_closed_twice_is_closed_once(owner_db, worker_db, monkeypatch):
    with owner_db():
        made = world("C05")
        _forest(made, 2)
        running = set(Goal.objects.filter(state__in=["active", "changing"]).values_list("pk", flat=True))
    with worker_db(), clock.frozen(NOON):
        monkeypatch.setattr(close, "AT_ONCE", 7)
        assert close.close_cycle(CLOSES, made.cycle.pk) == len(running) > 14
        first = _closed()
        assert close.close_cycle(CLOSES, made.cycle.pk) == 0
        assert _closed() == first
    with owner_db():
        noted: list[Any] = [e.details["ids"] for e in Entry.objects.filter(act="goals.close")]
        assert sorted(pk for ids in noted for pk in ids) == sorted(running)
        assert set(RollupDue.objects.values_list("goal_id", flat=True)) <= running


def _closed() -> list[tuple[Any, ...]]:
    return sorted(Goal.objects.filter(state="closed").values_list("pk", "closed_at", "version"))
