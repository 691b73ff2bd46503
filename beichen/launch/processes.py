"""Child processes that must keep running: started, watched, restarted with back-off, stopped. Standard library only."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from beichen.launch.failures import Stop
from beichen.launch.progress import say

QUICK_SECONDS = 10.0
QUICK_DEATHS = 3
LONGEST_PAUSE = 8.0
KEEP_LOG_BYTES = 20_000_000
PR_SET_PDEATHSIG = 1


class Service:
    """One program kept alive. Its words go to a log file; the last of them are shown when it will not run."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str], log: Path, patience: float) -> None:
        self.name = name
        self._command = list(command)
        self._env = dict(env)
        self._log = log
        self._patience = patience
        self._child: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._again_at = 0.0
        self._quick = 0

    def start(self) -> None:
        """Start it in a process group of its own, so that Ctrl-C reaches the launcher alone and stops come in order."""
        if self._log.exists() and self._log.stat().st_size > KEEP_LOG_BYTES:
            self._log.replace(self._log.with_suffix(".old.log"))
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._env,
                start_new_session=True,
                preexec_fn=_die_with_parent(),  # noqa: PLW1509 - the launcher has no threads
            )
        self._started = time.monotonic()

    def watch(self) -> None:
        """Start it again when it died; give up after three deaths of its own making in quick succession."""
        if self._child is None:
            if time.monotonic() >= self._again_at:
                self.start()
            return
        code = self._child.poll()
        if code is None:
            return
        self._end_group()
        self._child = None
        killed = code in (-signal.SIGKILL, -signal.SIGTERM)
        quick = time.monotonic() - self._started < QUICK_SECONDS
        self._quick = self._quick + 1 if quick and not killed else 0
        if self._quick >= QUICK_DEATHS:
            raise Stop(f"The {self.name} ended {QUICK_DEATHS} times right after its start: {self.last_words()}")
        pause = min(LONGEST_PAUSE, 0.2 * 4**self._quick)
        self._again_at = time.monotonic() + pause
        say(f"The {self.name} ended ({_reason(code)}); starting it again.")

    def hush(self) -> None:
        """Forget quick deaths: they had a cause elsewhere (the database was away)."""
        self._quick = 0

    def stop(self) -> None:
        """Ask politely, wait, then insist."""
        if self._child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._child.terminate()
        try:
            self._child.wait(self._patience)
        except subprocess.TimeoutExpired:
            say(f"The {self.name} did not end within {self._patience:.0f} s and is ended hard.")
        self._end_group()
        self._child.wait()
        self._child = None

    @property
    def pid(self) -> int | None:
        """Of the child that runs or just ran; None while one is waited for."""
        return self._child.pid if self._child else None

    def alive(self) -> bool:
        """Whether the child runs at this moment."""
        return self._child is not None and self._child.poll() is None

    def last_words(self) -> str:
        """The end of its log, in one line."""
        try:
            text = self._log.read_bytes()[-4000:].decode("utf-8", "replace")
        except OSError:
            return f"see {self._log}"
        lines = [line.strip() for line in text.splitlines() if line.strip(" \t^~")]  # without Python's underlining
        return f"{' / '.join(lines[-2:])[:400]} (all of it in {self._log})"

    def _end_group(self) -> None:
        """Helpers of a process killed the hard way would hold its port and its connections."""
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, signal.SIGKILL)


def _die_with_parent() -> Callable[[], None] | None:
    """On Linux a child gets SIGTERM when the launcher is killed, so that nobody is left serving an address."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _reason(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
