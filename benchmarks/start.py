"""J12: a second start on a full data folder, from the command to the first page, and the memory of all of it at rest.

It runs without a database of its own: `up` starts the embedded one, web and worker, as `demo` does.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from beichen.launch import environment, places
from benchmarks import measure

PATIENCE, REST, LEAVE = 120, 10, 60
FIRST_PAGE = "/account/login/"
TARGET_SECONDS, TARGET_MB = 5, 600


def run() -> None:
    """Start, stop, start again; the second counts."""
    _started(rest=0)
    seconds, memory = _started(rest=REST)
    people = int(os.environ.get("BEICHEN_BENCH_PEOPLE", "0"))
    measure.report(measure.Line("second start to first page (J12)", people, 0, seconds, 1, round(sum(memory.values()))))
    parts = ", ".join(f"{name} {mb:.0f}" for name, mb in memory.items())
    print(
        f"To keep under: {TARGET_SECONDS} s and {TARGET_MB} MB at rest ({parts}; shared pages counted once);"
        f" load of the machine {os.getloadavg()[0]:.1f}."
    )


def _started(rest: float) -> tuple[float, dict[str, float]]:
    """Seconds to the first page, and the memory by kind after a rest."""
    env = environment.read()
    began = time.perf_counter()
    up = subprocess.Popen([sys.executable, "-m", "beichen", "up"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(f"http://127.0.0.1:{env.port}{FIRST_PAGE}", up)
        seconds = time.perf_counter() - began
        time.sleep(rest)
        return seconds, _memory(up.pid, env.data_dir)
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(LEAVE)


def _await(url: str, up: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and up.poll() is None:
        try:
            with urlopen(url, timeout=10) as answer:
                assert b"<form" in answer.read()
                return
        except HTTPError as error:
            raise AssertionError(f"the first page answers {error.code}") from error
        except OSError:
            time.sleep(0.02)
    raise AssertionError("the first page did not come")


def _memory(launcher: int, data: Path) -> dict[str, float]:
    """MB by kind: the launcher and its children by name, and the database with its sessions."""
    postmaster = int((places.database_place(data).folder / "postmaster.pid").read_text().split()[0])
    found = {"launcher": _mb([launcher]), "database": _mb(_below(postmaster))}
    for child in _children(launcher):
        if child != postmaster:
            words = Path(f"/proc/{child}/cmdline").read_bytes()
            name = "web" if b"granian" in words else "worker" if b"worker" in words else "other"
            found[name] = found.get(name, 0) + _mb(_below(child))
    return found


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _below(pid: int) -> list[int]:
    return [pid, *(one for child in _children(pid) for one in _below(child))]


def _mb(pids: list[int]) -> float:
    lines = [line for pid in pids for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    run()
