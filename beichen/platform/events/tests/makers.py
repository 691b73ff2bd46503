"""Jobs as a broken day leaves them."""

from __future__ import annotations

from django.db import connection

from tests.database import login

JOB = """
INSERT INTO procrastinate_jobs (task_name, queue_name, args, status, attempts, queueing_lock)
VALUES (%s, %s, '{"notice": "of E006"}', %s, %s, %s) RETURNING id
"""
FAULT = """
INSERT INTO events_failure (job_id, name, first_at, last_at, times, kind, error, place, said)
VALUES (%s, %s, '2026-05-19 22:10+08', '2026-05-19 22:20+08', 6, %s, %s, %s, %s)
"""


def make_job(
    name: str, status: str = "todo", *, queue: str = "default", attempts: int = 0, once: str | None = None
) -> int:
    """A job in this state; its number."""
    with login(None), connection.cursor() as cursor:
        cursor.execute(JOB, [name, queue, status, attempts, once])
        return int(cursor.fetchone()[0])


def make_failed(name: str = "notify.mail", *, kind: str = "others", said: str = "", once: str | None = None) -> int:
    """A job that was set aside after six tries; its number."""
    job_id = make_job(name, "failed", queue="mail", attempts=6, once=once)
    with login(None), connection.cursor() as cursor:
        cursor.execute(FAULT, [job_id, name, kind, "SMTPServerDisconnected", "platform/notify/jobs.py:31 mail", said])
    return job_id


def status_of(job_id: int) -> str:
    """Where a job stands."""
    with login(None), connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job_id])
        return str(cursor.fetchone()[0])
