"""Children that must keep running."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from beichen.launch.failures import Stop
from beichen.launch.processes import Service


def service(tmp_path: Path, code: str) -> Service:
    return Service("tester", [sys.executable, "-c", code], dict(os.environ), tmp_path / "tester.log", patience=5)


def until(condition: Callable[[], bool], watched: Service) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        watched.watch()
        time.sleep(0.02)


@pytest.mark.req("BASE-07")
@pytest.mark.fault("F01")
def test_a_killed_process_comes_back_again_and_again(tmp_path: Path) -> None:
    one = service(tmp_path, "import time; time.sleep(60)")
    one.start()
    for _ in range(5):
        before = one.pid
        assert before
        os.kill(before, signal.SIGKILL)
        until(lambda old=before: one.alive() and one.pid != old, one)  # type: ignore[misc]
    one.stop()
    assert not one.alive()


@pytest.mark.req("BASE-07")
def test_three_quick_deaths_end_with_its_last_words(tmp_path: Path) -> None:
    one = service(tmp_path, "raise SystemExit('the reason it gave')")
    one.start()
    with pytest.raises(Stop, match=r"ended 3 times right after its start: .*the reason it gave"):
        until(lambda: False, one)


@pytest.mark.req("BASE-07")
def test_last_words_leave_out_what_only_underlines(tmp_path: Path) -> None:
    one = service(tmp_path, "")
    (tmp_path / "tester.log").write_text("    serve(host)\n    ^^^^^~~~~~~\nValueError: no address\n", encoding="utf-8")
    assert one.last_words().startswith("serve(host) / ValueError: no address (")


def test_helpers_of_a_killed_process_do_not_outlive_it(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time, pathlib;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(child.pid)); time.sleep(60)"
    )
    one = service(tmp_path, code)
    one.start()
    note = tmp_path / "pid"
    until(lambda: note.exists() and bool(note.read_text(encoding="ascii")), one)
    helper, before = int(note.read_text(encoding="ascii")), one.pid
    note.unlink()
    assert before
    os.kill(before, signal.SIGKILL)
    until(lambda: one.pid not in (None, before) and _gone(helper), one)
    one.stop()


def test_one_who_will_not_end_is_ended(tmp_path: Path) -> None:
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    one = Service("tester", [sys.executable, "-c", code], dict(os.environ), tmp_path / "tester.log", patience=0.3)
    one.start()
    until(lambda: "deaf" in one.last_words(), one)
    one.stop()
    assert not one.alive()


def _gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except OSError:
        return True
    return state == "Z"
