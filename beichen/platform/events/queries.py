"""What is waiting, what is parked, who lives: for the job monitor, the metrics and `/readyz`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from croniter import croniter
from django.db import connection
from django.utils.translation import gettext
from procrastinate.contrib.django import app

from beichen.platform.access.current import query
from beichen.platform.access.permissions import may, require
from beichen.platform.audit import choices as audit_choices
from beichen.platform.events.access import SEE, TRY_AGAIN
from beichen.platform.events.choices import Fault
from beichen.platform.events.models import Heartbeat, LastRun
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor

SILENT_AFTER = timedelta(minutes=1)
LISTED = 100

# One row per name; the oldest that is due names the moment since when it could have run.
KINDS = """
SELECT kind.task_name, kind.queue_name, kind.waiting, kind.later, kind.running, kind.failed,
       greatest(event.at, job.scheduled_at)
FROM (SELECT task_name, min(queue_name) AS queue_name,
             count(*) FILTER (WHERE status = 'todo' AND due) AS waiting,
             count(*) FILTER (WHERE status = 'todo' AND NOT due) AS later,
             count(*) FILTER (WHERE status = 'doing') AS running,
             count(*) FILTER (WHERE status = 'failed') AS failed,
             min(id) FILTER (WHERE status = 'todo' AND due) AS oldest
      FROM (SELECT id, task_name, queue_name, status, coalesce(scheduled_at <= clock_timestamp(), true) AS due
            FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed')) job
      GROUP BY task_name) kind
LEFT JOIN procrastinate_jobs job ON job.id = kind.oldest
LEFT JOIN LATERAL (SELECT at FROM procrastinate_events WHERE job_id = kind.oldest ORDER BY id LIMIT 1) event ON true
ORDER BY kind.task_name
"""
FAILED = """
SELECT job.id, job.task_name, job.attempts, job.status = 'failed', job.scheduled_at,
       failure.first_at, failure.last_at, failure.kind, failure.error, failure.place, failure.said
FROM procrastinate_jobs job LEFT JOIN events_failure failure ON failure.job_id = job.id
WHERE job.status = 'failed' OR (job.status = 'todo' AND failure.job_id IS NOT NULL)
ORDER BY job.status = 'failed' DESC, job.id DESC LIMIT %s
"""


@dataclass(frozen=True)
class Kind:
    """The jobs of one name that are not finished; `later` waits for its time, `since` is that of the oldest due."""

    name: str
    queue: str
    waiting: int
    later: int
    running: int
    failed: int
    since: datetime | None

    @property
    def label(self) -> str:
        """The name in words."""
        return label(self.name)


@dataclass(frozen=True)
class Failed:
    """A job that failed: set aside, or to be tried again at `next_at`."""

    id: int
    name: str
    attempts: int
    parked: bool
    next_at: datetime | None
    since: datetime | None
    last_at: datetime | None
    kind: str
    error: str
    place: str
    said: str

    @property
    def label(self) -> str:
        """The name in words."""
        return label(self.name)

    @property
    def sentence(self) -> str:
        """What went wrong; the places of a refusal stay empty, since they would name somebody."""
        if self.said:
            return re.sub(r"%\(\w+\)[sd]", "…", gettext(self.said))
        return str(Fault(self.kind).label) if self.kind in Fault.values else gettext("No further details.")


@dataclass(frozen=True)
class Clocked:
    """A job by the clock: its last run, and when it runs next."""

    name: str
    began_at: datetime | None
    seconds: int
    succeeded: bool
    next_at: datetime

    @property
    def label(self) -> str:
        """The name in words."""
        return label(self.name)


@dataclass(frozen=True)
class Worker:
    """A worker process and its last sign of life."""

    host: str
    process: str
    at: datetime
    lives: bool


@dataclass(frozen=True)
class Monitor:
    """Everything the monitor shows."""

    kinds: list[Kind]
    failed: list[Failed]
    clocked: list[Clocked]
    workers: list[Worker]
    may_try: bool

    @property
    def parked(self) -> int:
        """How many jobs wait for a human."""
        return sum(kind.failed for kind in self.kinds)

    @property
    def lives(self) -> bool:
        """Whether any worker runs."""
        return any(worker.lives for worker in self.workers)


def label(name: str) -> str:
    """A job in words; one without words is shown by its name."""
    return str(audit_choices.jobs().get(name.removeprefix("on:"), name.removeprefix("on:")))


@query
def monitor(actor: Actor) -> Monitor:
    """What runs, waits and failed. Cost: four statements; the list of failures ends after a hundred."""
    require(actor, SEE)
    return Monitor(kinds(), _failed(), clocked(), workers(), may(actor, TRY_AGAIN))


def _rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def kinds() -> list[Kind]:
    """Unfinished jobs by name. Cost: one statement over the queue, which is pruned daily."""
    return [Kind(*row) for row in _rows(KINDS)]


def _failed() -> list[Failed]:
    return [Failed(*row[:7], *(text or "" for text in row[7:])) for row in _rows(FAILED, LISTED)]


def clocked() -> list[Clocked]:
    """Every job by the clock, the next first. Cost: one statement."""
    ran = {run.name: run for run in LastRun.objects.all()}
    now = clock.now()
    found = [_clocked(name, task.cron, ran.get(name), now) for (name, _), task in _periodic().items()]
    return sorted(found, key=lambda one: (one.next_at, one.name))


def _periodic() -> dict[tuple[str, str], Any]:
    return {key: task for key, task in app.periodic_registry.periodic_tasks.items() if "builtin" not in key[0]}


def _clocked(name: str, cron: str, run: LastRun | None, now: datetime) -> Clocked:
    """The clock of the queue is UTC."""
    following = croniter(cron, now.astimezone(UTC)).get_next(datetime)
    if run is None:
        return Clocked(name, None, 0, succeeded=False, next_at=following)
    return Clocked(name, run.began_at, round((run.ended_at - run.began_at).total_seconds()), run.succeeded, following)


def workers() -> list[Worker]:
    """The workers of the last two days, the liveliest first. Cost: one statement, a handful of rows."""
    now = clock.now()
    beats = Heartbeat.objects.filter(process__startswith="worker:").order_by("-at")[:50]
    parts = [(beat.process.split(":", 2), beat.at) for beat in beats]
    return [Worker(part[1], part[-1], at, now - at < SILENT_AFTER) for part, at in parts]


def worker_lives(within_seconds: int = 15) -> bool:
    """Whether some worker beat its heart lately. Cost: a handful of rows."""
    return Heartbeat.objects.filter(at__gte=clock.now() - timedelta(seconds=within_seconds)).exists()


# ── for the pages of what a job works on ────────────────────────────────────────────────────────────────────────────

_STANDS = """
SELECT coalesce(bool_or(job.status IN ('todo', 'doing')), false),
       coalesce((array_agg(failure.kind ORDER BY job.id DESC) FILTER (WHERE job.status = 'failed'))[1], '')
FROM procrastinate_jobs job LEFT JOIN events_failure failure ON failure.job_id = job.id
WHERE job.task_name = 'on:' || %s AND job.args -> 'event' ->> %s::text = %s
  AND job.status IN ('todo', 'doing', 'failed')
"""


def why_stopped(subscriber: str, field: str, value: int) -> str | None:
    """Why nobody works any more on what an event asked of this subscriber, in words; None while it waits or runs.

    `field` and `value` find the event. Cost: one statement, over the jobs that wait, run or are parked.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STANDS, [subscriber, field, str(value)])
        works, kind = cursor.fetchone()
    return None if works else str(dict(Fault.choices).get(kind, ""))
