"""F20, F21: whoever works on the whole company is killed, at every statement; then the work is done, whole and once."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from beichen.demo.rules.copies import multiply
from beichen.people import queries as people
from beichen.people.rules import move_cycle
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.reviews import queries, rules
from beichen.reviews.choices import RESULT_READY
from beichen.reviews.models import Rating
from beichen.reviews.tests.makers import World, decided, world
from beichen.reward import queries as pools
from beichen.reward import rules as reward
from beichen.reward.choices import LETTER_READY
from beichen.reward.tests.makers import Money, money
from tests.database import past_the_guards, put_in_phase
from tests.faults.crowd import crowd
from tests.faults.dying import UNPARKED, Reaper

pytestmark = pytest.mark.django_db(transaction=True)

CALIBRATED, LOCKED, RELEASED = ("in_calibration", "in_calibration"), ("locked", "locked"), ("released", "released")
NOTICES = "SELECT addressee_id, count(*) FROM notify_notice WHERE template = %s GROUP BY 1"
BATCHES = "SELECT details->>'ids' FROM audit_entry WHERE act = %s AND kind = 'reviews.rating'"
OFF = """
SELECT count(*) FROM reward_bonuspool p
WHERE p.plan_id = %s AND p.value - p.reserve - p.unallocated
      <> (SELECT coalesce(sum(amount), 0) FROM reward_bonusaward a WHERE a.pool_id = p.id)
       + (SELECT coalesce(sum(delta), 0) FROM reward_adjustment d WHERE d.pool_id = p.id)
"""


def _asked(made: Any, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with made.owner(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


# ── F20: calibration, lock, release ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def written(owner_db: Any, worker_db: Any) -> World:
    """Three reviews that their manager wrote and decided; the cycle stands at C05."""
    made = world(owner_db, worker_db)
    made.make_plan(without=[made.id(n) for n in made.company.people if n not in ("A1", "A2", "B1")])
    made.launch()
    for subject, manager in (("A1", "M1"), ("A2", "M1"), ("B1", "M2")):
        decided(made, subject, manager)
    return made


def _states(made: World) -> set[tuple[str, str]]:
    """How heads and ratings stand: one pair, or somebody is half moved."""
    with made.owner():
        return set(Rating.objects.values_list("review__state", "state"))


def _readable(made: World) -> bool:
    """Whether one of them can read the own result."""
    try:
        queries.result(made.actor("A2"), made.reviews["A2"])
    except NotFound:
        return False
    return True


def _presses(reaper: Reaper, act: Callable[[Actor], Any], made: Any, *numbers: str) -> list[Any]:
    """Each of these people presses; a press that died is repeated as it was."""
    return [reaper.through(partial(act, made.actor(number)), lambda: None, "press") for number in numbers]


def _move(reaper: Reaper, made: World, to: str, *numbers: str) -> None:
    version = people.cycle(made.actor("HA1"), made.cycle_id).version
    _presses(reaper, lambda actor: move_cycle(actor, made.cycle_id, to, version), made, *numbers)


def _whole(made: World, *states: tuple[str, str]) -> Callable[[], None]:
    """A look after each death: all stand before the step or all after it; read and told only once released."""
    everyone = [made.id(number) for number in made.reviews]

    def look() -> None:
        now = _states(made)
        assert len(now) == 1, now
        assert now <= set(states)
        released = now == {("released", "released")}
        assert _readable(made) is released
        assert dict(_asked(made, NOTICES, RESULT_READY)) == (dict.fromkeys(everyone, 1) if released else {})

    return look


@pytest.mark.fault("F20")
@pytest.mark.req("REVIEW-07", "BASE-07")
@pytest.mark.parametrize("every", [11, pytest.param(1, marks=pytest.mark.slow)])
def test_a_close_and_a_release_killed_on_the_way_end_whole_and_once(written, every):
    made, reaper, presses = written, Reaper(every), Reaper(6 * every)
    _move(presses, made, "C06", "HA1", "HA2")
    reaper.jobs(_whole(made, ("open", "proposed"), CALIBRATED))
    made.close_session()
    _move(presses, made, "C07", "HA1", "HA2")
    _step(reaper, presses, made, rules.lock_results, CALIBRATED, LOCKED)
    _move(presses, made, "C08", "HA1", "HA2")
    _move(presses, made, "C09", "HA1", "HA2", "E1")
    _step(reaper, presses, made, rules.release_results, LOCKED, RELEASED)
    _whole(made, RELEASED)()
    for act in ("reviews.lock", "reviews.release"):
        noted = [pk for (ids,) in _asked(made, BATCHES, act) for pk in json.loads(ids)]
        assert sorted(noted) == sorted(made.reviews.values())
    assert reaper.deaths["job"] > 100 // every


def _step(reaper: Reaper, presses: Reaper, made: World, step: Callable[..., bool], *states: tuple[str, str]) -> None:
    version = made.version()
    assert _presses(presses, lambda actor: step(actor, made.plan_id, version), made, "HA1", "HA2") == [False, True]
    reaper.jobs(_whole(made, *states))
    assert _states(made) == {states[-1]}


# ── F20 in full: ten thousand people, a worker of flesh ─────────────────────────────────────────────────────────

KILLS = 25
WORKER = "import django; django.setup(); from django.core.management import call_command; call_command('worker')"
DOING = """
SELECT count(*) FILTER (WHERE status = 'doing'), count(*) FILTER (WHERE status IN ('todo', 'doing'))
FROM procrastinate_jobs WHERE task_name = 'on:reviews.advance'
"""
SILENT = "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 minute' RETURNING id"
DECIDED = """
WITH two AS (SELECT min(id) AS one, max(id) AS other FROM people_person WHERE number IN ('HA1', 'HA2'))
UPDATE reviews_rating SET state = 'in_calibration', decided_by_id = two.one, decided_at = now() FROM two RETURNING 1
"""
HEADS = "UPDATE reviews_review SET state = 'in_calibration' RETURNING 1"
PARTS = "UPDATE reviews_part SET state = 'submitted', submitted_at = now() RETURNING 1"
TOLD = "SELECT count(*), count(DISTINCT addressee_id) FROM notify_notice WHERE template = 'reviews.result_of'"


@pytest.fixture
def thousands(owner_db: Any, worker_db: Any) -> World:
    """500 people and nineteen copies of each, all with a decided grade; the cycle stands at C07."""
    made = crowd(owner_db, worker_db, 500).world
    with made.owner(), past_the_guards(), connection.cursor() as cursor:
        for statement in (DECIDED, HEADS, PARTS, "DELETE FROM procrastinate_jobs"):
            cursor.execute(statement)
        put_in_phase("C07", made.cycle_id)
    with made.owner():
        multiply(19)
    return made


@contextmanager
def _worker(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    address = settings.DATABASES["default"]
    url = f"postgresql://beichen_worker@/{connection.settings_dict['NAME']}?host={address['HOST']}"
    env = {**os.environ, "BEICHEN_DATABASE_URL": url, "BEICHEN_DB_ROLE": "worker", "BEICHEN_DATA_DIR": str(home)}
    with subprocess.Popen([sys.executable, "-c", WORKER], env=env) as process:
        try:
            yield process
        finally:
            process.kill()


def _until(made: World, doing: bool) -> float:
    """Wait until the job runs, or until none is left; how long it took."""
    begun = time.monotonic()
    while True:
        ((running, left),) = _asked(made, DOING)
        if not left or (doing and running):
            return time.monotonic() - begun
        assert time.monotonic() - begun < 120, "it did not happen in time"
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.fault("F20")
@pytest.mark.req("REVIEW-07", "BASE-07")
def test_a_release_of_ten_thousand_survives_25_kills_of_its_worker(thousands, tmp_path):
    made, draw = thousands, random.Random(20)
    _ask(made, rules.lock_results)
    with _worker(tmp_path):
        _until(made, doing=True)
        usual = _until(made, doing=False)
    assert _states(made) == {LOCKED}
    with made.owner():
        put_in_phase("C09", made.cycle_id)
    _ask(made, rules.release_results)
    for _ in range(KILLS):
        with _worker(tmp_path) as worker:
            _until(made, doing=True)
            time.sleep(draw.uniform(0, 0.8 * usual))
            worker.kill()
            worker.wait()
        assert _states(made) == {LOCKED}, "it was done before it was killed"
        _asked(made, SILENT)
        _asked(made, UNPARKED)
    with _worker(tmp_path):
        _until(made, doing=False)
    assert _states(made) == {RELEASED}
    assert _asked(made, TOLD) == [(10_000, 10_000)]


def _ask(made: World, step: Callable[..., bool]) -> None:
    version = made.version()
    assert [step(made.actor(number), made.plan_id, version) for number in ("HA1", "HA2")] == [False, True]


# ── F21: the bonus from its simulation to its letters ───────────────────────────────────────────────────────────


@pytest.fixture
def simulated(owner_db: Any, worker_db: Any) -> Money:
    """A plan of two policies, computed once without a disturbance."""
    made = money(owner_db, worker_db)
    made.make_plan()
    made.edit("B", unit_flattening={"U0": "0.5"})
    made.simulate()
    return made


def _paid(made: Money) -> list[dict[str, int]]:
    return [{number: award.amount for number, award in made.awards(key).items()} for key in "AB"]


@pytest.mark.fault("F21")
@pytest.mark.req("OUTCOME-01", "BASE-07")
@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_a_bonus_killed_on_the_way_is_exact_to_the_cent_at_every_moment(simulated, every):
    made, reaper, presses = simulated, Reaper(every), Reaper(6 * every)
    undisturbed = _paid(made)

    def exact() -> None:
        """Every cent of every pool has an owner or is reported, and the remainders fell where they always fall."""
        assert _asked(made, OFF, made.plan_id) == [(0,)]
        assert _paid(made) == undisturbed

    def press(act: Callable[..., Any], *numbers: str, **more: Any) -> list[Any]:
        version = made.version
        return _presses(presses, lambda actor: act(actor, made.plan_id, version=version, **more), made, *numbers)

    press(reward.ask_simulation, "CA1")
    reaper.jobs(exact)
    press(reward.choose, "CA1", key="A")
    exact()
    pool, awards = made.pools()["U1"], made.awards()
    changes = [
        reward.Change(awards["A1"].pk, -500, "交付晚了两周"),
        reward.Change(awards["A2"].pk, 500, "替人值了两周班"),
    ]
    standing = pools.pool_sheet(made.actor("M1"), pool.pk).version
    _presses(presses, lambda actor: reward.adjust(actor, pool.pk, changes, standing), made, "M1")
    assert made.adjustments() == {"A1": -500, "A2": 500}
    made.pass_all()
    press(reward.consolidate, "CA1")
    assert press(reward.approve, "CA1", "E1") == [False, True]
    reaper.jobs(exact)
    made.release_ratings(*awards)
    made.phase("C09")
    assert press(reward.ask_letters, "HA1", "HA2") == [False, True]
    reaper.jobs(exact)
    exact()
    assert made.plan().letters_out == len(awards)
    told = dict(_asked(made, NOTICES, LETTER_READY))
    assert told == {made.id(number): 1 for number in awards}
    assert reaper.deaths["job"] > 40 // every
