"""How far a long job is, told over a connection of its own: it shows while the job's transaction is open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F
from django.db.models.functions import Least

from beichen.platform.events.models import Progress
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Refused


@dataclass(frozen=True)
class Bar:
    """What a progress bar shows; `state` is running, done or failed."""

    done: int
    total: int
    message: str
    state: str
    updated_at: datetime

    @property
    def percent(self) -> int:
        """0–100, rounded down, so that 100 means all."""
        return self.done * 100 // self.total if self.total else 0


def begin(actor: Actor, key: UUID, total: int, message: str = "") -> None:
    """Show an empty bar to the actor; called by the rule that defers the job, in its transaction."""
    now = clock.now()
    values = {"person_id": actor.person_id, "done": 0, "total": total, "message": message, "state": "running"}
    Progress.objects.update_or_create(key=key, defaults={**values, "started_at": now, "updated_at": now})


def go_on(key: UUID) -> None:
    """The work runs (again). Cost: one statement."""
    Progress.objects.filter(key=key).update(state="running", message="", updated_at=clock.now())


def add(key: UUID, count: int, *, ended: bool = False) -> None:
    """A batch is done, in its own transaction; `ended`: it was the last. Cost: one statement."""
    done = F("total") if ended else Least(F("done") + count, F("total"))
    state = "done" if ended else "running"
    Progress.objects.filter(key=key).update(done=done, state=state, updated_at=clock.now())


def fail(key: UUID, error: Exception) -> None:
    """The work stopped: why, where it is a refusal made for people. Cost: one statement."""
    said = str(error)[:200] if isinstance(error, Refused) else ""
    Progress.objects.filter(key=key).update(state="failed", message=said, updated_at=clock.now())


def shown(_actor: Actor, key: UUID) -> Bar | None:
    """The bar of work on something, for whoever the page of that thing is open to. Cost: one row by key."""
    return _bar(Progress.objects.filter(key=key).first())


def bar(actor: Actor, key: UUID) -> Bar | None:
    """The bar of a job this person started; None for anybody else's. Cost: one row by key."""
    return _bar(Progress.objects.filter(key=key, person_id=actor.person_id).first())


def _bar(row: Progress | None) -> Bar | None:
    return Bar(row.done, row.total, row.message, row.state, row.updated_at) if row else None


@contextmanager
def reporting(key: UUID) -> Iterator[Reporter]:
    """Inside a job: `with reporting(key) as report: … report(done=200, total=800)`. Marks done or failed at the end."""
    own = connection.copy()
    reporter = Reporter(key, own)
    try:
        yield reporter
    except BaseException:
        reporter.close("failed")
        raise
    else:
        reporter.close("done")
    finally:
        own.close()


class Reporter:
    """Writes at most twice a second."""

    def __init__(self, key: UUID, own: BaseDatabaseWrapper) -> None:
        self._key, self._own, self._last = key, own, 0.0

    def __call__(self, *, done: int, total: int, message: str = "") -> None:
        """Say how far the job is; between two writes less than half a second apart nothing happens."""
        at = clock.now().timestamp()
        if at - self._last < 0.5 and done < total:
            return
        self._last = at
        self._write("done = %s, total = %s, message = %s", [done, total, message[:200]])

    def close(self, state: str) -> None:
        """The last word: `done` or `failed`."""
        self._write("state = %s", [state])

    def _write(self, what: str, values: list[Any]) -> None:
        with self._own.cursor() as cursor:
            cursor.execute(
                f"UPDATE events_progress SET {what}, updated_at = clock_timestamp() WHERE key = %s",
                [*values, self._key],
            )
