"""An acknowledgement journal: writers note what they send and what was confirmed, each on disk before they go on.

A writer begins a goal and then changes it, and repeats each request under the same idempotency key until it is
confirmed, as a careful client does. `reckon` compares the journal with the database.
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

LONGEST_WAIT = 90
"""Seconds until a writer gives one request up."""
CHANGED = " changed"
INSIDE = ("Traceback", "psycopg", "django.db", "SELECT ", 'File "/')
"""Words of the program that no answer may show."""


class Journal:
    """Lines `sent`, `acknowledged` or `given-up` with the title of a goal, each synced before the writer goes on."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self.titles: dict[str, list[str]] = {"sent": [], "acknowledged": [], "given-up": []}
        self.answers: Counter[int] = Counter()
        self.slowest: dict[int, float] = {}
        self.improper: list[str] = []

    def note(self, what: str, title: str) -> None:
        """Write one line down for good."""
        with self._lock:
            self._file.write(f"{what}\t{title}\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            self.titles[what].append(title)

    def answered(self, answer: Answer) -> None:
        """Count an answer, and keep what is wrong with it."""
        with self._lock:
            self.answers[answer.status] += 1
            self.slowest[answer.status] = max(answer.seconds, self.slowest.get(answer.status, 0))
            if answer.improper:
                self.improper.append(answer.improper)

    def close(self) -> None:
        self._file.close()

    @property
    def acknowledged(self) -> list[str]:
        return self.titles["acknowledged"]


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 when nothing did."""

    status: int = 0
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0

    @property
    def improper(self) -> str:
        """Why this is no clean answer: another fault than 503, a 503 that says no time, a look inside."""
        shown = [word for word in INSIDE if word in self.text] if self.status >= 500 else []
        if self.status >= 500 and (self.status != 503 or "retry-after" not in self.headers or shown):
            return f"{self.status} {self.headers.get('retry-after', 'without a time')} {shown} {self.text[:300]}"
        return ""


def ask(port: int, method: str, path: str, body: object = None, **headers: str) -> Answer:
    """One request on a connection of its own: a form when the body is text; names of headers with `_` for `-`."""
    began = time.monotonic()
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with contextlib.closing(link), contextlib.suppress(OSError, http.client.HTTPException):
        content = body if isinstance(body, str) else json.dumps(body) if body is not None else None
        kind = "application/x-www-form-urlencoded" if isinstance(body, str) else "application/json"
        link.request(method, path, content, {"Content-Type": kind, **sent} if content else sent)
        with link.getresponse() as answer:
            found = {name.lower(): value for name, value in answer.getheaders()}
            text = answer.read().decode("utf-8", "replace")
            return Answer(answer.status, text, found, time.monotonic() - began)
    return Answer(seconds=time.monotonic() - began)


@dataclass(frozen=True)
class Ask:
    """Writes of the owner of a token."""

    port: int
    token: str
    cycle_id: int

    def begin(self, title: str, key: str) -> Answer:
        """Begin a draft."""
        return self._send("POST", "/api/v1/goals", {"title": title, "cycle_id": self.cycle_id}, key)

    def change(self, goal_id: int, title: str, version: int, key: str) -> Answer:
        """Give the draft another title."""
        return self._send("PUT", f"/api/v1/goals/{goal_id}", {"title": title, "version": version}, key)

    def version(self, goal_id: int) -> Answer:
        """Read the draft."""
        return self._send("GET", f"/api/v1/goals/{goal_id}", None, "")

    def _send(self, method: str, path: str, body: object, key: str) -> Answer:
        keyed = {"Idempotency_Key": key} if key else {}
        return ask(self.port, method, path, body, Authorization=f"Bearer {self.token}", **keyed)


class Writer(threading.Thread):
    """Begins drafts of goals over HTTP and changes each once, one after the other, until told to stop."""

    def __init__(self, name: str, ask: Ask, journal: Journal, stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self._ask, self._journal, self._stop_asked = ask, journal, stop

    def run(self) -> None:
        """One goal after the other."""
        number = 0
        while not self._stop_asked.is_set():
            number += 1
            self._write(f"{self.name}-{number}")

    def _write(self, title: str) -> None:
        begun = self._confirmed(title, lambda key: self._ask.begin(title, key))
        if begun is None:
            return
        goal_id = json.loads(begun.text)["id"]
        if goal_id is None:  # a replay of what a process confirmed to nobody: it died before it noted its answer
            return
        read = self._until_answered(lambda: self._ask.version(goal_id))
        if read is not None:
            version, other = json.loads(read.text)["goal"]["version"], title + CHANGED
            self._confirmed(other, lambda key: self._ask.change(goal_id, other, version, key))

    def _confirmed(self, title: str, send: Callable[[str], Answer]) -> Answer | None:
        """Send under one key until it is confirmed, with a line before and a line after."""
        key = _key()
        self._journal.note("sent", title)
        answer = self._until_answered(lambda: send(key))
        self._journal.note("acknowledged" if answer else "given-up", title)
        return answer

    def _until_answered(self, send: Callable[[], Answer]) -> Answer | None:
        deadline = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < deadline:
            answer = send()
            self._journal.answered(answer)
            if answer.status in (200, 201):
                return answer
            if answer.status == 404:  # a goal that was confirmed is gone
                return None
            time.sleep(0.1)
        return None


def _key() -> str:
    made = int(time.time() * 1000)
    return str(uuid.UUID(int=made << 80 | 7 << 76 | 2 << 62 | uuid.uuid4().int % 2**60))


@contextmanager
def writing(ask: Ask, path: Path, writers: int, *, honest: bool = True) -> Iterator[Journal]:
    """So many writers at work; at the end they come to rest. Of an honest database none is refused or gives up."""
    journal, stop = Journal(path), threading.Event()
    threads = [Writer(f"{path.stem}{n}", ask, journal, stop) for n in range(writers)]
    for one in threads:
        one.start()
    try:
        yield journal
    finally:
        stop.set()
        for one in threads:
            one.join(LONGEST_WAIT + 30)
        journal.close()
    assert journal.improper == []
    if honest:
        assert not any(400 <= status < 500 for status in journal.answers), journal.answers
        assert journal.titles["given-up"] == []


def within(seconds: float) -> float:
    """A figure for a machine that does nothing else, on this machine at this moment."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def until(journal: Journal, count: int, seconds: float, alive: Callable[[], bool]) -> None:
    """Wait for so many acknowledged writes; fails when they do not come in time."""
    deadline = time.monotonic() + seconds
    while len(journal.acknowledged) < count:
        assert alive(), "the launcher ended"
        assert time.monotonic() < deadline, f"{len(journal.acknowledged)} of {count} writes were confirmed in time"
        time.sleep(0.02)


STORED = """
SELECT goal.title, goal.state, goal.version, (
    SELECT count(*) FROM audit_entry entry WHERE entry.act = 'goals.write' AND entry.kind = 'goals.goal'
      AND entry.object_id = goal.id::text)
FROM goals_goal goal WHERE goal.title LIKE %s
"""


def reckon(journal: Journal, database: psycopg.Connection[Any]) -> list[str]:
    """What differs between the journal and the database, in words; nothing when the invariants hold.

    I1: each confirmed write is stored once, each sent one at most once, and nothing else. I5: a draft is a draft.
    I6: a confirmed change is there, and versions have no gap. I7: each version has its line of the audit.
    """
    rows = database.execute(STORED, [f"{journal.name}%"]).fetchall()
    begun = Counter(title.removesuffix(CHANGED) for title, *_ in rows)
    stored = {title for title, *_ in rows} | set(begun)
    return [
        *(f"lost: {title}" for title in journal.acknowledged if title not in stored),
        *(f"stored {count} times: {title}" for title, count in begun.items() if count != 1),
        *(f"never sent: {title}" for title in stored - set(journal.titles["sent"])),
        *(f"{title}: {state}, version {version}, {lines} lines of the audit" for title, state, version, lines in rows
          if (state, version, lines) != ("draft", 1 + title.endswith(CHANGED), 1 + title.endswith(CHANGED))),
    ]  # fmt: skip
