"""The embedded server: found, started, shared, killed, brought back."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psycopg
import pytest

from beichen.launch import places, roles
from beichen.launch.cluster import _LEFT_TO_OTHERS, Cluster, read_pid_file
from beichen.launch.environment import DatabaseAddress
from beichen.launch.failures import Stop
from tests.launch.conftest import open_cluster


def value(server: Cluster, query: str) -> object:
    with psycopg.connect(server.conninfo()) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def kill(server: Cluster) -> None:
    running = read_pid_file(server.folder)
    assert running
    os.kill(running.pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while server.alive() and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.mark.req("BASE-07")
def test_starts_below_a_long_chinese_path_with_safe_settings(cluster: Cluster) -> None:
    assert len(str(cluster.folder).encode()) > 107
    assert len(str(cluster.socket / places.SOCKET).encode()) <= 103
    assert cluster.socket.stat().st_mode & 0o777 == 0o700
    assert value(cluster, "SELECT string_agg(setting, ',') FROM pg_settings WHERE name = ANY"
                 " ('{fsync,full_page_writes,synchronous_commit,data_checksums}')") == "on,on,on,on"  # fmt: skip
    assert value(cluster, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'") == "C.UTF-8"
    assert value(cluster, "SELECT upper('é')") == "É"


@pytest.mark.req("BASE-07")
def test_its_log_says_what_failed_and_repeats_nothing_that_was_written(cluster: Cluster) -> None:
    with psycopg.connect(cluster.conninfo(), autocommit=True) as connection:
        connection.execute("CREATE TABLE words (said text CHECK (length(said) < 9))")
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("INSERT INTO words VALUES ('nobody else may read this')")
    log = cluster.log.read_text(encoding="utf-8")
    assert "words_said_check" in log
    assert "nobody else" not in log


@pytest.mark.req("BASE-07")
def test_the_server_never_runs_as_root(cluster: Cluster) -> None:
    running = read_pid_file(cluster.folder)
    assert running
    assert Path(f"/proc/{running.pid}").stat().st_uid != 0
    assert cluster.folder.stat().st_uid == cluster.place.servant.uid


@pytest.mark.req("BASE-07")
@pytest.mark.fault("F03")
def test_comes_back_after_kill_9_with_every_confirmed_row(cluster: Cluster) -> None:
    with psycopg.connect(cluster.conninfo(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        for number in range(200):
            connection.execute("INSERT INTO kept VALUES (%s)", [number])
        kill(cluster)
    before = cluster.socket
    began = time.monotonic()
    cluster.revive()
    assert time.monotonic() - began < 15
    assert cluster.socket == before
    assert value(cluster, "SELECT count(*) FROM kept") == 200


def test_a_second_launcher_shares_the_server_and_the_last_one_stops_it(cluster: Cluster) -> None:
    first = read_pid_file(cluster.folder)
    other = open_cluster(cluster.place.state)
    assert other.attached
    assert read_pid_file(cluster.folder) == first
    cluster.close()
    assert other.alive()
    assert value(other, "SELECT 1") == 1
    other.close()
    assert read_pid_file(cluster.folder) is None
    assert _LEFT_TO_OTHERS == []


@pytest.mark.fault("F03")
def test_one_who_is_attached_brings_a_killed_server_back(cluster: Cluster) -> None:
    other = open_cluster(cluster.place.state)
    kill(cluster)
    assert not other.alive()
    other.revive()
    cluster.revive()
    other.close()
    assert cluster.attached
    assert value(cluster, "SELECT 1") == 1


def test_a_stale_pid_file_whose_number_went_to_another_program_is_no_obstacle(cluster: Cluster) -> None:
    pid_file = cluster.folder / "postmaster.pid"
    text = pid_file.read_text(encoding="utf-8")
    cluster.close()
    pid_file.write_text(text.replace(text.split("\n", 1)[0], str(os.getpid()), 1), encoding="utf-8")
    cluster.open()
    assert value(cluster, "SELECT 1") == 1


@pytest.mark.req("BASE-07")
def test_refuses_a_server_that_would_lose_work(reckless: Cluster) -> None:
    with pytest.raises(Stop, match="fsync, full_page_writes, synchronous_commit off"):
        roles.require_durability(prepared(reckless))


@pytest.mark.req("BASE-07")
def test_refuses_a_login_whose_own_setting_would_lose_work(cluster: Cluster) -> None:
    logins = prepared(cluster)
    roles.require_durability(logins)
    with psycopg.connect(cluster.conninfo(), autocommit=True) as connection:
        connection.execute("ALTER ROLE beichen_worker SET synchronous_commit = off")
    with pytest.raises(Stop, match="synchronous_commit off"):
        roles.require_durability(logins)


def prepared(cluster: Cluster, secret: str = "") -> roles.Logins:
    roles.make_database(cluster.conninfo(), "beichen")
    roles.ensure(cluster.conninfo("beichen"), "beichen", secret)
    return roles.Logins(DatabaseAddress("beichen", "", "", str(cluster.socket), ""), secret)


def test_roles_lose_powers_they_must_not_have_however_they_got_them(cluster: Cluster) -> None:
    logins = prepared(cluster)
    with psycopg.connect(cluster.conninfo(), autocommit=True) as connection:
        connection.execute("ALTER ROLE beichen_web SUPERUSER BYPASSRLS CREATEROLE")
        connection.execute("GRANT beichen_owner TO beichen_web")
    prepared(cluster)
    with roles.connect(logins, "web") as connection:
        row = connection.execute(
            "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolinherit FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert row == (False,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET ROLE beichen_owner")
    with roles.connect(logins, "web") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE mine (n int)")


def test_passwords_are_kept_as_verifiers_of_what_the_key_gives(cluster: Cluster) -> None:
    prepared(cluster, "a key")
    stored = value(cluster, "SELECT rolpassword FROM pg_authid WHERE rolname = 'beichen_web'")
    assert str(stored).startswith("SCRAM-SHA-256$")
    assert roles.password_for("beichen_web", "a key") != roles.password_for("beichen_worker", "a key")


def test_no_extension_is_ever_made() -> None:
    root = Path(__file__).resolve().parents[2] / "beichen"
    made = [
        path for path in root.rglob("*")
        if path.suffix in (".py", ".sql") and "create extension" in path.read_text(encoding="utf-8").lower()
    ]  # fmt: skip
    assert made == []
