"""Runs and their steps. Class C5, since a run may be about a bonus: seen by those who take part."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from beichen.platform.approvals.choices import Role, RunState, StepState


class Run(models.Model):
    """One way through the approval of one version of an object. `barred`: further people who may not decide (G6)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=60)
    object_id = models.CharField(max_length=64)
    object_version = models.PositiveIntegerField()
    title = models.CharField(max_length=200, blank=True)
    subject_id = models.BigIntegerField(null=True)
    started_by = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.PENDING)
    participants = ArrayField(models.BigIntegerField(), default=list)
    barred = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        db_table = "approvals_run"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id"], condition=Q(state="pending"), name="approvals_one_open_run"
            ),
            models.CheckConstraint(
                condition=Q(state="pending", ended_at__isnull=True) | (~Q(state="pending") & Q(ended_at__isnull=False)),
                name="approvals_run_ends_once",
            ),
        ]
        indexes = [
            GinIndex(fields=["participants"], name="approvals_run_participants"),
            models.Index(fields=["kind", "object_id", "started_at"], name="approvals_run_object"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


def _not(field: str) -> Q:
    """G6: this person is neither the subject nor who started the run. Holds for a person still unknown."""
    return Q(**{f"{field}__isnull": True}) | (
        (Q(subject_id__isnull=True) | ~Q(**{field: F("subject_id")}))
        & (Q(started_by__isnull=True) | ~Q(**{field: F("started_by")}))
    )


class Step(models.Model):
    """One person's turn. Repeats subject and starter, so that the database can refuse a self-approval."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    n = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=10, choices=Role)
    subject_id = models.BigIntegerField(null=True)
    started_by = models.BigIntegerField(null=True)
    approver_id = models.BigIntegerField()
    delegate_id = models.BigIntegerField(null=True)
    delegated_until = models.DateTimeField(null=True)
    days = models.PositiveSmallIntegerField(default=5)
    due_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=StepState, default=StepState.WAITING)
    decided_by = models.BigIntegerField(null=True)
    on_behalf_of = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    comment = models.TextField(blank=True)

    class Meta:
        db_table = "approvals_step"
        constraints = [
            models.UniqueConstraint(fields=["run", "n"], condition=~Q(state="passed_on"), name="approvals_step_once"),
            models.UniqueConstraint(fields=["run"], condition=Q(state="asked"), name="approvals_one_asked"),
            models.CheckConstraint(condition=_not("approver_id"), name="approvals_no_self_approver"),
            models.CheckConstraint(condition=_not("delegate_id"), name="approvals_no_self_delegate"),
            models.CheckConstraint(condition=_not("decided_by"), name="approvals_no_self_decision"),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "returned"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="approvals_decided_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(state="returned") | ~Q(comment=""), name="approvals_return_says_why"),
            models.CheckConstraint(
                condition=Q(delegate_id__isnull=True, delegated_until__isnull=True)
                | (Q(delegate_id__isnull=False, delegated_until__isnull=False) & ~Q(delegate_id=F("approver_id"))),
                name="approvals_delegation_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["approver_id"], condition=Q(state="asked"), name="approvals_step_to_do"),
            models.Index(fields=["delegate_id"], condition=Q(state="asked"), name="approvals_step_delegated"),
            models.Index(fields=["due_at"], condition=Q(state="asked"), name="approvals_step_due"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.n}"
