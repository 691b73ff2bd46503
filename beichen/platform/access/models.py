"""Acts that take two people: asked by one, done by another."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q


class PendingAct(models.Model):
    """An act marked `!` in the table that one person has asked for and a second has not yet confirmed.

    `payload` is what was asked and `digest` fixes it: who confirms something else confirms nothing. `about` says in a
    few words what it concerns (class C2: the name of a plan, of a person, of a file). Class C3.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    act = models.CharField(max_length=80)
    object_key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    about = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_by = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")), name="pending_act_two_people"
            ),
            models.UniqueConstraint(
                fields=["act", "object_key"], condition=Q(confirmed_at__isnull=True), name="pending_act_once_open"
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], condition=Q(confirmed_at__isnull=True), name="pending_act_open")]

    def __str__(self) -> str:
        return f"{self.act} {self.object_key}"
