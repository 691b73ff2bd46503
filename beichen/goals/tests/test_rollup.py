"""Rolled-up numbers stay right whatever happens at the same time."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from beichen.goals import queries, rules
from beichen.goals.models import Alignment, GoalStat, KeyResult, RollupDue, Update
from beichen.goals.rules import rollup
from beichen.goals.tests.makers import NOON, aligned, goal, key_result, world
from beichen.platform.access.current import acting
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Refused

DRAINS = system("goals.drain", "test")


def tree(made):
    """A company goal, four goals of managers under it, eight of a report, three key results each."""
    top = goal(made, "top", "E1", unit="U0")
    middles = [goal(made, f"middle {n}", "M1" if n % 2 else "M2") for n in range(4)]
    leaves = [goal(made, f"leaf {n}", "A1") for n in range(8)]
    for n, middle in enumerate(middles):
        aligned(middle, top, 100 * n)
        key_result(middle, weight=3000)
    for n, leaf in enumerate(leaves):
        aligned(leaf, middles[n % 4], 700)
        for part in range(3):
            key_result(leaf, f"K{part}", weight=3333)
    return leaves, middles


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("GOAL-11")
@pytest.mark.parametrize(("writers", "rounds"), [(8, 25), pytest.param(8, 500, marks=pytest.mark.slow)])
def test_writers_at_the_same_time_leave_no_difference(owner_db, writers, rounds):
    with owner_db():
        made = world()
        leaves, middles = tree(made)
        results = list(KeyResult.objects.filter(goal__in=leaves).values_list("pk", flat=True))
    with clock.frozen(NOON):
        with ThreadPoolExecutor(writers) as pool:
            done = list(pool.map(lambda n: _write(made, results, leaves, middles, n, rounds), range(writers)))
        rollup.drain(DRAINS, made.cycle.pk, 10_000)
        with acting(DRAINS):
            assert rules.recount(DRAINS, made.cycle.pk) == []
            assert not RollupDue.objects.exists()
            assert GoalStat.objects.get(goal=made.goals["top"]).progress is not None
            assert rules.restate(DRAINS, made.cycle.pk) == 0
    assert sum(done) > writers * rounds // 2


def _write(made, results, leaves, middles, seed, rounds):
    """Values, weights, drops and moves at random; refusals (a change between read and write) are part of it."""
    draw, done = random.Random(seed), 0
    owner, manager = made.actor("A1"), made.actor("M1")
    try:
        for _ in range(rounds):
            try:
                _act(draw, made, results, leaves, middles, owner, manager)
                done += 1
            except Refused:
                continue
    finally:
        connection.close()
    return done


def _act(draw, made, results, leaves, middles, owner, manager):
    kr_id, what = draw.choice(results), draw.random()
    if what < 0.6:
        rules.report(owner, kr_id, rules.ReportInput(value=Decimal(draw.randint(0, 120))))
    elif what < 0.8:
        kr, _ = queries.key_result(manager, kr_id)
        rules.reweigh_key_result(manager, kr_id, draw.randint(0, 10_000), kr.version)
    elif what < 0.85:
        kr, _ = queries.key_result(manager, kr_id)
        rules.drop_key_result(manager, kr_id, kr.version)
    else:
        child, parent = draw.choice(leaves), draw.choice(middles)
        with acting(owner):
            old = Alignment.objects.filter(child=child, is_rollup=True, state="accepted").first()
        new = rules.move_goal(owner, child.pk, parent.pk, old.version if old else 0)
        boss = made.company.actor(parent.owner.number)
        with acting(boss):
            version = Alignment.objects.get(pk=new).version
        rules.accept_alignment(boss, new, version, weight=draw.randint(0, 9000))


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("GOAL-11")
def test_a_report_is_seen_at_the_top_right_after_it(owner_db):
    with owner_db():
        made = world()
        top, low = goal(made, "top", "M1"), goal(made, "low", "A1")
        aligned(low, top)
        kr = key_result(low)
    with clock.frozen(NOON):
        rules.report(made.actor("A1"), kr.pk, rules.ReportInput(value=Decimal(30), confidence="at_risk"))
        seen = queries.goal(made.actor("B1"), top.pk)
    assert (seen.progress, seen.health) == (300_000, "at_risk")


@pytest.mark.django_db(transaction=True)
def test_what_a_request_cannot_drain_is_left_to_the_worker(owner_db):
    with owner_db():
        made = world()
        kr = key_result(goal(made, "low", "A1"))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('goals_rollup'), %s)", [made.cycle.pk])
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_report_elsewhere, made, kr.pk).result()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%%drain_left%%'")
        assert cursor.fetchone()[0] == 1
    with acting(DRAINS):
        assert RollupDue.objects.count() == 1


def _report_elsewhere(made, kr_id):
    try:
        with clock.frozen(NOON):
            rules.report(made.actor("A1"), kr_id, rules.ReportInput(value=Decimal(30)))
    finally:
        connection.close()


@pytest.mark.django_db
@pytest.mark.req("GOAL-04")
def test_the_database_refuses_circles_and_rewritten_history(owner_db):
    with owner_db():
        made = world()
        a, b, c = (goal(made, title, "A1") for title in "abc")
        aligned(a, b)
        aligned(b, c)
        update = Update.objects.create(key_result=key_result(a), at=NOON, day=NOON.date(), value=1)
        for act in (lambda: aligned(c, a), update.delete, lambda: Update.objects.update(value=2)):
            with pytest.raises(IntegrityError), transaction.atomic():
                act()


@pytest.mark.django_db
def test_dropped_and_unmeasured_items_are_left_out(owner_db):
    with owner_db(), clock.frozen(NOON):
        made = world()
        top = goal(made, "top", "M1")
        half, gone = key_result(top, "half", 2000), key_result(top, "gone", 8000, is_dropped=True)
        fed = key_result(top, "fed", 5000, by_metric=True)
        for kr, progress in ((half, 500_000), (gone, 0), (fed, None)):
            kr.stat.progress = progress
            kr.stat.score = progress and progress // 100
            kr.stat.save()
        empty = goal(made, "empty", "A1")
        aligned(empty, top, 9000)
        RollupDue.objects.bulk_create([RollupDue(goal=top), RollupDue(goal=empty)])
        rollup.drain(DRAINS, made.cycle.pk)
        assert GoalStat.objects.get(goal=top).progress == 500_000
        assert GoalStat.objects.get(goal=empty).progress is None
