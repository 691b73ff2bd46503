"""F12: people and a job who take the same rows in opposite order. The database ends one of two; nothing is lost."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import RequestFactory

from beichen.launch.progress import say
from beichen.platform import audit
from beichen.platform.access.current import RETRIES, rule
from beichen.platform.api.idempotency import once
from beichen.platform.audit.models import Entry
from beichen.platform.events.jobs import run
from beichen.platform.kit.actor import Actor
from beichen.platform.ui.keys import idempotency_key
from tests.faults.journal import within

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault("F12")]
LEFT, RIGHT, JOB = Actor(person_id=7), Actor(person_id=8), "events.prune"
ADD = "UPDATE fault_rows SET n = n + 1 WHERE id = %s"
ROWS, ROUNDS, SLOWEST = 500, 12, 3.0
"""A pass over the rows by each, so often, with a second between; and how long the slowest may take."""


@pytest.fixture(autouse=True)
def rows(owner_db: Any) -> Iterator[None]:
    """Five hundred rows that the web login may change."""
    with owner_db(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE fault_rows (id int PRIMARY KEY, n int NOT NULL DEFAULT 0)")
        cursor.execute("INSERT INTO fault_rows SELECT generate_series(1, %s)", [ROWS])
        cursor.execute("GRANT ALL ON fault_rows TO beichen_web, beichen_worker")
    yield
    with owner_db(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE fault_rows")


def add(ids: Sequence[int], pause: Callable[[], object] = lambda: None) -> None:
    for number, row in enumerate(ids):
        with connection.cursor() as cursor:
            cursor.execute(ADD, [row])
        if not number:
            pause()


@rule
def add_up(actor: Actor, ids: Sequence[int], pause: Callable[[], object] = lambda: None) -> None:
    """Each row in turn, in the order given, with one line of the audit."""
    audit.record(actor, "test.add")
    add(ids, pause)


def counts() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT n FROM fault_rows")
        return {row[0] for row in cursor.fetchall()}


def side_by_side(*works: Callable[[], Any]) -> list[Any]:
    """Each in a thread and on a connection of its own."""

    def work(one: Callable[[], Any]) -> Any:
        try:
            return one()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(work, works))


def meeting() -> Callable[[], object]:
    """Both have their first row before either takes its second: a deadlock is certain. Once; later runs pass."""
    both, met = threading.Barrier(2), threading.local()

    def pause() -> None:
        if not getattr(met, "before", False):
            met.before = True
            both.wait(10)

    return pause


@pytest.mark.req("BASE-07")
def test_of_two_in_a_deadlock_both_are_done_once(owner_db: Any) -> None:
    pause, order = meeting(), range(1, 9)
    side_by_side(lambda: add_up(LEFT, order, pause), lambda: add_up(RIGHT, order[::-1], pause))
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT n FROM fault_rows WHERE id = ANY(%s)", [list(order)])
        assert cursor.fetchall() == [(2,)]
    with owner_db():
        assert Entry.objects.filter(act="test.add").count() == 2


@pytest.mark.req("BASE-07")
def test_a_key_is_claimed_anew_with_the_second_run(owner_db: Any) -> None:
    """The claim was rolled back with the first run; without it the same request could act a second time."""
    pause, order, keys = meeting(), range(1, 5), [idempotency_key(), idempotency_key()]

    def send(actor: Actor, ids: Sequence[int], key: str) -> None:
        def act() -> HttpResponse:
            add_up(actor, ids, pause)
            return HttpResponse()

        request: Any = RequestFactory().post("/", {"a": "b"}, headers={"Idempotency-Key": key})
        request.actor = actor
        once(request, act)
        once(request, act)

    side_by_side(lambda: send(LEFT, order, keys[0]), lambda: send(RIGHT, order[::-1], keys[1]))
    with owner_db(), connection.cursor() as cursor:
        cursor.execute("SELECT key FROM api_idempotency")
        assert {row[0] for row in cursor.fetchall()} == {UUID(key) for key in keys}
        assert Entry.objects.filter(act="test.add").count() == 2


@pytest.mark.req("BASE-07")
def test_it_is_tried_again_three_times_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made by hand, as the database would end it each time: the caller is told to come back (503)."""
    monkeypatch.setattr("beichen.platform.access.current.time.sleep", lambda seconds: None)
    tries: list[int] = []

    @rule
    def unlucky(actor: Actor) -> None:
        tries.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$")

    with pytest.raises(OperationalError):
        unlucky(LEFT)
    assert len(tries) == 1 + RETRIES == 4


@pytest.mark.req("BASE-07")
def test_what_can_be_read_once_only_is_not_tried_again() -> None:
    """A second run would find a spent iterator and confirm that nothing was to be done."""
    tries: list[list[int]] = []

    @rule
    def reads(actor: Actor, rows: Iterator[int]) -> None:
        tries.append(list(rows))
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$")

    with pytest.raises(OperationalError):
        reads(LEFT, iter([1, 2]))
    assert tries == [[1, 2]]


@pytest.mark.slow
@pytest.mark.req("BASE-07")
def test_two_managers_and_a_job_over_the_same_rows_lose_nothing(owner_db: Any) -> None:
    """Every confirmed pass counts once in each row, and none that was refused counts anywhere."""
    order, took = range(1, ROWS + 1), list[float]()
    done: Counter[str] = Counter()

    def rounds(name: str, work: Callable[[], None]) -> None:
        while done[name] < ROUNDS:
            began = time.monotonic()
            try:
                work()
            except OperationalError:
                done[f"{name} told to come back"] += 1
                continue
            took.append(time.monotonic() - began)
            done[name] += 1
            time.sleep(1)

    def bulk() -> None:
        run(JOB, "a test", lambda actor: add(order), {})

    side_by_side(
        lambda: rounds("left", lambda: add_up(LEFT, order)),
        lambda: rounds("right", lambda: add_up(RIGHT, order[::-1])),
        lambda: rounds("job", bulk),
    )
    say(f"{dict(done)}, slowest {max(took):.1f} s")
    assert counts() == {3 * ROUNDS}
    with owner_db():
        assert Entry.objects.filter(act="test.add").count() == 2 * ROUNDS
    assert sorted(took)[int(len(took) * 0.99) - 1] <= within(SLOWEST)
