"""Keys of acts already done, so that a second press or a retry does nothing twice."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from beichen.platform.kit import clock


class Idempotency(models.Model):
    """One act of one actor under one key. Holds no content: status, address and id of the result alone. Class C3."""

    actor = models.CharField(max_length=120)
    key = models.UUIDField()
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    location = models.CharField(max_length=1000, blank=True)
    result_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "api_idempotency"
        constraints: ClassVar = [models.UniqueConstraint(name="api_idempotency_once", fields=["actor", "key"])]
        indexes: ClassVar = [models.Index(name="api_idempotency_age", fields=["created_at"])]

    def __str__(self) -> str:
        return f"{self.actor}:{self.key}"
