"""What went wrong with a job, for whoever looks after the system: the kind of fault and its place, never its words.

What an exception says may repeat a row. Kept are its class, its place and, of a refusal, the sentence yet unfilled.
"""

from __future__ import annotations

import logging
import smtplib
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import django.db
import psycopg
from django.db import connection
from procrastinate import JobContext

from beichen.launch.environment import CHECKOUT
from beichen.platform.events.choices import Fault
from beichen.platform.kit.errors import Refused

log = logging.getLogger(__name__)

NOTE = """
INSERT INTO events_failure (job_id, name, first_at, last_at, times, kind, error, place, said)
VALUES (%s, %s, clock_timestamp(), clock_timestamp(), 1, %s, %s, %s, %s)
ON CONFLICT (job_id) DO UPDATE SET last_at = excluded.last_at, times = events_failure.times + 1,
    kind = excluded.kind, error = excluded.error, place = excluded.place, said = excluded.said
"""
RAN = """
INSERT INTO events_last_run (name, began_at, ended_at, succeeded)
VALUES (%s, to_timestamp(%s), clock_timestamp(), %s)
ON CONFLICT (name) DO UPDATE SET began_at = excluded.began_at, ended_at = excluded.ended_at,
    succeeded = excluded.succeeded
"""


@dataclass(frozen=True)
class Description:
    """A fault without a word of what it was about."""

    kind: Fault
    error: str
    place: str
    said: str


def describe(error: Exception) -> Description:
    """The class, the place in our code and, of a refusal, its sentence before anything was filled in."""
    said = str(error.text)[:300] if isinstance(error, Refused) else ""
    return Description(_kind(error), _name(error)[:120], _place(error)[:200], said)


def _kind(error: Exception) -> Fault:
    if isinstance(error, Refused):
        return Fault.REFUSED
    if isinstance(error, django.db.OperationalError | django.db.InterfaceError | psycopg.OperationalError):
        return Fault.AWAY
    if isinstance(error, django.db.Error | psycopg.Error):
        return Fault.DATABASE
    return Fault.OTHERS if isinstance(error, OSError | smtplib.SMTPException) else Fault.PROGRAM


def _name(error: Exception) -> str:
    """The class; of a database error the server's own, with the constraint it names."""
    cause = error.__cause__ if isinstance(error.__cause__, psycopg.Error) else error
    constraint = cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None
    return type(cause).__name__ + (f" ({constraint})" if constraint else "")


def _place(error: Exception) -> str:
    """The innermost line of ours: `goals/rules.py:12 restate`."""
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        code = frame.f_code
        if code.co_filename.startswith(f"{CHECKOUT}/beichen/"):
            return f"{code.co_filename.removeprefix(f'{CHECKOUT}/beichen/')}:{line} {code.co_name}"
    return ""


@contextmanager
def noted(context: JobContext | None, *, clocked: bool = False) -> Iterator[None]:
    """Around one run of a job: a fault is noted and raised on. Cost: nothing when all is well, by the clock one row."""
    try:
        yield
    except Exception as error:
        if context is not None:
            _write(NOTE, [context.job.id, context.job.task_name.removeprefix("on:"), *_fields(describe(error))])
            if clocked:
                _write(RAN, [context.job.task_name, context.start_timestamp, False])
        raise
    if context is not None and clocked:
        _write(RAN, [context.job.task_name, context.start_timestamp, True])


def _fields(found: Description) -> list[str]:
    return [found.kind, found.error, found.place, found.said]


def _write(statement: str, values: list[Any]) -> None:
    """In a transaction of its own, after that of the job is gone; without a database there is nobody to tell."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
    except django.db.Error:
        log.warning("the end of a job could not be noted", exc_info=True)
        with suppress(Exception):
            connection.close()
