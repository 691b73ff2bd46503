"""`up` for a company of one's own, by commands alone. Longer half."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cast import WORKBOOK
from tests.launch.running import ADMINISTRATOR, Running, founded

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def company() -> Iterator[Running]:
    """A company that was founded and imported by the commands, and runs."""
    with founded() as one:
        yield one


@pytest.mark.req("BASE-07", "PEOPLE-01")
def test_up_makes_the_administrator_and_the_commands_work_beside_it(company: Running) -> None:
    assert f"{ADMINISTRATOR} can sign in now." in company.said()
    brought = company.run("import", str(WORKBOOK))
    assert brought.returncode == 0, brought.stderr
    assert "Goals: " in brought.stdout
    value = company.run("token", ADMINISTRATOR)
    assert value.returncode == 0, value.stderr
    assert value.stdout.startswith("bct_")
    assert "Shown this once" in value.stderr
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
