"""Notices."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One message to one person. Class C4: the addressee alone (40a, 20l); it holds no content of C4 or above."""

    id = models.UUIDField(primary_key=True)
    addressee_id = models.BigIntegerField()
    template = models.CharField(max_length=100)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300)
    dedupe_key = models.CharField(max_length=200, null=True, blank=True, unique=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notify_notice"
        constraints = [
            models.CheckConstraint(
                condition=Q(url__startswith="/") & ~Q(url__startswith="//"), name="notice_url_inside"
            )
        ]
        indexes = [
            models.Index(fields=["addressee_id", "-created_at", "-id"], name="notice_of_person"),
            models.Index(fields=["addressee_id"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.template} to {self.addressee_id}"
