"""`doctor`: what is here, what is missing, what is risky. One line each. Needs psycopg."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from beichen.launch import browser, database, environment, failures, memory, roles, stamps
from beichen.launch.database import Database
from beichen.launch.environment import Environment
from beichen.launch.progress import say

GOOD, WARN, BAD = "ok", "look", "BAD"
LITTLE_ROOM_MB = 2000
LATE_SECONDS = 30
BACKUP_DAYS = 7
HEARTBEAT = """
SELECT extract(epoch FROM now() - max(last_heartbeat))::int FROM procrastinate_workers
"""


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    state: str
    name: str
    text: str


Question = Callable[[Environment, Database], Iterator[Finding]]


def run() -> int:
    """Print the report; the exit code is 1 when something is bad."""
    env = environment.read()
    worst = GOOD
    with database.opened(env) as opened:
        for finding in _report(env, opened):
            say(f"{finding.state:<5} {finding.name:<14} {finding.text}")
            worst = BAD if BAD in (worst, finding.state) else worst
    return 1 if worst == BAD else 0


def _report(env: Environment, opened: Database) -> Iterator[Finding]:
    """Every question in turn; one that cannot be asked is itself a finding."""
    import psycopg

    questions: tuple[Question, ...] = (_machine, _disk, _key, _server, _roles, _schema, _worker, _backup, _drawing)
    for question in questions:
        try:
            yield from question(env, opened)
        except psycopg.Error as error:
            yield Finding(BAD, question.__name__.strip("_"), str(error).splitlines()[0])


def _machine(_env: Environment, opened: Database) -> Iterator[Finding]:
    yield Finding(GOOD, "python", f"{sys.version.split()[0]} in {sys.prefix}")
    yield Finding(GOOD, "postgresql", opened.label)


def _disk(env: Environment, opened: Database) -> Iterator[Finding]:
    yield Finding(GOOD, "data", str(env.data_dir))
    place = opened.cluster.folder if opened.cluster else env.data_dir
    if opened.cluster:
        yield Finding(GOOD, "database", f"{place}, as user {opened.cluster.place.servant.name}")
    free = failures.free_megabytes(place)
    yield Finding(GOOD if free > LITTLE_ROOM_MB else WARN, "disk", f"{free:,} MB free at {place}")


def _key(env: Environment, opened: Database) -> Iterator[Finding]:
    key = env.data_dir / "secret_key"
    folder = opened.cluster.folder if opened.cluster else None
    if folder and key.exists() and key.stat().st_dev == folder.stat().st_dev:
        text = "on the same disk as the database: who takes the disk has both (BEICHEN_SECRET_KEY_FILE moves it)"
        yield Finding(WARN, "key", text)
    else:
        yield Finding(GOOD, "key", "not on the database's disk")
    if key.exists() and key.stat().st_mode & 0o077:
        yield Finding(BAD, "key", f"{key} can be read by others; run `chmod 600` on it")


def _server(_env: Environment, opened: Database) -> Iterator[Finding]:
    with roles.connect(opened.logins, "owner") as connection:
        row = connection.execute("SELECT current_setting('data_checksums')").fetchone()
    if row and row[0] == "on":
        yield Finding(GOOD, "checksums", "on")
    else:
        yield Finding(WARN, "checksums", "off: a damaged disk page is not noticed (`pg_checksums --enable`)")
    yield Finding(GOOD, "durability", "fsync, full_page_writes and synchronous_commit are on")


def _roles(_env: Environment, opened: Database) -> Iterator[Finding]:
    with roles.connect(opened.logins, "owner") as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = ANY(%s)",
            [[roles.OWNER, roles.WEB, roles.WORKER, roles.MOVER]],
        ).fetchall()
        owned = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relowner IN (SELECT oid FROM pg_roles WHERE rolname = ANY(%s))",
            [[roles.WEB, roles.WORKER]],
        ).fetchone()
    mighty = [name for name, might in rows if might]
    if len(rows) < 4 or mighty or (owned and owned[0]):
        yield Finding(BAD, "roles", f"{len(rows)} of 4 there; too mighty: {', '.join(mighty) or 'none'}")
    else:
        yield Finding(GOOD, "roles", "owner, web, worker, mover; web and worker own nothing")


def _schema(_env: Environment, opened: Database) -> Iterator[Finding]:
    with roles.connect(opened.logins, "owner") as connection:
        known = memory.recall(connection, "schema")
        company = memory.recall(connection, "company")
    if known == stamps.schema_digest():
        yield Finding(GOOD, "migrations", "the database is at this version")
    else:
        yield Finding(WARN, "migrations", "the database is not at this version yet; `demo` and `up` bring it there")
    yield Finding(GOOD, "company", company or "your own, or none yet")


def _worker(_env: Environment, opened: Database) -> Iterator[Finding]:
    with roles.connect(opened.logins, "owner") as connection:
        known = connection.execute("SELECT to_regclass('procrastinate_workers')").fetchone()
        row = connection.execute(HEARTBEAT).fetchone() if known and known[0] else None
    if row is None or row[0] is None:
        yield Finding(WARN, "worker", "none runs: jobs wait and the audit is not sealed until `demo` or `up` runs")
    elif row[0] > LATE_SECONDS:
        yield Finding(WARN, "worker", f"its last sign of life is {row[0]} s old")
    else:
        yield Finding(GOOD, "worker", f"last sign of life {row[0]} s ago")


def _backup(_env: Environment, opened: Database) -> Iterator[Finding]:
    with roles.connect(opened.logins, "owner") as connection:
        last = memory.recall(connection, "backup")
    days = (datetime.now(UTC) - datetime.fromisoformat(last)).days if last else None
    if days is None:
        yield Finding(WARN, "backup", "none was ever made here (`python3 -m beichen backup FILE`)")
    else:
        yield Finding(GOOD if days <= BACKUP_DAYS else WARN, "backup", f"the last one was made {days} days ago")


def _drawing(_env: Environment, _opened: Database) -> Iterator[Finding]:
    font = browser.has_chinese_font()
    if font is None:
        yield Finding(GOOD, "fonts", "not asked (no fontconfig here); PDF with Chinese needs fonts-noto-cjk")
    elif font:
        yield Finding(GOOD, "fonts", "Chinese can be drawn")
    else:
        yield Finding(WARN, "fonts", "no Chinese font; `apt-get install fonts-noto-cjk` for PDF and journeys")
    found = browser.find_chromium()
    yield Finding(
        GOOD, "browser", found or "none: only the journeys among the tests need one (`apt-get install chromium`)"
    )
