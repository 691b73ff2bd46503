"""`up` for a company of one's own, by commands alone; then its processes are killed while people write. Longer half.

What was confirmed must be there, once. The control weakens the database and must lose, so that the proof can fail.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from tests.cast import WORKBOOK
from tests.launch.journal import Ask, Journal, Writer, until
from tests.launch.running import Running

pytestmark = pytest.mark.slow

ADMINISTRATOR, EMPLOYEE = "first@example.com", "he.yutong@example.com"
WRITES, EVERY, WRITERS = 1_000, 75, 6
"""At least so many confirmed writes, a kill after every so many, by so many writers."""


@pytest.fixture(scope="module")
def company() -> Iterator[Running]:
    """A company that was founded and imported by the commands, and runs."""
    base = Path(tempfile.mkdtemp(prefix="beichen-company-"))
    base.chmod(0o755)
    one = Running(base / "公司 company", base / "output.txt")
    one.base = {**one.base, "BEICHEN_FIRST_PASSWORD": "a quiet evening 42"}
    one.words = ("up", "--email", ADMINISTRATOR, "--name", "首任", "--number", "E900")
    try:
        one.start(patience=300)
        yield one
    finally:
        if one.process and one.process.poll() is None:
            one.stop()
        shutil.rmtree(base)


@pytest.mark.req("BASE-07", "PEOPLE-01")
def test_up_makes_the_administrator_and_the_commands_work_beside_it(company: Running) -> None:
    assert f"{ADMINISTRATOR} can sign in now." in company.said()
    brought = company.run("import", str(WORKBOOK))
    assert brought.returncode == 0, brought.stderr
    assert "Goals: " in brought.stdout
    value = company.run("token", ADMINISTRATOR)
    assert value.returncode == 0, value.stderr
    assert value.stdout.startswith("bct_")
    assert "Shown only once" in value.stderr
    code = company.run("manage", "one_time_code", ADMINISTRATOR)
    assert (code.returncode, len(code.stdout.splitlines())) == (0, 1), code.stderr
    holds = company.run("audit", "verify")
    assert (holds.returncode, "The audit holds" in holds.stdout) == (0, True), holds.stderr
    look = company.run("doctor")
    assert look.returncode == 0, look.stdout
    assert "BAD" not in look.stdout
    assert company.run("manage", "check").returncode == 0


@pytest.mark.req("BASE-07")
def test_up_without_a_terminal_says_what_to_give_and_refuses_in_one_sentence(company: Running) -> None:
    one = Running(company.home.with_name("empty"), company.output.with_name("empty.txt"))
    first = one.run("up")
    assert (first.returncode, first.stdout) == (1, "")
    [progress, sentence] = first.stderr.splitlines()
    assert "Bringing the database" in progress
    assert sentence.startswith("Without a terminal, give --email, --name and --number")
    one.base = {**one.base, "BEICHEN_FIRST_PASSWORD": "short"}
    second = one.run("up", "--email", ADMINISTRATOR, "--name", "首任", "--number", "E900")
    [sentence] = second.stderr.splitlines()
    assert sentence.startswith("This password is not safe enough")


@pytest.mark.req("BASE-07")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("import", "/nowhere.xlsx"), "/nowhere.xlsx: No such file or directory"),
        (("import", "--all", "x.xlsx"), "import FILE.xlsx`: unrecognized arguments: --all."),
        (("import", "README.md"), "People"),
        (("token", "nobody@example.com"), "Nobody signs in with 'nobody@example.com'"),
        (("token", ADMINISTRATOR, "--days", "many"), "token EMAIL`: argument --days"),
        (("token", ADMINISTRATOR, "--scopes", "everything"), "everything"),
        (("audit", "verify", "twice"), "audit verify`: unrecognized arguments: twice."),
        (("up", "--email", "x@example.com"), "Beichen already runs from"),
    ],
)
def test_a_wrong_argument_is_one_sentence(company: Running, words: tuple[str, ...], sentence: str) -> None:
    done = company.run(*words)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr


@pytest.mark.req("BASE-07")
def test_ready_turns_red_for_each_of_the_three(company: Running) -> None:
    company.until(company.ready, 60)
    with company.superuser() as database:
        database.execute("DELETE FROM django_migrations WHERE app = 'goals'")
        try:
            (web, *_) = company.pids("granian")
            os.kill(web, signal.SIGKILL)
            company.until(lambda: company.states().get("checks", {}).get("migrations") == "pending", 60)
        finally:
            company.run("manage", "migrate", "goals", "--fake")
        company.until(company.ready, 60)
        (worker, *_) = company.pids("django worker")
        os.kill(worker, signal.SIGSTOP)
        database.execute("UPDATE events_heartbeat SET at = at - interval '2 minutes'")
        assert company.states()["checks"] == {"database": "ok", "migrations": "ok", "worker": "silent"}
        os.kill(worker, signal.SIGCONT)
    company.until(company.ready, 60)
    assert company.process
    company.process.send_signal(signal.SIGSTOP)  # or it would be back before anybody asks
    away = dict.fromkeys(("database", "migrations", "worker"), "unreachable")
    try:
        os.kill(company.server(), signal.SIGKILL)
        company.until(lambda: company.states().get("checks") == away, 20)  # a session may outlive it for a moment
    finally:
        company.process.send_signal(signal.SIGCONT)
    company.until(company.ready, 60)


@contextmanager
def writing(company: Running, name: str) -> Iterator[Journal]:
    """Writers at work, as an employee whose cycle is open; at the end they come to rest."""
    with company.superuser() as database:
        database.execute("SET session_replication_role = replica")
        database.execute("UPDATE people_cycle SET phase = 'C02'")
        row = database.execute("SELECT id FROM people_cycle").fetchone()
    assert row
    token = company.run("token", EMPLOYEE, "--scopes", "read:c3,write:goals").stdout.strip()
    assert token
    journal, stop = Journal(company.home.parent / f"{name}.journal"), threading.Event()
    writers = [Writer(f"{name}{n}", Ask(company.port, token, row[0]), journal, stop) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        yield journal
    finally:
        stop.set()
        for writer in writers:
            writer.join(120)
        journal.close()
    refused = sum((writer.answers for writer in writers), Counter[int]())
    assert not any(400 <= status < 500 for status in refused), refused
    assert journal.titles["given-up"] == []


def kept(company: Running, prefix: str) -> Counter[str]:
    """Title of a goal → how often it is there."""
    company.until(company.ready, 90)
    with company.superuser() as database:
        rows = database.execute("SELECT title FROM goals_goal WHERE title LIKE %s", [f"{prefix}%"]).fetchall()
    return Counter(title for (title,) in rows)


def backends(company: Running) -> list[int]:
    """Sessions of the web server."""
    with company.superuser() as database:
        return [row[0] for row in database.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'beichen_web'")]


def alive(company: Running) -> Callable[[], bool]:
    return lambda: company.process is not None and company.process.poll() is None


@pytest.mark.req("BASE-07")
def test_nothing_confirmed_is_lost_or_done_twice_while_everything_is_killed(company: Running) -> None:
    victims = {
        "web": lambda: company.pids("granian"),
        "postmaster": lambda: [company.server()],
        "worker": lambda: company.pids("django worker"),
        "backend": lambda: backends(company),
    }
    kills: Counter[str] = Counter()
    with writing(company, "kept") as journal:
        for name, find in cycle(victims.items()):
            until(journal, EVERY * (kills.total() + 1), 120, alive(company))
            if len(journal.acknowledged) >= WRITES:
                break
            for pid in find()[:1]:
                os.kill(pid, signal.SIGKILL)
                kills[name] += 1
    assert len(journal.acknowledged) >= WRITES
    assert all(kills[name] >= 2 for name in victims), kills
    found = kept(company, "kept")
    assert [title for title in journal.acknowledged if title not in found] == []
    assert [title for title, count in found.items() if count != 1] == []
    with company.superuser() as database:
        rows = database.execute(
            "SELECT details->>'title', count(*) FROM audit_entry WHERE act = 'goals.write'"
            " AND details->>'title' LIKE 'kept%' GROUP BY 1"
        ).fetchall()
    assert dict(rows) == found
    holds = company.run("audit", "verify")
    assert holds.returncode == 0, holds.stderr


def weaken(company: Running) -> None:
    """Confirm before it is on disk. No command of ours would start on such a database."""
    with company.superuser() as database:
        database.execute("ALTER ROLE beichen_web SET synchronous_commit = off")
        database.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        database.execute("SELECT pg_reload_conf()")
    assert "synchronous_commit off" in company.run("doctor").stderr


@pytest.mark.req("BASE-07")
def test_the_control_on_a_database_that_confirms_too_early_loses(company: Running) -> None:
    try:
        with writing(company, "lost") as journal:
            weaken(company)
            for _ in range(4):
                company.until(company.ready, 60)
                count = len(journal.acknowledged)
                for pid in company.pids("django worker") + backends(company)[:1]:
                    os.kill(pid, signal.SIGKILL)  # the worker confirms honestly, and that writes down what came before
                until(journal, count + 60, 120, alive(company))
                os.kill(company.server(), signal.SIGKILL)
        found = kept(company, "lost")
        lost = [title for title in journal.acknowledged if title not in found]
        assert lost, f"{len(journal.acknowledged)} writes, none lost: the proof could not have failed"
    finally:
        company.until(company.ready, 90)
        with company.superuser() as database:
            database.execute("ALTER ROLE beichen_web RESET synchronous_commit")
            database.execute("ALTER SYSTEM RESET wal_writer_delay")


@pytest.mark.req("BASE-07")
def test_of_two_starts_at_the_same_moment_one_runs_and_one_says_so(company: Running) -> None:
    assert company.stop() == 0
    command = [sys.executable, "-m", "beichen", "up"]
    words: dict[str, Any] = {"stderr": subprocess.PIPE, "stdout": subprocess.DEVNULL}
    both = [subprocess.Popen(command, cwd=company.checkout, env=company.env, **words) for _ in range(2)]
    company.process = None
    company.until(lambda: any(one.poll() is not None for one in both), 60)
    (second,) = [one for one in both if one.poll() is not None]
    (first,) = [one for one in both if one is not second]
    company.until(company.answers, 60)
    assert second.stderr
    assert first.stderr
    said = second.stderr.read().decode()
    assert (second.returncode, said.count("\n"), said.startswith("Beichen already runs from")) == (1, 1, True), said
    first.send_signal(signal.SIGTERM)
    assert first.wait(60) == 0
    for one in both:
        if one.stderr:
            one.stderr.close()
