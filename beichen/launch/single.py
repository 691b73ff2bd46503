"""`web`, `worker`, `migrate`: single processes for production, as many as wanted, on a database run by others.

`web` and `worker` become the process they start, so that whoever started them (systemd, a container) speaks to it
directly. They sign in as one login of ours and carry no other into their environment. Needs psycopg.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from beichen.launch import database, environment, memory, places, roles, serve, stamps
from beichen.launch.database import Database
from beichen.launch.environment import Environment
from beichen.launch.failures import Stop
from beichen.launch.progress import note, say

ANCHORED = "SELECT EXISTS (SELECT FROM audit_anchor)"


def web(words: Sequence[str]) -> int:
    """One web process on BEICHEN_HOST and BEICHEN_PORT."""
    env = _told("web", words)
    serve.require_free_port(env)
    opened = _ready(env, "web")
    return _become(serve.web_command(env), opened.environment("web"))


def worker(words: Sequence[str]) -> int:
    """One worker; several may run, on one machine or on many."""
    env = _told("worker", words)
    opened = _ready(env, "worker")
    with roles.connect(opened.logins, "worker") as connection:
        row = connection.execute(ANCHORED).fetchone()
    if row and row[0] and not (env.data_dir / "audit_key").exists():
        raise Stop(
            f"This installation signs its audit with a key that is not in {env.data_dir}; copy the file audit_key "
            "there from the data folder of the first worker, readable by its owner alone."
        )
    return _become(serve.WORK, opened.environment("worker"))


def migrate(words: Sequence[str]) -> int:
    """Bring the database to this version: beside running processes, by one at a time, safe to repeat."""
    if words:
        raise Stop("`migrate` takes no arguments; the database is that of BEICHEN_DATABASE_URL or BEICHEN_DATA_DIR.")
    with database.opened(environment.read()) as opened:
        database.migrate_when_needed(opened)
        say(f"The database is at this version ({environment.version()}, {opened.label}).")
    return 0


def _told(name: str, words: Sequence[str]) -> Environment:
    """What a single process must be told: a database of others, and the key that every machine shares."""
    env = environment.read()
    if words:
        raise Stop(f"`{name}` takes no arguments; address and port are BEICHEN_HOST and BEICHEN_PORT.")
    if env.database is None:
        raise Stop(
            f"`{name}` is one process beside others on a database named in BEICHEN_DATABASE_URL; "
            "on the embedded one `python3 -m beichen up` runs web server and worker together."
        )
    if not env.secret_key:
        raise Stop(
            f"There is no secret key in {env.data_dir}; every process of an installation needs the same one: copy it "
            "there, or name it in BEICHEN_SECRET_KEY_FILE (the first is made by `python3 -m beichen migrate`)."
        )
    places.prepare_data(env.data_dir)
    return env


def _ready(env: Environment, role: str) -> Database:
    """The database, when it is at this version or a newer one."""
    assert env.database is not None
    opened = database.attached(env.database, env.secret_key, role)
    with roles.connect(opened.logins, "owner") as connection:
        known = memory.recall(connection, "schema")
    if known != stamps.schema_digest():
        _require_migrated(opened)
    return opened


def _require_migrated(opened: Database) -> None:
    """The code may be older than the database, as in the middle of an upgrade; it may not be newer."""
    asked = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--check"],
        env=opened.environment("owner"), check=False, capture_output=True,
    )  # fmt: skip
    if asked.returncode != 0:
        raise Stop("The database is older than this code; run `python3 -m beichen migrate` first, from this code.")
    note("The database was brought up by another version of the code, as in the middle of an upgrade.")


def _become(command: Sequence[str], env: dict[str, str]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(command[0], list(command), env)
