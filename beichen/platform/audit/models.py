"""The tables of the audit. Rows are only ever added; triggers refuse anything else, also to the owner."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q


class Entry(models.Model):
    """One act, or one read of confidential rows. The time is the database's own."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    person_id = models.BigIntegerField(null=True)
    job = models.CharField(max_length=100, blank=True)
    reason = models.TextField(blank=True)
    act = models.CharField(max_length=100)
    kind = models.CharField(max_length=100, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    subjects = ArrayField(models.BigIntegerField(), default=list)
    details = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "audit_entry"
        constraints = [models.CheckConstraint(condition=~Q(act=""), name="audit_entry_names_its_act")]
        indexes = [
            models.Index(fields=["at", "id"], name="audit_entry_at"),
            models.Index(fields=["person_id", "at"], name="audit_entry_person"),
            models.Index(fields=["act", "at"], name="audit_entry_act"),
            models.Index(fields=["kind", "at"], name="audit_entry_kind"),
            models.Index(fields=["at", "id"], condition=~Q(act__in=["read", "refused"]), name="audit_entry_changes"),
            GinIndex(fields=["subjects"], name="audit_entry_subjects"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.act}"


class Pending(models.Model):
    """The id of a row that no seal holds yet."""

    id = models.UUIDField(primary_key=True)

    class Meta:
        db_table = "audit_pending"

    def __str__(self) -> str:
        return str(self.id)


class Seal(models.Model):
    """The rows of about one second, in order, chained to the seal before.

    `leaves` are their 32-byte hashes one after the other, so that a changed row is found by name; `root` is their
    Merkle root and `hash` binds n, time, ids, root and the previous hash.
    """

    n = models.BigIntegerField(primary_key=True)
    ids = ArrayField(models.UUIDField())
    rows = models.PositiveIntegerField()
    leaves = models.BinaryField()
    root = models.BinaryField()
    previous = models.BinaryField()
    hash = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "audit_seal"
        constraints = [models.CheckConstraint(condition=Q(n__gte=1), name="audit_seal_counts_from_one")]

    def __str__(self) -> str:
        return f"seal {self.n}"


class Anchor(models.Model):
    """The head of the chain, signed with a key the database does not know."""

    n = models.BigIntegerField(primary_key=True)
    hash = models.BinaryField()
    signature = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "audit_anchor"

    def __str__(self) -> str:
        return f"anchor {self.n}"
