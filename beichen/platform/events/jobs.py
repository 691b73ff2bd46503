"""Jobs: work for later, in the same database as its cause.

Every job runs as a named system actor in one transaction and leaves one audit row. Jobs run at least once, so
they must be idempotent. A job that fails five times more, each time later, is parked (status `failed`) for a human.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any, Concatenate, Generic, ParamSpec, cast
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from procrastinate import JobContext, RetryStrategy, manager
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job as QueuedJob
from procrastinate.tasks import Task

from beichen.platform import audit
from beichen.platform.events import progress
from beichen.platform.events.failures import noted
from beichen.platform.kit.actor import Actor, system

P = ParamSpec("P")
Acting = Callable[[Actor], AbstractContextManager[None]]
BACK_OFF = RetryStrategy(max_attempts=5, exponential_wait=3)
"""Tried again after 3, 9, 27, 81 and 243 seconds."""

# The worker swaps the connector of `app` for one of its own; what a rule defers must still go through Django's
# connection, or it would not roll back with the rule.
_queue = manager.JobManager(DjangoConnector())


@cache
def _acting() -> Acting:
    found: Acting = import_string(settings.EVENTS_ACTING)
    return found


def run_as(actor: Actor) -> AbstractContextManager[None]:
    """The transaction of a job: the setting names `access.current.acting`, which lies above this package."""
    return _acting()(actor)


def put(task: Task[..., Any, ...], *batch: Mapping[str, Any], once: str = "") -> None:
    """Queue one run of the task per set of arguments, in the open transaction. Cost: one statement.

    With `once`, nothing happens while a run of that name still waits.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a job is deferred in the transaction of its cause")
    if not batch:
        return
    base = task.configure(queueing_lock=once or None).job
    runs: list[QueuedJob] = [base.evolve(task_kwargs=dict(arguments)) for arguments in batch]
    try:
        with transaction.atomic():
            _queue.batch_defer_jobs(runs)
    except AlreadyEnqueued:
        return
    except ConnectorException as error:
        with connection.wrap_database_errors:  # a database that went away reads the same wherever it went
            raise error.__cause__ or error from None


@dataclass(frozen=True)
class Job(Generic[P]):
    """A declared job. `defer` queues a run, `now` runs it here."""

    name: str
    task: Task[..., Any, ...]
    function: Callable[Concatenate[Actor, P], None]
    reason: str

    def defer(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Queue a run in the open transaction; arguments by name, JSON values only."""
        put(self.task, kwargs)

    def defer_once(self, once: str, /, *args: P.args, **kwargs: P.kwargs) -> None:
        """Queue a run unless one of this name still waits."""
        put(self.task, kwargs, once=f"{self.name}:{once}")

    def defer_each(self, batch: list[dict[str, Any]]) -> None:
        """Queue one run per set of arguments in one statement."""
        put(self.task, *batch)

    def now(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Run it here, as the worker would."""
        run(self.name, self.reason, self.function, kwargs)


def job(
    *, name: str, reason: str, queue: str = "default", cron: str = "", priority: int = 0
) -> Callable[[Callable[Concatenate[Actor, P], None]], Job[P]]:
    """Declare a job in an area's `jobs.py`: `def remind(actor, *, cycle_id: int)`. With `cron`, also by the clock.

    `name` is "<area>.<what>": the system actor's name, which the area's JOB_GRANTS lists.
    """

    def declare(function: Callable[Concatenate[Actor, P], None]) -> Job[P]:
        def work(context: JobContext | None, /, **arguments: Any) -> None:
            arguments.pop("timestamp", None)
            with noted(context, clocked=bool(cron)):
                run(name, reason, function, arguments)

        task = app.task(name=name, queue=queue, retry=BACK_OFF, priority=priority, pass_context=True)(work)
        if cron:
            clocked = cast(Task[..., Any, [int]], task)
            app.periodic(cron=cron, queueing_lock=f"{name}:clock")(clocked)
        return Job(name=name, task=task, function=function, reason=reason)

    return declare


def run(name: str, reason: str, function: Callable[..., None], arguments: Mapping[str, Any]) -> None:
    """One run: the actor, the transaction, the audit row, the work."""
    actor = system(name, reason)
    with run_as(actor):
        audit.record(actor, "job", details={"job": name, "arguments": arguments})
        function(actor, **arguments)


# ── long work, batch by batch ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Turn:
    """What one batch did: how many, and where the next begins; an empty `at` says that nothing is left."""

    done: int
    at: str = ""


LOCK = "SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))"


def batches(
    *, name: str, reason: str, key: Callable[..., UUID], queue: str = "default"
) -> Callable[[Callable[Concatenate[Actor, str, P], Turn]], Job[P]]:
    """Declare long work in an area's `jobs.py`: `def launch(actor, at, *, plan_id) -> Turn`, called until it is done.

    Every batch commits with its progress under `key(**arguments)`. `at` is empty at the first; a worker that was killed
    leaves whole batches, and the next run begins again from the first: the function leaves out what is there already.
    """

    def declare(function: Callable[Concatenate[Actor, str, P], Turn]) -> Job[P]:
        def work(context: JobContext | None, /, **arguments: Any) -> None:
            with noted(context):
                run_batches(name, reason, function, arguments, key(**arguments))

        task = app.task(name=name, queue=queue, retry=BACK_OFF, pass_context=True)(work)
        return _Batched(name=name, task=task, function=cast(Any, function), reason=reason, key=key)

    return declare


@dataclass(frozen=True)
class _Batched(Job[P]):
    """A declared long job."""

    key: Callable[..., UUID]

    def now(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Run it here, as the worker would."""
        run_batches(self.name, self.reason, cast(Any, self.function), kwargs, self.key(*args, **kwargs))


def run_batches(name: str, reason: str, function: Callable[..., Turn], arguments: Mapping[str, Any], key: UUID) -> None:
    """Batch after batch, each a transaction with its progress; two workers with the same work take turns."""
    actor = system(name, reason)
    at, first = "", True
    try:
        while at or first:
            with run_as(actor):
                _in_line(name, key)
                if first:
                    audit.record(actor, "job", details={"job": name, "arguments": arguments})
                    progress.go_on(key)
                turn = function(actor, at, **arguments)
                progress.add(key, turn.done, ended=not turn.at)
            at, first = turn.at, False
    except Exception as error:
        with transaction.atomic():
            progress.fail(key, error)
        raise


def _in_line(name: str, key: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [name, str(key)])
