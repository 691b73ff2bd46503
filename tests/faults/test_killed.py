"""F01, F02, F03: web process, worker, database session and database killed while people write, again and again.

What was confirmed must be there, once. The control weakens the database and must lose, so that the proof can fail.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from beichen.launch.progress import say
from tests.faults.journal import Ask, Journal, reckon, until, within, writing
from tests.launch.running import Running

WRITERS = 6
WEB_KILLS, WEB_WRITES = 50, 1_000
SESSION_KILLS, SERVER_KILLS, SERVER_WRITES = 20, 10, 1_000
BACK = 15
"""Seconds within which the service answers again."""
BUSY = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'beichen_web' AND xact_start IS NOT NULL"


def in_the_middle(company: Running) -> int:
    """Wait, a second at most, until the web login is inside a transaction; how many of its sessions are."""
    with company.superuser() as database:
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            row = database.execute(BUSY).fetchone()
            if row and row[0]:
                return int(row[0])
    return 0


def holds(company: Running, journal: Journal) -> None:
    """I1, I5, I6 and I7 after the fault; the numbers are printed with `-s`."""
    company.until(company.ready, 90)
    with company.superuser() as database:
        assert reckon(journal, database) == []
    verified = company.run("audit", "verify")
    assert verified.returncode == 0, verified.stderr
    say(f"{journal.name}: {len(journal.acknowledged)} confirmed, answers {dict(journal.answers)}")


def killed(company: Running, journal: Journal, victims: Callable[[], list[int]], turn: int) -> None:
    """Kill one, in the middle of something, and go on when work is confirmed again."""
    found = victims()
    assert found
    os.kill(found[turn % len(found)], signal.SIGKILL)
    until(journal, len(journal.acknowledged) + 8, 90, company.alive)


@pytest.mark.slow
@pytest.mark.fault("F01")
@pytest.mark.req("BASE-07")
def test_web_processes_killed_in_mid_transaction_lose_nothing(well: Running, pen: Ask, tmp_path: Path) -> None:
    """Parent and child of the web server in turn."""
    in_work = 0
    with writing(pen, tmp_path / "web.journal", WRITERS) as journal:
        for turn in range(WEB_KILLS):
            until(journal, turn * WEB_WRITES // WEB_KILLS, 120, well.alive)
            in_work += bool(in_the_middle(well))
            killed(well, journal, lambda: well.pids("granian"), turn)
        until(journal, WEB_WRITES, 120, well.alive)
    assert in_work >= WEB_KILLS * 0.8
    holds(well, journal)


@pytest.mark.slow
@pytest.mark.fault("F03")
@pytest.mark.req("BASE-07")
def test_sessions_and_the_database_killed_lose_nothing_and_come_back(well: Running, pen: Ask, tmp_path: Path) -> None:
    """One session's death restarts all of them; the death of the server is for the launcher to mend."""
    away: list[float] = []
    with writing(pen, tmp_path / "server.journal", WRITERS) as journal:
        for turn in range(SESSION_KILLS + SERVER_KILLS):
            until(journal, turn * SERVER_WRITES // (SESSION_KILLS + SERVER_KILLS), 120, well.alive)
            in_the_middle(well)
            began = time.monotonic()
            killed(well, journal, well.sessions if turn % 3 else lambda: [well.server()], turn)
            away.append(time.monotonic() - began)
        until(journal, SERVER_WRITES, 120, well.alive)
    say(f"away for {[round(seconds, 1) for seconds in away]}")
    assert max(away) <= within(BACK), away
    holds(well, journal)


EVENTS, WORKER_KILLS, RESUME = 1_000, 50, 10
TWICE = """
WITH event AS MATERIALIZED (SELECT gen_random_uuid() AS uuid FROM generate_series(1, %s))
INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)
SELECT 'events', 'on:goals.close_goals',
       jsonb_build_object('uuid', uuid, 'event', jsonb_build_object('cycle_id', %s::bigint, 'phase', 'C02')), 'todo'
FROM event, generate_series(1, 2)
"""
TOLD = """
SELECT count(*), count(DISTINCT details->>'uuid') FROM audit_entry
WHERE act = 'job' AND details->>'event' = 'CycleMoved' AND at >= %s
"""
OPEN = (
    "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'on:goals.close_goals' AND status IN ('todo', 'doing')"
)
FAILED = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'on:goals.close_goals' AND status <> 'succeeded'"


@pytest.mark.slow
@pytest.mark.fault("F02")
@pytest.mark.req("BASE-07")
def test_a_worker_killed_again_and_again_does_every_event_once(well: Running, pen: Ask) -> None:
    """A thousand events, each delivered twice; each takes effect once, and a new worker goes on within ten seconds."""
    away: list[float] = []
    with well.superuser() as database:

        def asked(statement: str, *values: object) -> tuple[Any, ...]:
            row = database.execute(statement.encode(), values or None).fetchone()
            assert row
            return tuple(row)

        (since,) = asked("SELECT clock_timestamp()")
        kills = 0
        while kills < WORKER_KILLS:
            if asked(OPEN)[0] < 2 * EVENTS // WORKER_KILLS:
                database.execute(TWICE.encode(), [2 * EVENTS // WORKER_KILLS, pen.cycle_id])
            (before,) = asked(TOLD, since)[:1]
            began = time.monotonic()
            well.until(lambda before=before: asked(TOLD, since)[0] > before, 60)  # type: ignore[misc]
            if kills:
                away.append(time.monotonic() - began)
            for pid in well.pids("django worker"):
                os.kill(pid, signal.SIGKILL)
                kills += 1
        left = EVENTS - asked("SELECT count(DISTINCT args->>'uuid') FROM procrastinate_jobs"
                              " WHERE task_name = 'on:goals.close_goals'")[0]  # fmt: skip
        if left > 0:
            database.execute(TWICE.encode(), [left, pen.cycle_id])
        well.until(lambda: asked(OPEN) == (0,), 300)
        assert asked(FAILED) == (0,)
        lines, events = asked(TOLD, since)
        (sent,) = asked("SELECT count(DISTINCT args->>'uuid') FROM procrastinate_jobs"
                        " WHERE task_name = 'on:goals.close_goals'")  # fmt: skip
    assert lines == events == sent >= EVENTS
    say(f"{sent} events, each sent twice, each done once; {kills} kills; at work again within {max(away):.1f} s")
    assert max(away) <= within(RESUME), away


def weaken(company: Running) -> None:
    """Confirm before it is on disk. No command of ours would start on such a database."""
    with company.superuser() as database:
        database.execute("ALTER ROLE beichen_web SET synchronous_commit = off")
        database.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        database.execute("SELECT pg_reload_conf()")
    assert "synchronous_commit off" in company.run("doctor").stderr


def mend(company: Running) -> None:
    company.until(company.ready, 90)
    with company.superuser() as database:
        database.execute("ALTER ROLE beichen_web RESET synchronous_commit")
        database.execute("ALTER SYSTEM RESET wal_writer_delay")
        database.execute("SELECT pg_reload_conf()")
        database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'beichen_web'")


@pytest.mark.slow
@pytest.mark.fault("F03")
@pytest.mark.req("BASE-07")
def test_the_control_on_a_database_that_confirms_too_early_loses(well: Running, pen: Ask, tmp_path: Path) -> None:
    try:
        with writing(pen, tmp_path / "lost.journal", WRITERS, honest=False) as journal:
            weaken(well)
            for _ in range(4):
                well.until(well.ready, 60)
                count = len(journal.acknowledged)
                for pid in well.pids("django worker") + well.sessions()[:1]:
                    os.kill(pid, signal.SIGKILL)  # the worker confirms honestly, and that writes down what came before
                until(journal, count + 60, 120, well.alive)
                fallen = well.server()
                os.kill(fallen, signal.SIGKILL)
                well.until(lambda fallen=fallen: well.running_server() not in (None, fallen), 60)  # type: ignore[misc]
        well.until(well.ready, 90)
        with well.superuser() as database:
            faults = reckon(journal, database)
    finally:
        mend(well)
    assert [fault for fault in faults if fault.startswith("lost")], f"{len(journal.acknowledged)} writes, none lost"
