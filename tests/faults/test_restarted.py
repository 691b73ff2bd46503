"""F05: the database restarted under people who read and write. They are told to come back; what was confirmed stays."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from beichen.launch.progress import say
from tests.faults.journal import Answer, Ask, ask, reckon, until, within, writing
from tests.launch.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.fault("F05")]
WRITERS, WRITES, RESTARTS = 5, 1_000, 10
WINDOW = 10
"""Seconds within which work is confirmed again."""
WAYS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}
SAID = {"en": "One moment, please", "zh-CN": "请稍等"}


@contextmanager
def reading(port: int) -> Iterator[dict[str, list[Answer]]]:
    """A reader of each language before the start page, whose cookie makes every request ask the database."""
    found: dict[str, list[Answer]] = {language: [] for language in SAID}
    stop = threading.Event()

    def read(language: str) -> None:
        while not stop.is_set():
            found[language].append(ask(port, "GET", "/", Accept_Language=language, Cookie="sessionid=" + "a" * 32))
            time.sleep(0.05)

    threads = [threading.Thread(target=read, args=[language], daemon=True) for language in SAID]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)


@pytest.mark.req("BASE-07")
def test_restarts_under_load_are_a_sentence_and_lose_nothing(well: Running, pen: Ask, tmp_path: Path) -> None:
    away: list[float] = []
    with writing(pen, tmp_path / "restart.journal", WRITERS) as journal, reading(well.port) as read:
        for turn in range(RESTARTS):
            until(journal, turn * WRITES // RESTARTS, 120, well.alive)
            server, number = well.server(), list(WAYS.values())[turn % 2]
            os.kill(server, number)
            began = time.monotonic()
            well.until(lambda old=server: well.running_server() not in (None, old), 30)  # type: ignore[misc]
            until(journal, len(journal.acknowledged) + 1, 60, well.alive)
            away.append(time.monotonic() - began)
        until(journal, WRITES, 120, well.alive)
    assert max(away) <= within(WINDOW), away
    for language, answers in read.items():
        assert [answer.improper for answer in answers if answer.improper] == []
        refused = [answer for answer in answers if answer.status == 503]
        assert refused, "nobody was told to come back: nothing was tried"
        assert [answer.text for answer in refused if SAID[language] not in answer.text] == []
    well.until(well.ready, 90)
    with well.superuser() as database:
        assert reckon(journal, database) == []
    say(f"{len(journal.acknowledged)} confirmed, longest window {max(away):.1f} s, answers {dict(journal.answers)}")


JOB = """
INSERT INTO procrastinate_jobs (queue_name, task_name, args, status) VALUES ('default', 'notify.prune', '{}', 'todo')
"""
WAITING = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'notify.prune' AND status IN ('todo', 'doing')"


def asked(company: Running, statement: str) -> tuple[object, ...]:
    with company.superuser() as database:
        return database.execute(statement.encode()).fetchone() or ()


def takes(company: Running, statement: str) -> bool:
    """Whether the server is there and has taken it."""
    with contextlib.suppress(psycopg.OperationalError, AssertionError), company.superuser() as database:
        return database.execute(statement.encode()).rowcount == 1
    return False


@pytest.mark.req("BASE-07")
def test_after_a_long_absence_the_first_requests_find_the_database(well: Running, pen: Ask) -> None:
    """Pauses between tries to reconnect must not grow with the absence."""
    assert well.process
    well.process.send_signal(signal.SIGSTOP)  # or it would be back at once
    try:
        os.kill(well.server(), signal.SIGINT)
        began = time.monotonic()
        while time.monotonic() - began < 25:
            assert pen.version(1).status in (0, 200, 404, 503)
            time.sleep(0.2)
    finally:
        well.process.send_signal(signal.SIGCONT)
    well.until(lambda: takes(well, JOB), 60)
    back = time.monotonic()
    well.until(lambda: pen.version(1).status in (200, 404), 30)
    assert time.monotonic() - back <= within(5)
    well.until(lambda: asked(well, WAITING) == (0,), 30)
    assert time.monotonic() - back <= within(20)
