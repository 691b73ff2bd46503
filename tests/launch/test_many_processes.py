"""Two web processes and two workers, each on its own, over one database run by others."""

from __future__ import annotations

import http.cookiejar
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from beichen.launch.environment import CHECKOUT
from beichen.platform.audit.rules import new_id
from tests.launch.conftest import Given
from tests.launch.running import free_port

pytestmark = pytest.mark.slow
PASSWORD = "Abend-Stern-77-hell"
TOKEN = "a-token-of-the-operator-0123456789"
EMAIL = "first@example.com"
PATIENCE = 90


@dataclass
class Many:
    """The processes of one installation, and how to reach them."""

    given: Given
    home: Path
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)

    def env(self, **more: str) -> dict[str, str]:
        """The variables of a process of this installation."""
        bare = {key: value for key, value in os.environ.items() if "BEICHEN" not in key}
        ours = {"BEICHEN_DATA_DIR": str(self.home), "BEICHEN_DATABASE_URL": self.given.url,
                "BEICHEN_METRICS_TOKEN": TOKEN, "PYTHONPATH": str(CHECKOUT)}  # fmt: skip
        return {**bare, **ours, **more}

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A command that ends by itself."""
        return subprocess.run(
            [sys.executable, "-m", "beichen", *words],
            cwd=CHECKOUT, env=self.env(**more), capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip

    def start(self, name: str, **more: str) -> subprocess.Popen[bytes]:
        """A process that stays."""
        with (self.home / "log" / f"{name}-{len(self.children)}.txt").open("wb") as log:
            command = [sys.executable, "-m", "beichen", name]
            child = subprocess.Popen(command, cwd=CHECKOUT, env=self.env(**more), stdout=log, stderr=log)
        self.children.append(child)
        return child

    def web(self) -> int:
        """One more web process; its port."""
        self.ports.append(free_port())
        self.start("web", BEICHEN_PORT=str(self.ports[-1]))
        return self.ports[-1]

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Past every right."""
        with psycopg.connect(self.given.superuser, autocommit=True) as connection:
            return connection.execute(statement.encode(), values).fetchall()

    def stop(self) -> None:
        for child in self.children:
            child.terminate()
        for child in self.children:
            child.wait(30)


@pytest.fixture(scope="module")
def many(given_server: Given, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Many]:
    """A company with one administrator, served by two web processes, worked on by two workers."""
    made = Many(given_server, tmp_path_factory.mktemp("installation"))
    done = made.run("migrate")
    assert done.returncode == 0, done.stderr
    first = made.run("manage", "first_administrator", "--email", EMAIL, "--name", "A", "--number", "1",
                     BEICHEN_FIRST_PASSWORD=PASSWORD)  # fmt: skip
    assert first.returncode == 0, first.stderr
    try:
        for _ in range(2):
            made.web()
            made.start("worker")
        for port in made.ports:
            until(lambda port=port: get(port, "/healthz")[0] == 200)  # type: ignore[misc]
        until(lambda: len(workers(made)) == 2)
        yield made
    finally:
        made.stop()


def until(condition: Callable[[], bool]) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < PATIENCE
        time.sleep(0.2)


def workers(many: Many) -> list[tuple[Any, ...]]:
    return many.ask("SELECT process FROM events_heartbeat WHERE at > now() - interval '8 seconds'")


def is_worker(child: subprocess.Popen[bytes]) -> bool:
    return child.poll() is None and b"django\0worker" in Path(f"/proc/{child.pid}/cmdline").read_bytes()


def get(port: int, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=dict(headers or {}))
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
    except OSError:
        return 0, ""


class Browser:
    """Somebody whose requests fall on one process or the other."""

    def __init__(self) -> None:
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def cookie(self, name: str) -> str:
        return next((one.value or "" for one in self.jar if one.name == name), "")

    def send(self, port: int, path: str, form: Mapping[str, str] | None = None, **headers: str) -> tuple[int, str]:
        url = f"http://127.0.0.1:{port}{path}"
        body = (
            urllib.parse.urlencode({**form, "csrfmiddlewaretoken": self.cookie("csrftoken")}).encode() if form else None
        )
        asked = urllib.request.Request(url, body, {"Referer": url, **headers})
        try:
            with self.opener.open(asked, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def tried(self, port: int, path: str) -> int:
        """The status, or 0 where nobody answered."""
        try:
            return self.send(port, path)[0]
        except OSError:
            return 0

    def sign_in(self, port: int, password: str) -> int:
        self.send(port, "/account/login/")
        return self.send(port, "/account/login/", {"login": EMAIL, "password": password})[0]


@pytest.mark.req("BASE-07", "BASE-09")
def test_a_session_of_one_process_holds_on_the_other_and_ends_on_both(many: Many) -> None:
    me, (one, other) = Browser(), many.ports
    me.sign_in(one, PASSWORD)
    for turn in range(6):
        status, text = me.send(many.ports[turn % 2], "/company/looked/")
        assert status == 200
        assert "/account/login/" not in text
    me.send(other, "/account/logout/", {"sure": "1"})
    assert "/account/login/" in me.send(one, "/company/looked/")[1]


@pytest.mark.req("BASE-07", "BASE-09")
def test_wrong_passwords_count_over_both_processes(many: Many) -> None:
    """Ten an hour for one account, wherever they fall; then the right one is refused too."""
    for turn in range(12):
        Browser().sign_in(many.ports[turn % 2], "wrong-wrong-1")
    me = Browser()
    me.sign_in(many.ports[1], PASSWORD)
    assert "/account/login/" in me.send(many.ports[0], "/company/looked/")[1]
    many.ask("DELETE FROM identity_cache RETURNING 1")


@pytest.mark.req("BASE-07", "BASE-09")
@pytest.mark.fault("F17")
def test_one_key_acts_once_whichever_process_it_reaches(many: Many) -> None:
    """The form of the job monitor, sent to one process and then, the same, to the other."""
    me, form = Browser(), {"name": "api.forget_keys", "idempotency_key": str(new_id())}
    me.sign_in(many.ports[0], PASSWORD)
    for port, left in zip(many.ports, (0, 1), strict=True):
        many.ask("INSERT INTO procrastinate_jobs (task_name, queue_name, args, status) "
                 "VALUES ('api.forget_keys', 'default', '{}', 'failed') RETURNING 1")  # fmt: skip
        me.send(port, "/company/jobs/")
        assert me.send(port, "/company/jobs/retry/", form)[0] == 200
        assert many.ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'") == [(left,)]
    assert me.send(many.ports[1], "/company/jobs/retry/", {**form, "idempotency_key": str(new_id())})[0] == 200
    assert many.ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'") == [(0,)]


@pytest.mark.req("BASE-07", "BASE-09")
def test_every_job_is_done_once_by_one_of_the_two(many: Many) -> None:
    first = many.ask(
        "INSERT INTO procrastinate_jobs (task_name, queue_name, args) "
        "SELECT 'notify.prune', 'default', '{}' FROM generate_series(1, 40) RETURNING id"
    )[0][0]
    done = "SELECT count(*) FROM procrastinate_jobs WHERE id >= %s AND status = 'succeeded'"
    until(lambda: many.ask(done, first)[0][0] == 40)
    assert many.ask("SELECT max(attempts) FROM procrastinate_jobs WHERE id >= %s", first) == [(1,)]
    workers_ = "SELECT count(DISTINCT actor), count(*) FROM audit_entry WHERE act = 'job' AND job = 'notify.prune'"
    assert many.ask(workers_)[0][1] >= 40


@pytest.mark.req("BASE-07", "BASE-09")
def test_the_clock_of_two_workers_defers_each_hour_once(many: Many) -> None:
    """The table of the queue lets one of them in: a second deferral of the same moment finds it taken."""
    call = "SELECT procrastinate_defer_periodic_job_v2('default', NULL, NULL, 'goals.restate', 0, '', %s, '{}')"
    moment = 1_900_000_000
    with psycopg.connect(many.given.superuser, autocommit=True) as connection:
        first, second = (connection.execute(call.encode(), [moment]).fetchone() for _ in range(2))
    assert first
    assert second == (None,)
    times = many.ask("SELECT task_name, defer_timestamp, count(*) FROM procrastinate_periodic_defers GROUP BY 1, 2")
    assert {row[2] for row in times} == {1}


@pytest.mark.req("BASE-07", "BASE-09")
def test_each_process_is_a_target_of_its_own_for_prometheus(many: Many) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    for port in many.ports:
        assert get(port, "/metrics")[0] == 401
        status, text = get(port, "/metrics", bearer)
        assert status == 200
        assert "beichen_workers 2.0" in text
        assert 'beichen_requests_total{door="ui:healthz"' in text


@pytest.mark.fault("F02")
def test_a_worker_killed_leaves_its_work_to_the_other(many: Many) -> None:
    first = next(child for child in many.children if is_worker(child))
    first.kill()
    first.wait()
    before = many.ask("SELECT max(n) FROM audit_seal")[0][0]
    Browser().sign_in(many.ports[0], PASSWORD)
    until(lambda: many.ask("SELECT max(n) FROM audit_seal")[0][0] != before)
    many.start("worker")
    until(lambda: len(workers(many)) == 2)


@pytest.mark.req("BASE-07", "BASE-09")
def test_no_process_carries_a_login_it_does_not_need(many: Many) -> None:
    """A web process knows the web login alone; the address the operator gave is not in its environment."""
    living = [child for child in many.children if child.poll() is None]
    until(lambda: all(b"BEICHEN_DB_ROLE=" in environ(child) for child in living))
    assert len(living) == 4
    for child in living:
        name = b"beichen_worker" if is_worker(child) else b"beichen_web"
        assert b"BEICHEN_DATABASE_URL=postgresql://" + name + b":" in environ(child)
        assert many.given.password.encode() not in environ(child)


def environ(child: subprocess.Popen[bytes]) -> bytes:
    return Path(f"/proc/{child.pid}/environ").read_bytes() if child.poll() is None else b""


@pytest.mark.req("BASE-07", "BASE-09")
def test_web_processes_are_changed_one_after_the_other_without_a_lost_request(many: Many) -> None:
    """As a proxy does: where one process refuses, the other is asked. Two people go on working all the while."""
    lost: list[list[int]] = []
    answered: list[list[int]] = []
    stop = threading.Event()
    people = [Browser(), Browser()]
    for me in people:
        me.sign_in(many.ports[0], PASSWORD)

    def work(me: Browser) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            said = [me.tried(many.ports[(turn + n) % 2], "/company/looked/") for n in range(2)]
            found = [status for status in said if status]
            (answered if 200 in found else lost).append(said)

    threads = [threading.Thread(target=work, args=[me]) for me in people]
    for thread in threads:
        thread.start()
    for port in many.ports:
        old = next(child for child in many.children if f"BEICHEN_PORT={port}\0".encode() in environ(child))
        old.terminate()
        assert old.wait(30) is not None
        many.start("web", BEICHEN_PORT=str(port))
        until(lambda port=port: get(port, "/healthz")[0] == 200)  # type: ignore[misc]
    stop.set()
    for thread in threads:
        thread.join()
    assert lost == []
    assert len(answered) > 20


READER = (
    "CREATE ROLE keeper LOGIN BYPASSRLS PASSWORD 'keeper' IN ROLE pg_read_all_data",
    'GRANT CONNECT ON DATABASE "公司" TO keeper',
)


@pytest.mark.req("BASE-07", "BASE-09")
def test_a_login_that_only_reads_is_enough_for_the_backup(many: Many) -> None:
    with psycopg.connect(many.given.superuser, autocommit=True) as connection:
        for statement in READER:
            connection.execute(statement.encode())
    url = f"postgresql://keeper:keeper@{many.given.address}/%E5%85%AC%E5%8F%B8"
    done = many.run("backup", str(many.home / "all.age"), BEICHEN_DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    assert "sealed." in done.stdout
    nobody = many.run("backup", str(many.home / "b.age"), BEICHEN_DATABASE_URL=url.replace("keeper:keeper@", ""))
    assert "Name a login that sees past row security" in nobody.stderr


@pytest.mark.fault("F26")
@pytest.mark.req("BASE-07", "BASE-09")
def test_mail_is_held_back_in_a_database_that_its_own_server_brought_back(many: Many) -> None:
    many.ask("INSERT INTO procrastinate_jobs (task_name, queue_name, args, status, scheduled_at) "
             "VALUES ('notify.mail', 'mail', '{}', 'todo', now() + interval '1 day') RETURNING 1")  # fmt: skip
    done = many.run("restore", "--fence")
    assert done.returncode == 0, done.stderr
    assert "1 mails that waited then are not sent" in done.stdout
    assert many.ask("SELECT status::text FROM procrastinate_jobs WHERE queue_name = 'mail'") == [("cancelled",)]
    assert many.ask("SELECT count(*) FROM audit_entry WHERE act = 'operate.restore'") == [(1,)]


@pytest.mark.req("BASE-07", "BASE-09")
def test_what_is_missing_is_said_in_one_sentence(many: Many, tmp_path: Path) -> None:
    embedded = many.run("web", BEICHEN_DATABASE_URL="")
    assert "a database named in BEICHEN_DATABASE_URL" in embedded.stderr
    keyless = many.run("worker", BEICHEN_DATA_DIR=str(tmp_path / "empty"))
    assert "every process of an installation needs the same one" in keyless.stderr
    other = many.run("web", BEICHEN_SECRET_KEY="another", BEICHEN_PORT=str(free_port()))
    assert "does not let beichen_web in" in other.stderr
    taken = many.run("web", BEICHEN_PORT=str(many.ports[0]))
    assert "is taken by another program" in taken.stderr
    for said in (embedded, keyless, other, taken):
        assert said.returncode == 1
        assert said.stderr.strip().count("\n") == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "secret_key").write_text((many.home / "secret_key").read_text())
    unsigned = many.run("worker", BEICHEN_DATA_DIR=str(elsewhere))
    assert "copy the file audit_key" in unsigned.stderr or not many.ask("SELECT 1 FROM audit_anchor")
