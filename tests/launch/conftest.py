"""Folders and servers of the launcher's own tests."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from beichen.launch import places
from beichen.launch.cluster import UNSAFE, Cluster
from beichen.launch.servant import choose

LONG_NAME = "北辰 试用/" + "/".join(["很长的路径"] * 14) + "/checkout"


@pytest.fixture
def home() -> Iterator[Path]:
    """A data folder the server's user can reach (pytest's own are closed to others), its path long and Chinese."""
    base = Path(tempfile.mkdtemp(prefix="beichen-launch-"))
    base.chmod(0o755)
    folder = base / LONG_NAME / "var"
    places.prepare_data(folder)
    yield folder
    shutil.rmtree(base)


@pytest.fixture
def cluster(home: Path) -> Iterator[Cluster]:
    """A running server on that folder."""
    server = open_cluster(home)
    yield server
    server.close()


@pytest.fixture
def reckless(home: Path) -> Iterator[Cluster]:
    """A running server that would lose work in a power cut."""
    server = open_cluster(home, *UNSAFE)
    yield server
    server.close()


def open_cluster(home: Path, *extra: str) -> Cluster:
    """Attach to or start the server of a data folder."""
    place = places.DatabasePlace(home / "postgres", home, choose(home / "postgres"), moved=False)
    server = Cluster(place, "", home / "log" / "postgres.log", *extra)
    server.open()
    return server


SIGN_IN = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
SET_UP = (
    "CREATE ROLE operator LOGIN CREATEROLE PASSWORD 'p@ss/wörd'",
    "CREATE ROLE guest LOGIN PASSWORD 'guest'",
    "CREATE ROLE root LOGIN SUPERUSER PASSWORD 'root'",
    "CREATE DATABASE 公司 OWNER operator",
)


@dataclass(frozen=True)
class Given:
    """A server run by others: `host:port`, an owner with CREATEROLE, a guest, a superuser; all sign in by password."""

    address: str
    password: str = "p%40ss%2Fw%C3%B6rd"

    @property
    def url(self) -> str:
        """Of the owner of the database 公司."""
        return f"postgresql://operator:{self.password}@{self.address}/%E5%85%AC%E5%8F%B8"

    @property
    def superuser(self) -> str:
        """Past every right, in that database."""
        return f"postgresql://root:root@{self.address}/%E5%85%AC%E5%8F%B8"


@contextlib.contextmanager
def given(home: Path) -> Iterator[Given]:
    """Such a server on a folder of its own."""
    made = open_cluster(home)
    with psycopg.connect(made.conninfo(), autocommit=True) as connection:
        for statement in SET_UP:
            connection.execute(statement.encode())
    made.close()
    (made.folder / "pg_hba.conf").write_text(SIGN_IN, encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [made.binaries.program("postgres"), "-D", str(made.folder), "-p", str(port), "-h", "127.0.0.1", "-k", ""]
    server = subprocess.Popen(words, cwd="/", stderr=subprocess.DEVNULL, **made.place.servant.popen())
    guest = f"host=127.0.0.1 port={port} user=guest password=guest dbname=postgres"
    while True:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(guest):
            break
    try:
        yield Given(f"127.0.0.1:{port}")
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


@pytest.fixture(scope="module")
def given_server() -> Iterator[Given]:
    """One server for all tests of a module."""
    base = Path(tempfile.mkdtemp(prefix="beichen-given-"))
    base.chmod(0o755)
    places.prepare_data(base / "var")
    with given(base / "var") as server:
        yield server
    shutil.rmtree(base)
