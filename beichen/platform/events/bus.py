"""Publish and subscribe, through the job queue.

The event and one job per subscriber commit with the change that caused them. A subscriber runs as the system actor
"<area>.<function>", in one transaction together with its mark in `events_done`: delivered at least once, done once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from django.db import connection, transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.tasks import Task
from pydantic import TypeAdapter

from beichen.platform import audit
from beichen.platform.events.failures import noted
from beichen.platform.events.jobs import BACK_OFF, put, run_as
from beichen.platform.kit.actor import Actor, system

E = TypeVar("E")
Listener = Callable[[E], None] | Callable[[Actor, E], None]


@dataclass(frozen=True)
class Subscriber:
    """One function that listens to one kind of event."""

    name: str
    event: type[Any]
    call: Callable[[Actor, Any], None]
    task: Task[..., Any, ...]


_subscribers: dict[type[Any], list[Subscriber]] = {}


def area_of(module: str) -> str:
    """The folder a module belongs to: beichen.goals.subscribers → goals, beichen.platform.notify.jobs → notify."""
    parts = module.split(".")
    return parts[2] if parts[1:2] == ["platform"] and len(parts) > 2 else parts[min(1, len(parts) - 1)]


def on(event: type[E]) -> Callable[[Listener[E]], Listener[E]]:
    """Declare a listener in an area's `subscribers.py`: `def f(event)` or, when it calls rules, `def f(actor, event)`.

    The actor is system("<area>.<f>"); the area's JOB_GRANTS name it. It may run more than once, but commits once.
    """
    if not (isinstance(event, type) and is_dataclass(event)):
        raise TypeError(f"{event!r} is no event: events are frozen dataclasses")

    def declare(function: Listener[E]) -> Listener[E]:
        name = f"{area_of(function.__module__)}.{function.__name__}"
        takes_actor = len(inspect.signature(function).parameters) == 2
        call = cast(Callable[[Actor, Any], None], function) if takes_actor else _without_actor(function)

        def work(context: JobContext | None, /, *, uuid: str, event: Mapping[str, Any]) -> None:
            with noted(context):
                deliver(subscriber, UUID(uuid), event)

        task = app.task(name=f"on:{name}", queue="events", retry=BACK_OFF, pass_context=True)(work)
        subscriber = Subscriber(name=name, event=event, call=call, task=task)
        _subscribers.setdefault(event, []).append(subscriber)
        return function

    return declare


def _without_actor(function: Callable[..., None]) -> Callable[[Actor, Any], None]:
    @wraps(function)
    def call(_actor: Actor, event: Any) -> None:
        function(event)

    return call


def publish(*events: object) -> None:
    """Tell every subscriber, once the open transaction commits. Cost: one statement per subscriber.

    Bulk rules put ids into one event in batches of 1,000 rather than publish thousands of events.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an event is published in the transaction of its change")
    kinds: dict[type[Any], None] = dict.fromkeys(type(event) for event in events)
    for kind in kinds:
        batch = [
            {"uuid": str(uuid4()), "event": _shape(kind).dump_python(event, mode="json")}
            for event in events
            if type(event) is kind
        ]
        for subscriber in _subscribers.get(kind, ()):
            put(subscriber.task, *batch)


def deliver(subscriber: Subscriber, uuid: UUID, content: Mapping[str, Any]) -> None:
    """Let one subscriber deal with one event, unless it has. Cost: the mark, one audit row, and its own work."""
    actor = system(subscriber.name, f"listens to {subscriber.event.__name__}")
    with run_as(actor):
        if not _first_time(uuid, subscriber.name):
            return
        audit.record(actor, "job", details={"event": subscriber.event.__name__, "uuid": uuid, "content": content})
        subscriber.call(actor, _shape(subscriber.event).validate_python(content))


def _first_time(uuid: UUID, subscriber: str) -> bool:
    """Mark the event as dealt with; a run beside this one waits here and then sees that it was done."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_done (event, subscriber, at) VALUES (%s, %s, clock_timestamp()) ON CONFLICT DO NOTHING",
            [uuid, subscriber],
        )
        return bool(cursor.rowcount == 1)


_shapes: dict[type[Any], TypeAdapter[Any]] = {}


def _shape(event: type[Any]) -> TypeAdapter[Any]:
    """How the event is written as JSON and read back: by the types of its fields."""
    if event not in _shapes:
        _shapes[event] = TypeAdapter(event)
    return _shapes[event]
