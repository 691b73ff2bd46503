"""A server run by others, named by BEICHEN_DATABASE_URL: passwords over TCP, and a login that is no superuser."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from beichen.launch import database, environment, roles
from beichen.launch.failures import Stop
from tests.launch.conftest import open_cluster

SIGN_IN = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
SET_UP = (
    "CREATE ROLE operator LOGIN CREATEROLE PASSWORD 'p@ss/wörd'",
    "CREATE ROLE guest LOGIN PASSWORD 'guest'",
    "CREATE DATABASE 公司 OWNER operator",
)


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    """`host:port` of a server that asks for passwords."""
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
    yield f"127.0.0.1:{port}"
    server.send_signal(signal.SIGINT)
    server.wait(30)


@pytest.fixture
def _own_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEICHEN_DATA_DIR", str(home))


def opened(url: str) -> database.Database:
    parsed = environment.read({"BEICHEN_DATABASE_URL": url}).database
    assert parsed
    return database._given(parsed, "the secret key")


@pytest.mark.req("BASE-07")
@pytest.mark.usefixtures("_own_folder")
def test_a_login_with_createrole_is_enough_and_ours_sign_in_by_password(address: str) -> None:
    url = f"postgresql://operator:p%40ss%2Fw%C3%B6rd@{address}/%E5%85%AC%E5%8F%B8"
    for _ in range(2):
        given = opened(url)
    for role in ("owner", "web", "worker"):
        with psycopg.connect(given.logins.url(role)) as connection:
            row = connection.execute("SELECT current_user, current_database()").fetchone()
            assert row == (roles.LOGINS[role], "公司")
    with psycopg.connect(given.logins.url("owner")) as connection:
        connection.execute("CREATE SCHEMA access; CREATE TABLE made (n int)")
    wrong = given.logins.url("web").replace("beichen_web:", "beichen_web:x")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(wrong)
    assert given.environment("web")["BEICHEN_DATABASE_URL"] == given.logins.url("web")


@pytest.mark.usefixtures("_own_folder")
def test_what_is_wrong_with_the_given_server_is_one_sentence(address: str) -> None:
    with pytest.raises(Stop, match=r"BEICHEN_DATABASE_URL does not answer: .*password authentication failed"):
        opened(f"postgresql://operator:wrong@{address}/postgres")
    with pytest.raises(Stop, match="BEICHEN_DATABASE_URL does not answer"):
        opened("postgresql://operator:x@127.0.0.1:1/postgres")
    with pytest.raises(Stop, match="give it CREATEROLE and make it the owner"):
        opened(f"postgresql://guest:guest@{address}/postgres")
