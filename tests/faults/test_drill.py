"""F26: back to the second before a mistake, in an empty folder, with the steps of docs/operate.md and no others."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from beichen.launch import copies
from beichen.launch.environment import CHECKOUT
from beichen.launch.progress import say
from tests.faults.journal import Ask, until, writing
from tests.launch.conftest import open_cluster
from tests.launch.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.fault("F26")]
MORE = """
INSERT INTO goals_goal SELECT (jsonb_populate_record(one.goal, jsonb_build_object(
    'id', nextval(pg_get_serial_sequence('goals_goal', 'id')), 'key', '', 'title', 'drill ' || n))).*
FROM (SELECT goal FROM goals_goal goal ORDER BY id LIMIT 1) one, generate_series(1, 500) n
"""
LETTERS = """
INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, scheduled_at)
SELECT 'mail', 'notify.mail', '{}', 'todo', now() + interval '1 day' FROM generate_series(1, 7)
"""
MISTAKE = "DELETE FROM goals_goal WHERE title LIKE 'drill %%'"
MOVING = re.compile(r"audit_|procrastinate_|events_|identity_|launch\.|notify_|people_")
"""Tables that a running installation writes by itself, or the restore does."""


class Drill:
    """The folders of the drill and the commands as the page has them."""

    def __init__(self, live: Running, folder: Path) -> None:
        self.live, self.folder = live, folder
        self.base, self.wal = folder / "base", folder / "wal"

    @property
    def keys(self) -> list[str]:
        """What lies beside the database now; the worker makes the key of the audit when it seals first."""
        return [name for name in copies.KEYS if (self.live.home / name).exists() and name != copies.RECIPIENT]

    def backup(self, base: Path | None = None) -> str:
        done = self.live.run("backup", "--base", str(base or self.base), "--wal", str(self.wal))
        return f"{done.returncode} {done.stdout}{done.stderr}"

    def restore(self, name: str, moment: datetime, keys: list[str], base: Path | None = None) -> tuple[Running, str]:
        other = Running(self.folder / name, self.folder / f"{name}.txt")
        other.home.mkdir(exist_ok=True, mode=0o755)
        for key in keys:
            shutil.copy(self.live.home / key, other.home / key)
        done = other.run("restore", "--base", str(base or self.base), "--wal", str(self.wal), "--until", str(moment))
        return other, f"{done.returncode} {done.stdout}{done.stderr}"


@pytest.fixture
def drill(well: Running) -> Iterator[Drill]:
    folder = Path(tempfile.mkdtemp(prefix="beichen-drill-"))
    folder.chmod(0o755)
    try:
        yield Drill(well, folder)
    finally:
        with well.superuser() as database:
            for name in ("archive_mode", "archive_command", "archive_timeout"):
                database.execute(f"ALTER SYSTEM RESET {name}".encode())
        well.stop()
        well.start()
        shutil.rmtree(folder)


def prints(connection: psycopg.Connection[tuple[Any, ...]]) -> dict[str, tuple[int, str]]:
    found = copies.fingerprints(connection)
    return {name: value for name, value in found.items() if not MOVING.search(name)}


def moment(database: psycopg.Connection[tuple[Any, ...]]) -> datetime:
    row = database.execute("SELECT clock_timestamp()").fetchone()
    assert row
    return datetime.fromisoformat(str(row[0]))


def archived(database: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Wait until the piece of the log that is written now lies in the archive; by itself it would within a minute."""
    row = database.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
    assert row
    deadline = time.monotonic() + 60
    while True:
        said = database.execute("SELECT last_archived_wal >= %s FROM pg_stat_archiver", [row[0]]).fetchone()
        if said and said[0]:
            return
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.req("BASE-07")
def test_back_to_the_second_before_a_mistake(drill: Drill, pen: Ask, tmp_path: Path) -> None:
    live = drill.live
    assert "stop and start `up` once, then run this again" in drill.backup()
    assert live.stop() == 0
    live.start()
    live.until(live.ready, 90)
    said = drill.backup()
    assert said.startswith("0 "), said
    with writing(pen, tmp_path / "drill.journal", 4) as journal:
        until(journal, 1_000, 300, live.alive)
    with live.superuser() as database:
        assert database.execute("SHOW archive_timeout").fetchone() == ("1min",)
        database.execute("SET session_replication_role = replica")
        database.execute(MORE.encode())
        database.execute(LETTERS.encode())
        before = prints(database)
        time.sleep(2.5)
        mistake = moment(database)
        assert database.execute(MISTAKE.encode()).rowcount == 500
        assert prints(database) != before
        archived(database)
    then = mistake - timedelta(seconds=1)

    _, said = drill.restore("without keys", then, [name for name in drill.keys if name != "audit_key"])
    assert said.startswith("1 ")
    assert "lacks audit_key" in said

    began = time.monotonic()
    other, said = drill.restore("again", then, drill.keys)
    took = time.monotonic() - began
    assert said.startswith("0 "), said
    assert "7 mails that waited then are not sent" in said
    server = open_cluster(other.home)
    try:
        with psycopg.connect(server.conninfo("beichen")) as connection:
            assert prints(connection) == before
            jobs = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'mail'"
                                      " AND status IN ('todo', 'doing')").fetchone()  # fmt: skip
            assert jobs == (0,)
            titles = {row[0] for row in connection.execute("SELECT title FROM goals_goal").fetchall()}
            assert [title for title in journal.acknowledged if not {title, f"{title} changed"} & titles] == []
    finally:
        server.close()
    holds = other.run("audit", "verify")
    assert holds.returncode == 0, holds.stderr
    say(f"{len(journal.acknowledged)} confirmed and there; restored in {took:.0f} s")

    _, said = drill.restore("again", then, [])
    assert "holds a database already" in said
    _, said = drill.restore("too late", mistake + timedelta(days=1), drill.keys)
    assert said.startswith("1 ")
    assert not (drill.folder / "too late" / "postgres").exists()
    (heap,) = [path for path in drill.base.rglob("PG_VERSION") if path.parent == drill.base]
    heap.write_bytes(heap.read_bytes() + b"\n")
    _, said = drill.restore("damaged", then, drill.keys)
    assert "PG_VERSION differs or is gone" in said
    assert not (drill.folder / "damaged" / "postgres").exists()


@pytest.mark.req("BASE-07")
def test_the_page_has_the_very_steps() -> None:
    page = (CHECKOUT / "docs" / "operate.md").read_text(encoding="utf-8")
    for step in ("backup --base", "--wal", "restore --base", "--until", "restore --fence", "audit_key", "audit verify"):
        assert step in page
