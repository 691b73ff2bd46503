"""What the job runner remembers: what was done, how far it is, and that it lives."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Done(models.Model):
    """A subscriber has dealt with an event; the row commits with the effect, so it happens once."""

    event = models.UUIDField()
    subscriber = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        db_table = "events_done"
        constraints = [models.UniqueConstraint(fields=["event", "subscriber"], name="events_done_once")]
        indexes = [models.Index(fields=["at"], name="events_done_at")]

    def __str__(self) -> str:
        return f"{self.subscriber} {self.event}"


class Progress(models.Model):
    """How far a long job has come, for the bar on the page of the person who started it."""

    key = models.UUIDField(primary_key=True)
    person_id = models.BigIntegerField(null=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    message = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, default="running")
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "events_progress"
        constraints = [
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="events_progress_within_total"),
            models.CheckConstraint(
                condition=Q(state__in=["running", "done", "failed"]), name="events_progress_known_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.done}/{self.total}"


class Heartbeat(models.Model):
    """A process says that it lives; `/readyz` asks how long ago."""

    process = models.CharField(max_length=120, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "events_heartbeat"

    def __str__(self) -> str:
        return self.process


class Failure(models.Model):
    """The last fault of a job, and who had it tried again; it goes with its job."""

    job_id = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=128)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    error = models.CharField(max_length=120)
    place = models.CharField(max_length=200)
    said = models.CharField(max_length=300)
    retried_by = models.BigIntegerField(null=True)
    retried_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "events_failure"

    def __str__(self) -> str:
        return f"{self.name}: {self.error}"


class LastRun(models.Model):
    """When a job of the clock ran last, and whether it did its work."""

    name = models.CharField(max_length=128, primary_key=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    succeeded = models.BooleanField()

    class Meta:
        db_table = "events_last_run"

    def __str__(self) -> str:
        return self.name
