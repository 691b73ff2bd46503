"""One `demo` under test: started, asked, watched, stopped."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from beichen.launch.cluster import read_pid_file
from beichen.launch.environment import CHECKOUT

# A migrated database that counts as filled: what is tried here is the running, not the story.
PREPARE = """
import os
from beichen.launch import database, environment, memory, roles
with database.opened(environment.read()) as opened:
    database.migrate_when_needed(opened)
    with roles.connect(opened.logins, "owner") as connection:
        memory.remember(connection, "company", "demo")
"""


class Running:
    """One `demo` on a data folder and a port of its own; of this checkout and user unless told otherwise."""

    def __init__(self, home: Path, output: Path) -> None:
        self.home, self.output = home, output
        self.port = free_port()
        self.checkout, self.python = CHECKOUT, sys.executable
        self.base: Mapping[str, str] = {key: value for key, value in os.environ.items() if "BEICHEN" not in key}
        self.identity: dict[str, Any] = {}
        self.words: tuple[str, ...] = ("demo",)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        """The variables of a start."""
        ours = {"BEICHEN_DATA_DIR": str(self.home), "BEICHEN_PORT": str(self.port), "PYTHONPATH": str(self.checkout)}
        return {**self.base, **ours}

    def prepare(self, python: str) -> None:
        """Fill the database with nothing, as if the demo company were there."""
        subprocess.run([python, "-c", PREPARE], cwd=self.checkout, env=self.env, check=True, **self.identity)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command that ends by itself."""
        return subprocess.run(
            [self.python, "-m", "beichen", *words],
            cwd=self.checkout, env=self.env, capture_output=True, text=True, check=False, timeout=600, **self.identity,
        )  # fmt: skip

    def start(self, patience: float = 60) -> float:
        """Start; returns the seconds until the first page was there."""
        began = time.monotonic()
        with self.output.open("wb") as output:
            command = [self.python, "-m", "beichen", *self.words]
            self.process = subprocess.Popen(
                command, cwd=self.checkout, env=self.env, stdout=output, stderr=output, **self.identity
            )
        self.until(self.answers, patience)
        seconds = time.monotonic() - began
        self.until(lambda: "is ready" in self.said(), 10)
        return seconds

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(60)

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def ready(self) -> bool:
        """Database, migrations and worker, as /readyz sees them."""
        return bool(self.states().get("ready"))

    def states(self) -> dict[str, Any]:
        """What /readyz says, whatever the status; nothing while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as refused:
            return dict(json.load(refused)) if refused.headers.get_content_type() == "application/json" else {}
        except OSError:
            return {}

    def until(self, condition: Callable[[], bool], seconds: float) -> float:
        began = time.monotonic()
        while not condition():
            ended = self.process is not None and self.process.poll() is not None
            assert not ended, self.said()
            assert time.monotonic() - began < seconds, self.said()
            time.sleep(0.05)
        return time.monotonic() - began

    def pids(self, words: str) -> list[int]:
        """Processes of this start whose command line holds the words."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                environ = (entry / "environ").read_bytes()
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                if os.fsencode(f"BEICHEN_DATA_DIR={self.home}\0") in environ and words in line:
                    found.append(int(entry.name))
        return sorted(found)

    def superuser(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection to the embedded server past every right."""
        running = read_pid_file(self.home / "postgres")
        assert running
        assert running.socket_folder.is_absolute(), "it does not listen yet"
        return psycopg.connect(host=str(running.socket_folder), user="postgres", dbname="beichen", autocommit=True)

    def alive(self) -> bool:
        """Whether the launcher runs."""
        return self.process is not None and self.process.poll() is None

    def sessions(self) -> list[int]:
        """Server processes of the web login."""
        with self.superuser() as database:
            found = database.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'beichen_web'").fetchall()
        return [row[0] for row in found]

    def running_server(self) -> int | None:
        """The number of a server that listens; None while there is none."""
        running = read_pid_file(self.home / "postgres")
        return running.pid if running and running.socket_folder.is_absolute() else None

    def server(self) -> int:
        running = read_pid_file(self.home / "postgres")
        assert running
        return running.pid


ADMINISTRATOR = "first@example.com"


@contextmanager
def founded() -> Iterator[Running]:
    """A company of one's own, begun by `up` on an empty folder, that runs."""
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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
