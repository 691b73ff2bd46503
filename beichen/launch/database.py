"""One answer to "where is the database", embedded or given from outside, for every command. Needs psycopg."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from beichen.launch import environment, memory, places, roles, stamps
from beichen.launch.cluster import Cluster
from beichen.launch.environment import CHECKOUT, DatabaseAddress, Environment
from beichen.launch.failures import Stop
from beichen.launch.progress import note

NAME = "beichen"
DATA_COMMANDS = {
    "load_demo",
    "cast",
    "first_administrator",
    "one_time_code",
    "token",
    "import_company",
    "audit_verify",
    "audit_operation",
    "worker",
}
REFUSAL = "CommandError: "


@dataclass(frozen=True)
class Database:
    """A database that answers, with the addresses our processes use."""

    logins: roles.Logins
    cluster: Cluster | None
    label: str

    def environment(self, role: str) -> dict[str, str]:
        """The variables of a child that works as `role` (owner, web, worker)."""
        return {
            **os.environ,
            "BEICHEN_DATABASE_URL": self.logins.url(role),
            "BEICHEN_DB_ROLE": role,
            "BEICHEN_DATA_DIR": str(environment.read().data_dir),
            "DJANGO_SETTINGS_MODULE": "beichen.config.settings",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH", "")])),
            "PYTHONUTF8": "1",
            "PYTHONUNBUFFERED": "1",
        }


@contextmanager
def opened(env: Environment) -> Iterator[Database]:
    """The database of this machine, ready for work: roles in place, safe settings, not yet migrated."""
    places.prepare_data(env.data_dir)
    env = environment.read()
    if env.database is not None:
        yield _given(env.database, env.secret_key)
        return
    cluster = embedded(env)
    try:
        cluster.open()
        yield _embedded(cluster)
    finally:
        cluster.close()


def embedded(env: Environment) -> Cluster:
    """The server of this data folder, not yet started."""
    place = places.database_place(env.data_dir)
    if place.moved:
        note(f"The user {place.servant.name} cannot reach {env.data_dir}, so the database lies in {place.folder}.")
    return Cluster(place, os.environ.get("BEICHEN_PG_BIN", ""), env.data_dir / "log" / "postgres.log")


def _embedded(cluster: Cluster) -> Database:
    roles.make_database(cluster.conninfo(), NAME)
    roles.ensure(cluster.conninfo(NAME), NAME, "")
    logins = roles.Logins(DatabaseAddress(NAME, "", "", str(cluster.socket), ""), "")
    roles.require_durability(logins)
    return Database(logins, cluster, cluster.binaries.label())


def _given(address: DatabaseAddress, secret: str) -> Database:
    """A server run by others: checked, and told our roles."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    values = {"host": address.host, "port": address.port, "user": address.user, "password": address.password}
    filled = {key: value for key, value in {**values, **dict(address.options)}.items() if value}
    logins = roles.Logins(address, secret)
    conninfo = make_conninfo(dbname=address.name, **filled) if address.user else logins.url("owner")
    try:
        with psycopg.connect(conninfo, connect_timeout=10) as connection:
            version = connection.info.server_version
    except psycopg.OperationalError as error:
        said = str(error).splitlines()[-1].strip()
        raise Stop(f"The server named in BEICHEN_DATABASE_URL does not answer: {said}") from error
    if version < 150000:
        raise Stop(f"Beichen needs PostgreSQL 15 or newer, and the given server is {version // 10000}.")
    roles.ensure(conninfo, address.name, secret)
    roles.require_durability(logins)
    return Database(logins, None, f"PostgreSQL {version // 10000}.{version % 10000} (BEICHEN_DATABASE_URL)")


def attached(address: DatabaseAddress, secret: str, role: str) -> Database:
    """A server run by others, entered as one login of ours: nothing is made, and nothing of another login is used."""
    logins = roles.Logins(address, secret)
    with roles.connect(logins, role) as connection:
        version = connection.info.server_version
        row = connection.execute("SELECT to_regclass('django_migrations') IS NOT NULL").fetchone()
    if not row or not row[0]:
        raise Stop("The database is empty; run `python3 -m beichen up` or `migrate` once before `web` and `worker`.")
    return Database(logins, None, f"PostgreSQL {version // 10000}.{version % 10000} (BEICHEN_DATABASE_URL)")


def manage(database: Database, *words: str, quiet: bool = False) -> int:
    """Run a management command as the login it needs; the exit code. With `quiet` a failure becomes one sentence."""
    role = os.environ.get("BEICHEN_DB_ROLE") or ("worker" if words[:1] and words[0] in DATA_COMMANDS else "owner")
    command = [sys.executable, "-m", "django", *words]
    env = database.environment(role)
    if not quiet:
        return subprocess.run(command, env=env, check=False).returncode
    done = subprocess.run(
        command, env=env, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    if done.returncode != 0:
        raise _failed(words, done.stdout)
    return 0


def command(database: Database, usage: str, *words: str) -> int:
    """A command of ours whose refusal is one sentence, never a page of usage. Its standard output is left alone."""
    role = "worker" if words[0] in DATA_COMMANDS else "owner"
    done = subprocess.run(
        [sys.executable, "-m", "django", *words],
        env=database.environment(role), check=False, stderr=subprocess.PIPE, text=True, errors="replace",
    )  # fmt: skip
    if done.returncode == 0:
        sys.stderr.write(done.stderr)
        return 0
    before, refused, sentence = done.stderr.partition(REFUSAL)
    if refused and (not before or before.endswith("\n")):
        raise Stop(" ".join(sentence.split()))
    last = (done.stderr.strip().splitlines() or [""])[-1]
    if ": error: " in last:
        raise Stop(f"Write it as `python3 -m beichen {usage}`: {last.partition(': error: ')[2]}.")
    raise _failed(words, done.stderr)


def _failed(words: Sequence[str], said: str) -> Stop:
    """The last line of what a command said; all of it goes to a log."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    log = environment.read().data_dir / "log" / "manage.log"
    log.write_text(said, encoding="utf-8")
    return Stop(f"`manage {' '.join(words)}` failed: {' '.join(lines[-1:])[:400]} (all of it in {log})")


def migrate_when_needed(database: Database) -> None:
    """Run `migrate` unless the database remembers that it was done for this very code."""
    value = stamps.schema_digest()
    with roles.connect(database.logins, "owner") as connection:
        if memory.recall(connection, "schema") == value:
            return
    note("Bringing the database to this version …")
    manage(database, "migrate", "--no-input", quiet=True)
    with roles.connect(database.logins, "owner") as connection:
        memory.remember(connection, "schema", value)


def start_over(database: Database) -> None:
    """Throw an embedded database away that holds half a demo company."""
    if database.cluster is None:
        raise Stop(
            "An earlier loading of the demo company was cut off; empty the database named in BEICHEN_DATABASE_URL "
            "and start again."
        )
    roles.drop_database(database.cluster.conninfo(), NAME)
    _embedded(database.cluster)
