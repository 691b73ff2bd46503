"""What a worker does by the second beside its jobs, each in a thread of its own with its own connection.

A loop never ends by an error, and gives its connection back after each turn: a database that was killed and came
back finds everything running.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

log = logging.getLogger(__name__)
PATIENCE = 5.0


@dataclass(frozen=True)
class Loop:
    """A function called every so many seconds."""

    name: str
    every: float
    work: Callable[[], object]


class Loops:
    """Starts and stops the loops of one process."""

    def __init__(self, *loops: Loop) -> None:
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=[loop], name=loop.name, daemon=True) for loop in loops]

    def start(self) -> None:
        """Begin; each loop works at once and then by its interval."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let each loop finish what it does and wait for them, at most five seconds in all."""
        self._stop.set()
        until = time.monotonic() + PATIENCE
        for thread in self._threads:
            thread.join(timeout=max(0.0, until - time.monotonic()))

    def _run(self, loop: Loop) -> None:
        while not self._stop.is_set():
            self._once(loop)
            self._stop.wait(loop.every)

    def _once(self, loop: Loop) -> None:
        try:
            loop.work()
        except Exception:
            log.exception("%s failed and will try again", loop.name)
        finally:
            connection.close()
