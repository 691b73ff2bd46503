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

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from procrastinate import JobContext, RetryStrategy, manager
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job as QueuedJob
from procrastinate.tasks import Task

from beichen.platform import audit
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
