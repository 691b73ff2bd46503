"""What is waiting, what is parked, who lives: for the job monitor and `/readyz`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count
from procrastinate.contrib.django.models import ProcrastinateJob

from beichen.platform.events.models import Heartbeat
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor


@dataclass(frozen=True)
class Parked:
    """A job that failed for good and waits for a human."""

    id: int
    name: str
    arguments: dict[str, Any]
    attempts: int


def worker_lives(within_seconds: int = 15) -> bool:
    """Whether some worker beat its heart lately. Cost: a handful of rows."""
    return Heartbeat.objects.filter(at__gte=clock.now() - timedelta(seconds=within_seconds)).exists()


def counts(_actor: Actor) -> dict[str, int]:
    """Jobs by status. Cost: one scan of the queue table, which is pruned daily."""
    return dict(ProcrastinateJob.objects.values_list("status").annotate(n=Count("id")))


def parked(_actor: Actor, limit: int = 100) -> list[Parked]:
    """The jobs that failed six times, newest first. Arguments hold ids only."""
    rows = ProcrastinateJob.objects.filter(status="failed").order_by("-id")[:limit]
    return [Parked(row.pk, row.task_name, row.args, row.attempts) for row in rows]
