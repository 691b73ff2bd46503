"""Who asks, for the database: every read and write runs inside `acting(actor)`.

The setting lives as long as the transaction, so a pooled connection carries nobody's rights to the next request.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import psycopg
from django.db import OperationalError, connection, transaction

from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(slots=True)
class _Scope:
    actor: Actor
    seats: frozenset[str]
    leads: bool
    heads: bool
    relations: dict[int, frozenset[str]] = field(default_factory=dict)
    units: dict[int, frozenset[str]] = field(default_factory=dict)
    memory: dict[str, Any] | None = None


_scope: ContextVar[_Scope | None] = ContextVar("beichen_scope", default=None)


class NobodyActs(RuntimeError):
    """A query ran outside `acting`, or for another actor than the one the database knows."""


def scope_of(actor: Actor) -> _Scope:
    """The open scope of this actor; what was looked up in it (relations, seats) lives as long as it does."""
    scope = _scope.get()
    if scope is None or scope.actor != actor:
        raise NobodyActs(f"no transaction is open as {actor.name}")
    return scope


def current_actor() -> Actor | None:
    """The actor of the open scope, if any."""
    scope = _scope.get()
    return scope.actor if scope else None


# Whoever left acts no more: from the commit of the leaving on the database knows such a person as a leaver.
# The names are set before the functions are asked: they run once per row of `told`.
_TELL = """
    WITH stands AS MATERIALIZED (
        SELECT access.standing(nullif(%(person)s, '')::bigint, %(today)s::date) AS how
    ), told AS MATERIALIZED (
        SELECT set_config('beichen.actor', CASE how WHEN 'here' THEN %(person)s ELSE '' END, true),
               set_config('beichen.leaver', CASE how WHEN 'left' THEN %(person)s ELSE '' END, true),
               set_config('beichen.job', %(job)s, true), set_config('beichen.today', %(today)s, true)
        FROM stands
    )
    SELECT access.seats(), access.leads(), access.heads() FROM told
"""


def _tell_database(actor: Actor | None) -> tuple[frozenset[str], bool, bool]:
    """Set who asks; gives what nearly every page goes on to ask.

    That is the seats (and CO), whether somebody reports to them, and whether they head a unit.
    """
    person = str(actor.person_id) if actor and actor.person_id is not None else ""
    job = (actor.job or "") if actor else ""
    with connection.cursor() as cursor:
        cursor.execute(_TELL, {"person": person, "job": job, "today": clock.today().isoformat()})
        seats, leads, heads = cursor.fetchone()
        return frozenset(seats), leads, heads


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """One transaction in which the database answers as it does to `actor`. Cost: one statement.

    Inside a scope of the same actor it adds nothing; inside another actor's it changes over and back.
    """
    if _is_open(actor):
        with transaction.atomic():
            yield
        return
    outer, nested = _scope.get(), connection.in_atomic_block
    with transaction.atomic():
        token = _scope.set(_Scope(actor, *_tell_database(actor)))
        try:
            yield
        finally:
            _scope.reset(token)
        if nested:
            _tell_database(outer.actor if outer else None)


@contextmanager
def reading(actor: Actor) -> Iterator[None]:
    """As `acting`, for reads: inside a scope of the same actor nothing is opened, not even a savepoint.

    Not for writes: what a refused rule wrote would stay.
    """
    if _is_open(actor):
        yield
        return
    with acting(actor):
        scope_of(actor).memory = {}
        yield


def remembered(actor: Actor, name: str, load: Callable[[], R]) -> R:
    """What `load` gives, asked once while a page is read; inside a rule, which may change it, every time."""
    memory = scope_of(actor).memory
    if memory is None:
        return load()
    if name not in memory:
        memory[name] = load()
    return cast(R, memory[name])


def _is_open(actor: Actor) -> bool:
    scope = _scope.get()
    return scope is not None and scope.actor == actor and connection.in_atomic_block


_before: ContextVar[Callable[[Actor], None] | None] = ContextVar("beichen_before_rule", default=None)


@contextmanager
def before_rule(claim: Callable[[Actor], None]) -> Iterator[None]:
    """Inside: the first rule that runs calls `claim(actor)` first, in its own transaction.

    So an idempotency key and the act it stands for commit together, or neither does.
    """
    token = _before.set(claim)
    try:
        yield
    finally:
        _before.reset(token)


def _claim(actor: Actor) -> None:
    claim = _before.get()
    if claim is not None:
        _before.set(None)
        claim(actor)


RETRIES, LONGEST_PAUSE = 3, 0.1


def rule(function: Callable[Concatenate[Actor, P], R]) -> Callable[Concatenate[Actor, P], R]:
    """A write: the function runs in one transaction as the actor, which is its first argument.

    When the database ended the transaction to let another through (a deadlock), it runs again, three times at most.
    """

    @wraps(function)
    def run(actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        def once() -> R:
            with acting(actor):
                _claim(actor)
                return function(actor, *args, **kwargs)

        spent = any(isinstance(given, Iterator) for given in (*args, *kwargs.values()))  # a second run finds it empty
        return once() if spent or connection.in_atomic_block else _through(once)

    return run


def _through(once: Callable[[], R]) -> R:
    """Run a whole transaction, and again after a deadlock; what it claimed was undone with it."""
    claim = _before.get()
    for _ in range(RETRIES):
        try:
            return once()
        except OperationalError as error:
            if not isinstance(error.__cause__, psycopg.errors.DeadlockDetected):
                raise
            _before.set(claim)
            time.sleep(random.uniform(0, LONGEST_PAUSE))
    return once()


def query(function: Callable[Concatenate[Actor, P], R]) -> Callable[Concatenate[Actor, P], R]:
    """A read that may be called outside a request: it runs in a transaction as the actor, the open one if there is one.

    Return lists or dataclasses, not lazy querysets: outside the transaction there is no actor any more.
    """

    @wraps(function)
    def run(actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with reading(actor):
            return function(actor, *args, **kwargs)

    return run
