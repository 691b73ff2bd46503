"""The worker as a process: it works, seals, beats; killed in the middle, the next one finishes the job once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection, transaction

from beichen.platform.events import progress, rules
from beichen.platform.events.jobs import Turn, batches, job
from beichen.platform.events.queries import worker_lives
from beichen.platform.kit.actor import Actor, system

# The child knows the job by importing this module, as a worker knows an area's `jobs.py`.
CHILD = (
    "import django; django.setup();"
    "from beichen.platform.events.tests import test_worker;"
    "from django.core.management import call_command; call_command('worker')"
)


# Of this job alone: what is due by the clock runs beside it in the first minutes of an hour.
DOING = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' AND task_name = 'events.slow'"
DONE = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded' AND task_name = 'events.slow'"


@job(name="events.slow", reason="a test")
def slow(_actor: Actor, *, note: str) -> None:
    """Note the start over the transaction's own connection, then take a while the first time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT attempts FROM procrastinate_jobs WHERE task_name = 'events.slow'")
        first = cursor.fetchone()[0] == 0
        cursor.execute("INSERT INTO events_heartbeat (process, at) VALUES (%s, clock_timestamp())", [note])
    if first:
        time.sleep(30)


@job(name="events.mark", reason="a test")
def mark(_actor: Actor, *, note: str) -> None:
    """Done at once."""
    rules.beat(note)


STEPS, KEY = 12, UUID(int=7)
COUNTED = "SELECT count(*) FROM events_heartbeat WHERE process LIKE 'step %'"


@batches(name="events.counting", reason="a test", key=lambda: KEY)
def counting(_actor: Actor, _at: str) -> Turn:
    """One row to a batch, slowly; a row twice would be refused by its key."""
    number = count(COUNTED)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_heartbeat (process, at) VALUES (%s, clock_timestamp())", [f"step {number:02d}"]
        )
    time.sleep(0.3)
    return Turn(1, "on" if number + 1 < STEPS else "")


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    running: list[subprocess.Popen[bytes]] = []
    address = settings.DATABASES["default"]
    url = f"postgresql://beichen_worker@/{connection.settings_dict['NAME']}?host={address['HOST']}"
    env = {**os.environ, "BEICHEN_DATABASE_URL": url, "BEICHEN_DB_ROLE": "worker", "BEICHEN_DATA_DIR": str(tmp_path)}

    def run() -> subprocess.Popen[bytes]:
        running.append(subprocess.Popen([sys.executable, "-c", CHILD], env=env))
        return running[-1]

    yield run
    for process in running:
        process.kill()
        process.wait()


def until(condition: Callable[[], bool], seconds: float) -> float:
    """Wait for it; how long it took. Fails after `seconds`."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, "it did not happen in time"
        time.sleep(0.1)
    return time.monotonic() - begun


def count(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0] or 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("BASE-07")
@pytest.mark.fault("F02")
def test_killed_worker_loses_no_job_and_does_none_twice(start):
    first = start()
    until(worker_lives, 60)
    with transaction.atomic():
        slow.defer(note="effect")
    until(lambda: count(DOING) == 1, 60)
    time.sleep(0.3)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert count("SELECT count(*) FROM events_heartbeat WHERE process = 'effect'") == 0
    second = start()
    until(lambda: count("SELECT count(*) FROM events_heartbeat WHERE process = 'effect'") == 1, 60)
    until(lambda: count(DONE) == 1, 60)
    until(lambda: count("SELECT count(*) FROM audit_pending") == 0, 60)
    assert count("SELECT sum(rows) FROM audit_seal") == count("SELECT count(*) FROM audit_entry")
    second.send_signal(signal.SIGTERM)
    assert second.wait(timeout=10) == 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.req("BASE-07", "BASE-09")
@pytest.mark.fault("F02")
def test_long_work_goes_on_where_the_killed_worker_stood(start):
    first = start()
    until(worker_lives, 60)
    with transaction.atomic():
        progress.begin(system("events.counting", "a test"), KEY, STEPS)
        counting.defer()
    until(lambda: count(COUNTED) >= 3, 60)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    stood = count(COUNTED)
    assert 3 <= stood < STEPS
    assert count("SELECT done FROM events_progress") == stood
    second = start()
    until(lambda: count("SELECT count(*) FROM events_progress WHERE state = 'done'") == 1, 60)
    assert count(COUNTED) == count("SELECT done FROM events_progress") == STEPS
    second.send_signal(signal.SIGTERM)
    assert second.wait(timeout=10) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("BASE-07")
@pytest.mark.fault("F03")
def test_worker_whose_connections_were_cut_goes_on(start, owner_db):
    worker = start()
    until(worker_lives, 60)
    with owner_db():
        count(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE usename = 'beichen_worker' AND datname = current_database()"
        )
    with transaction.atomic():
        mark.defer(note="effect")
    until(lambda: count("SELECT count(*) FROM events_heartbeat WHERE process = 'effect'") == 1, 60)
    assert worker.poll() is None


@pytest.mark.django_db
@pytest.mark.fault("F02")
def test_job_of_a_dead_worker_goes_back_into_the_queue():
    with transaction.atomic():
        slow.defer(note="x")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '7 s') RETURNING id"
        )
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [cursor.fetchone()[0]])
    assert rules.bring_back() == 1
    assert count("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND attempts = 1") == 1
    assert rules.bring_back() == 0


@pytest.mark.django_db
@pytest.mark.fault("F02")
def test_job_that_kills_its_workers_is_parked():
    with transaction.atomic():
        slow.defer(note="x")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = %s", [rules.GIVE_UP_AFTER])
    rules.bring_back()
    assert count("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'") == 1
