"""What every benchmark shares: a floor in plain SQL, our way beside it, rows, memory, one line of a table.

The floor runs as the superuser of the throw-away database in a transaction that is rolled back; ours runs on the login
the product uses, with its audit, row security and commits. Ratios of one run count, not milliseconds.
"""

from __future__ import annotations

import os
import re
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg

FLOORS = Path(__file__).parent / "floors"
SUPERUSER = "BEICHEN_BENCH_SUPERUSER"
ROUNDS = 15


@dataclass(frozen=True, slots=True)
class Timed:
    """How long something took, and how many rows it made or read."""

    seconds: float
    rows: int


@dataclass(frozen=True, slots=True)
class Line:
    """One job beside its floor. `target` is the ratio it should keep under; 0: there is none."""

    job: str
    people: int
    floor: float
    ours: float
    rows: int
    peak_mb: int
    target: float = 0

    @property
    def ratio(self) -> float:
        """How many times the floor."""
        return self.ours / self.floor if self.floor else 0


HEADS = f"{'job':<34} {'people':>8} {'floor s':>9} {'ours s':>9} {'ratio':>7} {'target':>7} {'rows':>10} {'MB':>6}"


def said(line: Line) -> str:
    """The line as the table prints it."""
    floor, ratio = (f"{line.floor:.4f}", f"{line.ratio:.2f}") if line.floor else ("–", "–")
    target = f"{line.target:g}" if line.target else "–"
    return (
        f"{line.job:<34} {line.people:>8,} {floor:>9} {line.ours:>9.4f} {ratio:>7} {target:>7} "
        f"{line.rows:>10,} {line.peak_mb:>6}"
    )


def report(*lines: Line) -> None:
    """Print the table, and for `bench --growth` keep the lines where it asks for them."""
    print(HEADS)
    for line in lines:
        print(said(line), flush=True)
    if kept := os.environ.get("BEICHEN_BENCH_LINES"):
        import json

        with Path(kept).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(line)) + "\n" for line in lines)


def peak_mb() -> int:
    """The most memory this process ever held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found.group(1)) // 1024 if found else 0


def timed(work: Callable[[], int]) -> Timed:
    """Run something that gives its number of rows."""
    began = time.perf_counter()
    rows = work()
    return Timed(time.perf_counter() - began, rows)


@contextmanager
def superuser() -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A connection past every lock, for floors and for setting the stage; commits at the end."""
    with psycopg.connect(os.environ[SUPERUSER]) as connection:
        yield connection


def floor(name: str, given: Mapping[str, Any], rounds: int = 2, *, may_end_empty: bool = False) -> Timed:
    """The statements of floors/NAME.sql, rolled back; the best of the rounds. Rows: those of the last statement."""
    text = (FLOORS / f"{name}.sql").read_text(encoding="utf-8")
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    statements = [part for part in bare.split(";") if part.strip()]
    best: Timed | None = None
    with psycopg.connect(os.environ[SUPERUSER]) as connection:
        for _ in range(rounds):
            with connection.transaction(force_rollback=True):
                now = timed(lambda: _run(connection, statements, given))
            best = now if best is None or now.seconds < best.seconds else best
    if best is None or not (best.rows or may_end_empty):
        raise AssertionError(f"the floor of {name} had nothing to do")
    return best


def _run(connection: psycopg.Connection[Any], statements: list[str], given: Mapping[str, Any]) -> int:
    rows = 0
    for statement in statements:
        cursor = connection.execute(statement, given)
        rows = cursor.rowcount
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return rows


def commit(rounds: int = 20) -> float:
    """What making one record durable costs here: what a floor that is rolled back does not pay."""
    with psycopg.connect(os.environ[SUPERUSER], autocommit=True) as connection:
        told = "SELECT pg_logical_emit_message(true, 'bench', 'one record')"
        return statistics.median(timed(lambda: connection.execute(told).rowcount).seconds for _ in range(rounds))


def statements(job: str) -> dict[str, str]:
    """The statements of floors/JOB.sql that have a name, for jobs of milliseconds that are asked many times."""
    parts = (FLOORS / f"{job}.sql").read_text(encoding="utf-8").split("-- name: ")[1:]
    return {name.strip(): sql for name, _, sql in (part.partition("\n") for part in parts)}


def fetched(sql: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What a named statement gives, on the product's own connection."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def median(work: Callable[[], Any]) -> float:
    """The median of the rounds in seconds, warm."""
    work()
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def people() -> int:
    """How many work here."""
    with superuser() as connection:
        row = connection.execute("SELECT count(*) FROM people_person WHERE is_active").fetchone()
    return int(row[0]) if row else 0


def same(what: str, ours: int, expected: int) -> None:
    """A benchmark that did another amount of work than it says is no benchmark."""
    if ours != expected:
        raise AssertionError(f"{what}: {ours} rows instead of {expected}")
