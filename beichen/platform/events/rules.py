"""Care of the queue: bring back what a killed worker left, try a parked job again, prune, beat the heart."""

from __future__ import annotations

from django.db import connection, transaction

from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.access import TRY_AGAIN
from beichen.platform.events.choices import Fault
from beichen.platform.events.failures import NOTE
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound, gettext_noop

STALLED_AFTER = 6
"""Seconds without a beat after which a worker counts as dead; workers beat every two."""

# A worker row may be gone already (a new worker prunes dead ones at its start); then worker_id is null.
STALLED = """
SELECT job.id, job.attempts, job.task_name
FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
WHERE job.status = 'doing'
  AND (worker.id IS NULL OR worker.last_heartbeat < clock_timestamp() - make_interval(secs => %s))
FOR UPDATE OF job SKIP LOCKED
"""
RETRY = "SELECT procrastinate_retry_job_v2(%s, clock_timestamp(), NULL, NULL, NULL)"
# Of jobs that are wanted once at a time (a queueing lock) one runs; the others are done with it, also with one that
# waits already.
TRY = """
WITH parked AS MATERIALIZED (
    SELECT job.id, job.queueing_lock FROM procrastinate_jobs job
    WHERE job.status = 'failed' AND {condition} ORDER BY job.id LIMIT %s FOR UPDATE SKIP LOCKED
), sorted AS (
    SELECT id, queueing_lock IS NULL OR (
        row_number() OVER (PARTITION BY queueing_lock ORDER BY id DESC) = 1 AND NOT EXISTS (
            SELECT FROM procrastinate_jobs other
            WHERE other.status = 'todo' AND other.queueing_lock = parked.queueing_lock)) AS runs
    FROM parked
), done_with AS (
    UPDATE procrastinate_jobs job SET status = 'cancelled' FROM sorted WHERE job.id = sorted.id AND NOT sorted.runs
)
SELECT id, CASE WHEN runs THEN procrastinate_retry_job_v2(id, clock_timestamp(), NULL, NULL, NULL) END FROM sorted
"""
TRIED = "UPDATE events_failure SET retried_by = %s, retried_at = clock_timestamp() WHERE job_id = ANY(%s)"
MINE = "SELECT FROM events_failure WHERE job_id = %s AND retried_by = %s"
AT_ONCE = 10_000
GIVE_UP = "SELECT procrastinate_finish_job_v1(%s, 'failed', false)"
GIVE_UP_AFTER = 10
"""A job that killed its worker this often is parked, lest it kill the next one too."""

FINISHED = """
DELETE FROM procrastinate_jobs WHERE id IN (
    SELECT job.id FROM procrastinate_jobs job
    WHERE job.status IN ('succeeded', 'cancelled', 'aborted')
      AND NOT EXISTS (SELECT FROM procrastinate_events event
                      WHERE event.job_id = job.id AND event.at > clock_timestamp() - interval '1 day')
    LIMIT 50000)
"""


class NoSuchJob(NotFound):
    """There is no failed job with this number; somebody may have restarted it already."""

    code = "no_such_job"
    text = gettext_noop("There is no failed job with this number; somebody may have restarted it already.")


def bring_back() -> int:
    """Put the jobs of dead workers back into the queue; how many. Safe beside other workers doing the same."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STALLED, [STALLED_AFTER])
        stalled = cursor.fetchall()
        for job_id, attempts, name in stalled:
            cursor.execute(RETRY if attempts < GIVE_UP_AFTER else GIVE_UP, [job_id])
            if attempts >= GIVE_UP_AFTER:
                cursor.execute(NOTE, [job_id, name.removeprefix("on:"), Fault.KILLED, "", "", ""])
        return len(stalled)


def beat(process: str) -> None:
    """Say that this process lives. Cost: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_heartbeat (process, at) VALUES (%s, clock_timestamp()) "
            "ON CONFLICT (process) DO UPDATE SET at = excluded.at",
            [process],
        )


def prune() -> None:
    """Forget finished jobs after a day, marks of dealt-with events after 90, dead hearts and old bars after two."""
    with connection.cursor() as cursor:
        cursor.execute(FINISHED)
        cursor.execute("DELETE FROM events_done WHERE at < clock_timestamp() - interval '90 days'")
        cursor.execute("DELETE FROM events_heartbeat WHERE at < clock_timestamp() - interval '2 days'")
        cursor.execute("DELETE FROM events_failure WHERE job_id NOT IN (SELECT id FROM procrastinate_jobs)")
        cursor.execute("DELETE FROM events_progress WHERE updated_at < clock_timestamp() - interval '2 days'")


def _retried(actor: Actor, condition: str, value: int | str) -> list[int]:
    """Put parked jobs back into the queue and note who did. Cost: two statements, however many."""
    with connection.cursor() as cursor:
        cursor.execute(TRY.format(condition=condition), [value, AT_ONCE])
        tried = [row[0] for row in cursor.fetchall()]
        cursor.execute(TRIED, [actor.person_id, tried])
    return tried


@rule
def try_again(actor: Actor, job_id: int) -> None:
    """Put a parked job back into the queue; a second click of the same person changes nothing."""
    require(actor, TRY_AGAIN)
    if _retried(actor, "job.id = %s", job_id):
        audit.record(actor, TRY_AGAIN, details={"job_id": job_id})
        return
    with connection.cursor() as cursor:
        cursor.execute(MINE, [job_id, actor.person_id])
        if cursor.fetchone() is None:
            raise NoSuchJob


@rule
def try_all_again(actor: Actor, name: str) -> int:
    """Put the parked jobs of one name back into the queue, at most 10,000 at once; how many."""
    require(actor, TRY_AGAIN)
    tried = _retried(actor, "job.task_name = %s", name)
    if tried:
        audit.record_bulk(actor, TRY_AGAIN, "events.job", tried)
    return len(tried)
