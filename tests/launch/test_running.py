"""`demo` for real: killed in every part, started twice, stopped in order. Longer half."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from beichen.launch.cluster import read_pid_file
from tests.faults.journal import within
from tests.launch.running import Running

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def prepared() -> Iterator[Running]:
    base = Path(tempfile.mkdtemp(prefix="beichen-running-"))
    base.chmod(0o755)
    one = Running(base / "数据 data", base / "output.txt")
    try:
        one.prepare(sys.executable)
        yield one
    finally:
        shutil.rmtree(base)


@pytest.fixture
def running(prepared: Running) -> Iterator[Running]:
    prepared.start()
    yield prepared
    if prepared.process and prepared.process.poll() is None:
        prepared.stop()


@pytest.mark.req("BASE-07")
def test_a_second_start_shows_a_page_within_five_seconds(prepared: Running) -> None:
    seconds = []
    for _ in range(2):
        seconds.append(prepared.start())
        assert prepared.stop() == 0
    assert min(seconds) <= within(5)


@pytest.mark.req("BASE-07")
@pytest.mark.fault("F01", "F02", "F03")
def test_every_killed_part_comes_back_without_a_hand(running: Running) -> None:
    running.until(running.ready, 30)
    for words in ("granian", "django worker"):
        (victim, *_) = running.pids(words)
        os.kill(victim, signal.SIGKILL)
        running.until(lambda words=words, old=victim: old not in running.pids(words), 5)  # type: ignore[misc]
        running.until(running.answers, 15)
        running.until(lambda words=words: bool(running.pids(words)), 15)  # type: ignore[misc]
    server = running.server()
    os.kill(server, signal.SIGKILL)
    running.until(lambda: read_pid_file(running.home / "postgres") is not None and running.server() != server, 15)
    running.until(running.ready, 15)
    assert running.answers()


@pytest.mark.req("BASE-07")
@pytest.mark.fault("F03")
def test_a_killed_database_session_is_survived(running: Running) -> None:
    place = read_pid_file(running.home / "postgres")
    assert place
    with psycopg.connect(host=str(place.socket_folder), user="postgres", dbname="beichen") as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert row
        os.kill(row[0], signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    running.until(running.ready, 15)


@pytest.mark.req("BASE-07")
def test_a_second_start_beside_the_first_says_where_it_runs(running: Running) -> None:
    second = running.run("demo")
    assert second.returncode == 1
    where = rf"open http://127\.0\.0\.1:{running.port}, or stop process \d+"
    assert re.fullmatch(rf"Beichen already runs from .*: {where}\.\n", second.stderr)
    assert running.answers()


@pytest.mark.req("BASE-07")
def test_another_program_on_the_port_is_named(prepared: Running) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", prepared.port))
        taken.listen()
        done = prepared.run("demo")
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {prepared.port} on 127.0.0.1 is taken by another program; choose one with")
    assert done.stderr.count("\n") == 1


@pytest.mark.req("BASE-07")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stops_in_order_and_leaves_nothing(prepared: Running, number: signal.Signals) -> None:
    prepared.start()
    assert prepared.stop(number) == 0
    assert prepared.pids("granian") == prepared.pids("django worker") == []
    assert read_pid_file(prepared.home / "postgres") is None
    assert "Stopping" in prepared.said()
    assert "ended hard" not in prepared.said()


@pytest.mark.req("BASE-07")
def test_a_killed_launcher_leaves_nobody_on_the_port_and_the_next_attaches(running: Running) -> None:
    assert running.process
    server = running.server()
    running.process.kill()
    running.process.wait()
    running.process = None
    running.until(lambda: not running.pids("granian") and not running.pids("django worker"), 30)
    running.start()
    assert running.server() == server
    assert running.stop() == 0
    assert read_pid_file(running.home / "postgres") is None
