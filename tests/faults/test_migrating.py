"""F24, F25: migrations beside a serving installation: busy tables, kills in the middle, the way back, the old code."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

from beichen.launch import binaries
from beichen.launch.environment import CHECKOUT
from tests.launch.conftest import Given

OURS = "beichen."
ONE_WAY: dict[str, str] = {}
"""Migrations that cannot be taken back, each with its reason; for these the way back is the backup."""
NOISE = ("\\restrict", "\\unrestrict", "--", "SET ", "SELECT pg_catalog")


@pytest.mark.fault("F24")
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
                    "BEICHEN_SECRET_KEY": "one-for-all-7Qm2vX9rTk4Lw8Zc3Np6", "PYTHONPATH": str(CHECKOUT)}  # fmt: skip

    def begin(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "beichen", *(words or ("migrate",))]
        return subprocess.Popen(
            command, cwd=CHECKOUT, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip

    def run(self, *words: str) -> str:
        child = self.begin(*words)
        said, _ = child.communicate(timeout=1800)
        assert child.returncode == 0, said
        return said

    def fill(self, copies: int) -> None:
        """The demo company, told once and copied past every right, as `demo --people N` does on its own server."""
        self.run("manage", "load_demo")
        env = {**self.env, "BEICHEN_DATABASE_URL": self.given.superuser, "BEICHEN_DB_ROLE": "owner",
               "DJANGO_SETTINGS_MODULE": "beichen.config.settings"}  # fmt: skip
        subprocess.run([sys.executable, "-m", "django", "copy_demo", str(copies)], cwd=CHECKOUT, env=env, check=True)

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
@pytest.mark.fault("F25")
@pytest.mark.req("BASE-09")
def test_a_migration_killed_at_ten_points_is_run_again_to_the_same_end(house: House) -> None:
    """One way from an empty database, ended eight times between the steps and twice while row security is written."""
    whole, everything, locked = house.schema(), house.applied(), house.policies()
    house.start_over()
    steps = [everything * n // 9 for n in range(1, 9)]
    points = [lambda n=n: house.applied() >= n for n in steps]
    points += [lambda n=n: house.policies() >= n for n in (1, locked)]
    for reached in points:
        child = house.begin()
        until(lambda reached=reached, child=child: reached() or child.poll() is not None)
        assert child.poll() is None, "it ended before it could be killed"
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
    house.run()
    assert house.applied() == everything
    assert house.schema() == whole


@pytest.mark.slow
@pytest.mark.fault("F25")
@pytest.mark.req("BASE-09")
def test_two_migrations_at_once_are_one_after_the_other(house: House) -> None:
    house.start_over()
    both = [house.begin(), house.begin()]
    said = [child.communicate(timeout=300)[0] for child in both]
    assert [child.returncode for child in both] == [0, 0], said
    assert "at this version" in said[0]
    assert "at this version" in said[1]


@pytest.mark.slow
@pytest.mark.fault("F24")
@pytest.mark.req("BASE-09")
def test_a_busy_table_makes_the_migration_wait_and_nobody_else(house: House) -> None:
    """Somebody reads a table for six seconds; who comes behind waits two at most, and the migration ends well."""
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


COPIES = 12
"""Of 800 people: more than 10,000 with the first."""
LONGEST = 2.5
"""Seconds somebody may wait for a table: the migration's own two, and the machine's."""
BIG = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples > 1000"
EACH = """
import sys, django
django.setup()
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED
loader = MigrationLoader(None, ignore_no_migrations=True)
for label, name in sorted(key for key in loader.disk_migrations if key[0] in sys.argv[1:]):
    before = [key[1] for key in loader.graph.node_map[label, name].parents if key[0] == label]
    if before:
        call_command("migrate", label, before[0], verbosity=0)
        call_command("migrate", verbosity=0)
        print(label, name, flush=True)
"""


@pytest.mark.slow
@pytest.mark.fault("F24")
@pytest.mark.req("BASE-09")
def test_every_step_goes_back_and_forth_over_ten_thousand_people_who_read(house: House) -> None:
    """Down and up for each migration that has one before it, beside twenty reads a second of the big tables."""
    house.start_over()
    house.run()
    house.fill(COPIES)
    whole = house.schema()
    with house.connect() as connection:
        connection.execute("ANALYZE")
        tables = [row[0] for row in connection.execute(BIG).fetchall()]
    assert len(tables) > 10
    longest: dict[str, float] = defaultdict(float)
    stop = threading.Event()

    def others(turn: int) -> None:
        with house.connect() as connection:
            while not stop.is_set():
                turn += 1
                table, began = tables[turn % len(tables)], time.monotonic()
                with contextlib.suppress(psycopg.Error):  # a table of a later step is not there for a moment
                    connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1'.encode())
                longest[table] = max(longest[table], time.monotonic() - began)
                time.sleep(0.1)

    readers = [threading.Thread(target=others, args=[n]) for n in range(2)]
    for reader in readers:
        reader.start()
    try:
        loader = MigrationLoader(None, ignore_no_migrations=True)
        ours = {key[0] for key, one in loader.disk_migrations.items() if one.__module__.startswith(OURS)}
        said = house.run("manage", "shell", "-c", EACH.replace("sys.argv[1:]", repr(sorted(ours))))
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert len(said.splitlines()) > 20, said
    assert house.schema() == whole
    assert not {table: waited for table, waited in longest.items() if waited > LONGEST}


# ── the code of the release before on the new schema ────────────────────────────────────────────────────────────
RELEASED: dict[str, str] = {}
"""The last migration of each area in the newest release. There is none yet; from the first on this list is kept with
the change log, and what follows only adds, so that the old code goes on while and after it is run."""


def why_old_code_stops(operation: Any) -> str:
    """What code of the release before would stumble over; empty when it would not notice."""
    if isinstance(operation, migrations.DeleteModel | migrations.RemoveField):
        return "takes away what it reads"
    if isinstance(operation, migrations.RenameModel | migrations.RenameField | migrations.AlterModelTable):
        return "gives what it reads another name"
    if isinstance(operation, migrations.AddField | migrations.AlterField):
        field: Any = operation.field
        return "" if field.null or field.db_default is not NOT_PROVIDED else "may refuse a row it writes"
    if isinstance(operation, migrations.AddConstraint):
        return "refuses what it may still write"
    return ""


@pytest.mark.fault("F24")
@pytest.mark.req("BASE-09")
def test_what_follows_a_release_only_adds() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    later = {
        (label, name): why
        for (label, name), migration in loader.disk_migrations.items()
        if label in RELEASED and name > RELEASED[label]
        for operation in migration.operations
        if (why := why_old_code_stops(operation))
    }
    assert later == {}


@pytest.mark.fault("F24")
@pytest.mark.req("BASE-09")
@pytest.mark.parametrize(
    ("operation", "stops"),
    [
        (migrations.RemoveField("goal", "title"), True),
        (migrations.DeleteModel("goal"), True),
        (migrations.RenameField("goal", "title", "name"), True),
        (migrations.AddField("goal", "colour", models.TextField()), True),
        (migrations.AddField("goal", "colour", models.TextField(default="")), True),  # no default in the database
        (migrations.AddField("goal", "colour", models.TextField(db_default="")), False),
        (migrations.AddField("goal", "colour", models.TextField(null=True)), False),
        (migrations.AlterField("goal", "title", models.CharField(max_length=9)), True),
        (migrations.CreateModel("colour", [("id", models.BigAutoField(primary_key=True))]), False),
        (migrations.AddIndex("goal", models.Index(fields=["title"], name="goal_title")), False),
    ],
)
def test_the_rule_knows_what_the_old_code_would_stumble_over(operation: Any, stops: bool) -> None:
    assert bool(why_old_code_stops(operation)) is stops
