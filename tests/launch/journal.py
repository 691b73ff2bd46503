"""An acknowledgement journal: writers note what they send and what was confirmed, each on disk before they go on.

A writer repeats a request under the same idempotency key until it is confirmed, as a careful client does.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LONGEST_WAIT = 90
"""Seconds until a writer gives one request up."""


class Journal:
    """Lines `sent`, `acknowledged` or `given-up` with the title of a goal, each synced before the writer goes on."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self.titles: dict[str, list[str]] = {"sent": [], "acknowledged": [], "given-up": []}

    def note(self, what: str, title: str) -> None:
        """Write one line down for good."""
        with self._lock:
            self._file.write(f"{what}\t{title}\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            self.titles[what].append(title)

    def close(self) -> None:
        self._file.close()

    @property
    def acknowledged(self) -> list[str]:
        return self.titles["acknowledged"]


@dataclass(frozen=True)
class Ask:
    """One request that begins a draft, as the owner of a token."""

    port: int
    token: str
    cycle_id: int

    def __call__(self, title: str, key: str) -> int:
        """The status of the answer, 0 when there is none."""
        body = json.dumps({"title": title, "cycle_id": self.cycle_id})
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Idempotency-Key": key}
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(link), contextlib.suppress(OSError, http.client.HTTPException):
            link.request("POST", "/api/v1/goals", body, headers)
            with link.getresponse() as answer:
                answer.read()
                return answer.status
        return 0


class Writer(threading.Thread):
    """Begins drafts of goals over HTTP, one after the other, until told to stop."""

    def __init__(self, name: str, ask: Ask, journal: Journal, stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self._send = ask
        self._journal, self._stop_asked = journal, stop
        self.answers: Counter[int] = Counter()

    def run(self) -> None:
        """One goal after the other."""
        number = 0
        while not self._stop_asked.is_set():
            number += 1
            self._write(f"{self.name}-{number}")

    def _write(self, title: str) -> None:
        key, deadline = _key(), time.monotonic() + LONGEST_WAIT
        self._journal.note("sent", title)
        while time.monotonic() < deadline:
            status = self._send(title, key)
            self.answers[status] += 1
            if status in (200, 201):
                self._journal.note("acknowledged", title)
                return
            time.sleep(0.1)
        self._journal.note("given-up", title)


def _key() -> str:
    made = int(time.time() * 1000)
    return str(uuid.UUID(int=made << 80 | 7 << 76 | 2 << 62 | uuid.uuid4().int % 2**60))


def until(journal: Journal, count: int, seconds: float, alive: Callable[[], bool]) -> None:
    """Wait for so many acknowledged writes; fails when they do not come in time."""
    deadline = time.monotonic() + seconds
    while len(journal.acknowledged) < count:
        assert alive(), "the launcher ended"
        assert time.monotonic() < deadline, f"{len(journal.acknowledged)} of {count} writes were confirmed in time"
        time.sleep(0.02)
