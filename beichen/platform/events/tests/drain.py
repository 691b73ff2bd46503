"""Run what was deferred, here and now, in the transaction of the test.

Jobs run oldest first, those they defer too, under the login of the worker, whose jobs hold grants; an error of a job
is the test's error.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from tests.database import login

TAKE = """
UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (
    SELECT id FROM procrastinate_jobs
    WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= clock_timestamp())
    ORDER BY priority DESC, id LIMIT 1)
RETURNING id, task_name, args
"""


def drain(limit: int = 1_000) -> list[str]:
    """The names of the jobs that ran, in order; at most `limit`, so that a job that defers itself is found out."""
    ran: list[str] = []
    with login("beichen_worker"):
        while (taken := _take()) is not None:
            job_id, name, arguments = taken
            app.tasks[name].func(None, **arguments)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job_id])
            ran.append(name)
            if len(ran) >= limit:
                raise RuntimeError(f"{limit} jobs ran and still more wait: {ran[-3:]}")
    return ran


def _take() -> tuple[int, str, dict[str, object]] | None:
    with connection.cursor() as cursor:
        cursor.execute(TAKE)
        row = cursor.fetchone()
    if row is None:
        return None
    return row[0], row[1], row[2] if isinstance(row[2], dict) else json.loads(row[2])


@pytest.fixture
def drain_jobs(db: None) -> Callable[..., list[str]]:
    """`drain_jobs()` runs every deferred job and returns their names: "on:goals.<subscriber>" or the job's name."""
    return drain
