"""Migrations beside a serving installation: busy tables, a kill in the middle, and the way back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import migrations
from django.db.migrations.loader import MigrationLoader

from beichen.launch import binaries
from beichen.launch.environment import CHECKOUT
from tests.launch.conftest import Given

OURS = "beichen."
ONE_WAY: dict[str, str] = {}
"""Migrations that cannot be taken back, each with its reason; for these the way back is the backup."""
NOISE = ("\\restrict", "\\unrestrict", "--", "SET ", "SELECT pg_catalog")


@pytest.mark.req("BASE-09")
def test_every_migration_can_be_taken_back_or_says_why_not() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    bad = {
        f"{label}.{name}"
        for (label, name), migration in loader.disk_migrations.items()
        if migration.__module__.startswith(OURS)
        for operation in _all(migration.operations)
        if not operation.reversible
    }
    assert len([one for one in loader.disk_migrations.values() if one.__module__.startswith(OURS)]) > 20
    assert bad == set(ONE_WAY)
    assert all(len(reason) > 20 for reason in ONE_WAY.values())


def _all(operations: Any) -> Iterator[Any]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from _all(operation.database_operations)
        yield operation


class House:
    """One installation on a given server, migrated by processes of its own."""

    def __init__(self, given: Given, home: Path) -> None:
        self.given, self.home = given, home
        home.mkdir(parents=True, exist_ok=True)
        bare = {key: value for key, value in os.environ.items() if "BEICHEN" not in key}
        self.env = {**bare, "BEICHEN_DATA_DIR": str(home), "BEICHEN_DATABASE_URL": given.url,
                    "BEICHEN_SECRET_KEY": "one for all", "PYTHONPATH": str(CHECKOUT)}  # fmt: skip

    def begin(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "beichen", *(words or ("migrate",))]
        return subprocess.Popen(
            command, cwd=CHECKOUT, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip

    def run(self, *words: str) -> str:
        child = self.begin(*words)
        said, _ = child.communicate(timeout=300)
        assert child.returncode == 0, said
        return said

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self.given.superuser, autocommit=True)

    def applied(self) -> int:
        """How many migrations the database says it has."""
        with self.connect() as connection:
            known = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
            if not known or known[0] is None:
                return 0
            row = connection.execute("SELECT count(*) FROM django_migrations").fetchone()
            return int(row[0]) if row else 0

    def policies(self) -> int:
        with self.connect() as connection:
            row = connection.execute("SELECT count(*) FROM pg_policies").fetchone()
            return int(row[0]) if row else 0

    def start_over(self) -> None:
        with psycopg.connect(self.given.superuser.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
            connection.execute("DROP DATABASE 公司 WITH (FORCE)".encode())
            connection.execute("CREATE DATABASE 公司 OWNER operator".encode())

    def schema(self) -> str:
        """Every table, function, policy and right, as pg_dump writes them."""
        program = binaries.find("", None).program("pg_dump")
        done = subprocess.run(
            [program, "--schema-only", "--exclude-schema=launch", self.given.superuser],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return "\n".join(line for line in done.stdout.splitlines() if line and not line.startswith(NOISE))


@pytest.fixture(scope="module")
def house(given_server: Given, tmp_path_factory: pytest.TempPathFactory) -> House:
    made = House(given_server, tmp_path_factory.mktemp("house") / "var")
    made.run()
    return made


def until(condition: Any, seconds: float = 90) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.req("BASE-09")
def test_a_migration_killed_at_any_point_is_run_again_to_the_same_end(house: House) -> None:
    """F25: after the first few, in the middle, and while row security is written."""
    whole, everything = house.schema(), house.applied()
    points = (lambda: house.applied() > 5, lambda: house.applied() > everything // 2, lambda: house.policies() > 8)
    for point in points:
        house.start_over()
        child = house.begin()
        until(point)
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        house.run()
        assert house.applied() == everything
        assert house.schema() == whole


@pytest.mark.slow
@pytest.mark.req("BASE-09")
def test_two_migrations_at_once_are_one_after_the_other(house: House) -> None:
    house.start_over()
    both = [house.begin(), house.begin()]
    said = [child.communicate(timeout=300)[0] for child in both]
    assert [child.returncode for child in both] == [0, 0], said
    assert "at this version" in said[0]
    assert "at this version" in said[1]


@pytest.mark.slow
@pytest.mark.req("BASE-09")
def test_a_busy_table_makes_the_migration_wait_and_nobody_else(house: House) -> None:
    """F24: somebody reads a table for six seconds; who comes behind waits two at most, and the migration ends well."""
    with house.connect() as connection:
        connection.execute("DELETE FROM launch.memory WHERE name = 'schema'")
    longest, stop = [0.0], threading.Event()

    def others() -> None:
        with house.connect() as connection:
            while not stop.is_set():
                began = time.monotonic()
                connection.execute("SELECT count(*) FROM notify_notice")
                longest[0] = max(longest[0], time.monotonic() - began)
                time.sleep(0.05)

    asking = threading.Thread(target=others)
    asking.start()
    with psycopg.connect(house.given.superuser) as reader:
        reader.execute("SELECT count(*) FROM notify_notice")
        child = house.begin()
        until(lambda: waits(house))
        time.sleep(6)
        assert child.poll() is None
    said, _ = child.communicate(timeout=120)
    stop.set()
    asking.join()
    assert child.returncode == 0, said
    assert 0.5 < longest[0] < 3.5


def waits(house: House) -> bool:
    with house.connect() as connection:
        row = connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'").fetchone()
        return bool(row and row[0])


@pytest.mark.slow
@pytest.mark.req("BASE-09")
def test_the_last_step_of_every_area_goes_back_and_forth(house: House) -> None:
    """F24: up, down, up; the schema is the same to the letter."""
    whole = house.schema()
    loader = MigrationLoader(None, ignore_no_migrations=True)
    leaves = {
        label: name for label, name in loader.graph.leaf_nodes()
        if loader.disk_migrations[label, name].__module__.startswith(OURS)
    }  # fmt: skip
    for label, name in sorted(leaves.items()):
        before = [one.key[1] for one in loader.graph.node_map[label, name].parents if one.key[0] == label]
        if before and f"{label}.{name}" not in ONE_WAY:
            house.run("manage", "migrate", label, before[0])
    assert house.schema() != whole
    house.run("manage", "migrate")
    assert house.schema() == whole
