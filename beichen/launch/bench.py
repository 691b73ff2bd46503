"""`bench`: what the product costs with so many people, on a database of its own that is kept for the next run."""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from beichen.launch import database, environment, loading, memory, roles
from beichen.launch.database import Database
from beichen.launch.environment import CHECKOUT
from beichen.launch.failures import Stop
from beichen.launch.progress import say

FOLDER = CHECKOUT / "benchmarks"
PARTS = ("__init__", "measure")
LOGINS = {"pages": "web", "peer": "web", "submissions": "web"}
"""Jobs that work as the web server does; the others are the worker's."""
ALONE = {"start"}
"""Jobs that open the database themselves."""
LEAST = 90
SIZES = (loading.USUAL, 10_000, 100_000)


def run(words: Sequence[str]) -> int:
    """Make or find the company of that size, then run one job or all of them."""
    asked = _asked(words)
    env = environment.read()
    if env.database is not None:
        raise Stop("`bench` fills a database of its own; run it without BEICHEN_DATABASE_URL.")
    if asked.growth:
        return _growth(env.data_dir, asked)
    return _measured(env.data_dir, asked.people, asked)


def _measured(data: Path, people: int, asked: argparse.Namespace) -> int:
    os.environ["BEICHEN_DATA_DIR"] = str(data / "bench" / str(people))
    with database.opened(environment.read()) as opened:
        _company(opened, people)
        done = [_job(opened, name, asked.rest) for name in asked.jobs if name not in ALONE]
    return max(done + [_alone(name, people) for name in asked.jobs if name in ALONE])


def _alone(name: str, people: int) -> int:
    say(f"── {name}")
    env = {**os.environ, "BEICHEN_BENCH_PEOPLE": str(people)}
    return subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], env=env, cwd=CHECKOUT, check=False).returncode


def _growth(data: Path, asked: argparse.Namespace) -> int:
    """The jobs at each size, then k of N^k, ours beside the floor's."""
    with tempfile.NamedTemporaryFile(prefix="beichen-bench-", suffix=".jsonl") as kept:
        os.environ["BEICHEN_BENCH_LINES"] = kept.name
        failed = max(_measured(data, people, asked) for people in asked.sizes)
        lines = [json.loads(line) for line in Path(kept.name).read_text(encoding="utf-8").splitlines()]
    say(f"{'job':<36} {'floor k':>8} {'ours k':>8}")
    for job in dict.fromkeys(line["job"] for line in lines):
        mine = [line for line in lines if line["job"] == job]
        floor, ours = (fitted([(line["people"], line[what]) for line in mine]) for what in ("floor", "ours"))
        say(f"{job:<36} {floor:>8.2f} {ours:>8.2f}")
    return failed


def fitted(points: Sequence[tuple[float, float]]) -> float:
    """The k of time ~ N^k by least squares over the logarithms; 0 where nothing can be fitted."""
    known = [(math.log(n), math.log(seconds)) for n, seconds in points if n > 0 and seconds > 0]
    if len({x for x, _ in known}) < 2:
        return 0.0
    x, y = (sum(axis) / len(known) for axis in zip(*known, strict=True))
    top, whole = sum((a - x) * (b - y) for a, b in known), sum((a - x) * (a - x) for a, _ in known)
    return float(top / whole)


def _asked(words: Sequence[str]) -> argparse.Namespace:
    known = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in PARTS)
    reader = argparse.ArgumentParser("python3 -m beichen bench")
    reader.add_argument("jobs", nargs="*", metavar="JOB", help=", ".join(known))
    reader.add_argument("--people", type=int, default=loading.USUAL, help="how many people, at least; the demo has 800")
    reader.add_argument("--growth", action="store_true", help="run at several sizes and fit k of N^k")
    reader.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="the sizes of --growth")
    asked, rest = reader.parse_known_args(list(words))
    unknown = set(asked.jobs) - set(known)
    if unknown:
        raise Stop(f"There is no benchmark {sorted(unknown)[0]!r}; there are {', '.join(known)}.")
    if min(asked.people, *asked.sizes) < LEAST:
        raise Stop(f"A company to measure has at least {LEAST} people.")
    asked.jobs, asked.rest = asked.jobs or known, rest
    return asked


def _company(opened: Database, people: int) -> None:
    """The demo company, with everybody copied until there are enough; a loading cut off is begun anew."""
    with roles.connect(opened.logins, "owner") as connection:
        known = memory.recall(connection, "company")
    if known and known != f"bench, {people}":
        database.start_over(opened)
    database.migrate_when_needed(opened)
    if known == f"bench, {people}":
        return
    with roles.connect(opened.logins, "owner") as connection:
        memory.remember(connection, "company", "bench, loading")
    began = time.monotonic()
    say(f"Loading {people} people …")
    loading.load_demo(opened, people)
    with roles.connect(opened.logins, "owner") as connection:
        memory.remember(connection, "company", f"bench, {people}")
    say(f"Loaded in {time.monotonic() - began:.0f} s.")


def _job(opened: Database, name: str, words: Sequence[str]) -> int:
    say(f"── {name}")
    return _python(opened, LOGINS.get(name, "worker"), f"benchmarks.{name}", *words)


def _python(opened: Database, role: str, *words: str) -> int:
    """Run a module in a process of its own as one of our logins; it may look things up as the superuser."""
    env = opened.environment(role)
    env["BEICHEN_BENCH_SUPERUSER"] = loading.superuser(opened)["BEICHEN_DATABASE_URL"]
    return subprocess.run([sys.executable, "-m", *words], env=env, cwd=CHECKOUT, check=False).returncode
