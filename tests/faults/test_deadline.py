"""F19: self reviews are handed in while their window closes; in time means committed before the close."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Barrier, Event
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Count

from beichen.people import queries as people
from beichen.people.rules import move_cycle
from beichen.people.rules.cycles import WrongPhase
from beichen.platform.access.current import acting
from beichen.platform.kit.errors import Refused
from beichen.reviews import rules
from beichen.reviews.models import PartVersion
from tests.faults.crowd import ANSWERS, Crowd, as_owner, crowd

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8
HANDED_IN = "SELECT id FROM reviews_part WHERE role = 'self' AND state = 'submitted'"
WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND state = 'active'
"""


@dataclass(frozen=True)
class Try:
    """One press of "hand in": when it began and ended, and the code of the refusal, empty when it was confirmed."""

    part: UUID
    begun: float
    ended: float
    refused: str


@dataclass(frozen=True)
class Close:
    """What the closing transaction itself saw handed in, and when it began and ended."""

    seen: set[UUID]
    begun: float
    ended: float


def _hand_in(made: Crowd, number: str) -> Try:
    begun, refused = time.monotonic(), ""
    try:
        rules.submit_part(made.actor(number), made.parts[number], ANSWERS, "", 0)
    except Refused as why:
        refused = why.code
    return Try(made.parts[number], begun, time.monotonic(), refused)


def _hand_in_each(made: Crowd, presses: Sequence[tuple[float, str]]) -> list[Try]:
    try:
        done = []
        for at, number in sorted(presses):
            time.sleep(max(0.0, at - time.monotonic()))
            done.append(_hand_in(made, number))
        return done
    finally:
        connection.close()


def _close(made: Crowd, at: float) -> Close:
    """The second HR administrator's press; what stands there is read in the same transaction, after its lock."""
    second, cycle_id = made.actor("HA2"), made.world.cycle_id
    try:
        version = people.cycle(second, cycle_id).version
        time.sleep(max(0.0, at - time.monotonic()))
        begun = time.monotonic()
        with acting(second):
            assert move_cycle(second, cycle_id, "C04", version).phase == "C04"
            seen = {pk for (pk,) in as_owner(HANDED_IN)}
        return Close(seen, begun, time.monotonic())
    finally:
        connection.close()


def _ask(made: Crowd) -> None:
    first, cycle_id = made.actor("HA1"), made.world.cycle_id
    move_cycle(first, cycle_id, "C04", people.cycle(first, cycle_id).version)


def _race(made: Crowd, draw: random.Random, spread: float) -> tuple[list[Try], Close]:
    """Everybody presses at some moment around the close."""
    made.begin_again()
    _ask(made)
    start = time.monotonic() + 0.1
    presses = [(start + draw.random() * spread, number) for number in made.parts]
    with ThreadPoolExecutor(THREADS + 1) as pool:
        closing = pool.submit(_close, made, start + spread * draw.uniform(0.3, 0.7))
        hands = [pool.submit(_hand_in_each, made, presses[n::THREADS]) for n in range(THREADS)]
        return [one for hand in hands for one in hand.result()], closing.result()


def _judge(made: Crowd, tries: list[Try], close: Close) -> None:
    """One verdict each: what was confirmed is there and was there as the window closed; what was refused is not."""
    confirmed = {one.part for one in tries if not one.refused}
    assert len(tries) == len(made.parts)
    assert {one.refused for one in tries} <= {"", "wrong_phase"}
    assert made.submitted() == confirmed == close.seen
    for one in tries:
        assert one.refused or one.begun < close.ended, "handed in after the close had ended"
        assert not one.refused or one.ended > close.begun, "refused before anybody closed"


@pytest.mark.fault("F19")
@pytest.mark.req("REVIEW-01")
@pytest.mark.parametrize(
    ("count", "times", "spread"), [(24, 3, 0.6), pytest.param(200, 100, 4.0, marks=pytest.mark.slow)]
)
def test_whoever_was_in_time_is_in_and_nobody_else(owner_db, worker_db, count, times, spread):
    made, draw = crowd(owner_db, worker_db, count), random.Random(19)
    late = 0
    for _ in range(times):
        tries, close = _race(made, draw, spread)
        _judge(made, tries, close)
        late += sum(bool(one.refused) for one in tries)
    assert 0 < late < count * times


def _blocked() -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if as_owner(WAITING) != [(0,)]:
            return True
        time.sleep(0.01)
    return False


@pytest.mark.fault("F19")
@pytest.mark.req("REVIEW-01")
def test_the_close_waits_for_a_submission_that_is_under_way_and_counts_it(owner_db, worker_db):
    made, held, go = crowd(owner_db, worker_db, 2), Event(), Event()
    first, second = sorted(made.parts)
    _ask(made)

    def slowly() -> None:
        try:
            with acting(made.actor(first)):
                rules.submit_part(made.actor(first), made.parts[first], ANSWERS, "", 0)
                held.set()
                assert go.wait(30)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(slowly)
        assert held.wait(30)
        closing = pool.submit(_close, made, 0.0)
        blocked = _blocked()
        go.set()
        writing.result()
        close = closing.result()
    assert blocked
    assert close.seen == made.submitted() == {made.parts[first]}
    assert _hand_in(made, second).refused == "wrong_phase"


@pytest.mark.fault("F19")
@pytest.mark.req("REVIEW-01")
def test_a_submission_behind_a_close_under_way_waits_and_is_late(owner_db, worker_db):
    made, held, go = crowd(owner_db, worker_db, 1), Event(), Event()
    (number,) = made.parts
    _ask(made)
    hr, cycle_id = made.actor("HA2"), made.world.cycle_id

    def slowly() -> None:
        try:
            version = people.cycle(hr, cycle_id).version
            with acting(hr):
                move_cycle(hr, cycle_id, "C04", version)
                held.set()
                assert go.wait(30)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        closing = pool.submit(slowly)
        assert held.wait(30)
        writing = pool.submit(_hand_in_each, made, [(0.0, number)])
        blocked = _blocked()
        go.set()
        closing.result()
        (late,) = writing.result()
    assert blocked
    assert late.refused == "wrong_phase"
    assert made.submitted() == set()


@pytest.mark.fault("F19")
def test_a_stream_of_saves_does_not_keep_the_close_waiting(owner_db, worker_db):
    """Saves overlap without a gap, as in the last minute; whoever closes still gets a turn."""
    made, begun, stop = crowd(owner_db, worker_db, THREADS), Barrier(THREADS + 1), Event()
    _ask(made)

    def save(place: int, number: str) -> int:
        version = 0
        try:
            while not stop.is_set():
                with acting(made.actor(number)):
                    answers = {**ANSWERS, "behaviour": {"score": "80", "text": f"第 {version + 1} 稿"}}
                    version = rules.save_part(made.actor(number), made.parts[number], answers, "", version).version
                    time.sleep(0.2)
                if version == 1:
                    begun.wait(30)
                    time.sleep(0.025 * place)
        except WrongPhase:
            return version
        finally:
            connection.close()
        return version

    with ThreadPoolExecutor(THREADS + 1) as pool:
        hands = [pool.submit(save, place, number) for place, number in enumerate(made.parts)]
        begun.wait(30)
        time.sleep(0.4)
        closing = pool.submit(_close, made, 0.0)
        done, _ = wait([closing], timeout=10)
        stop.set()
        versions = [hand.result() for hand in hands]
    assert done, "the window could not be closed while people went on saving"
    with made.world.owner():
        kept = dict(PartVersion.objects.values_list("part_id").annotate(n=Count("id")))
    assert kept == dict(zip(made.parts.values(), versions, strict=True))
