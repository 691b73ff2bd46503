"""Snapshots: which figures the goals of a cycle closed with. One table, one class."""

from __future__ import annotations

from django.db import models

from beichen.metrics.models.values import PersonValue, UnitValue


class Snapshot(models.Model):
    """A figure a cycle was scored with, by the row it was then: rows are appended, so it stays what it was.

    A correction adds another row that becomes the current one; both are shown beside each other.
    """

    cycle = models.ForeignKey("people.Cycle", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.pk}"


class UnitSnapshot(Snapshot):
    """A unit's figure a cycle was scored with. Class C2 (row 26e)."""

    value = models.ForeignKey(UnitValue, on_delete=models.PROTECT, related_name="snapshots")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cycle", "value"], name="unit_snapshot_once")]


class PersonSnapshot(Snapshot):
    """A person's figure a cycle was scored with. Class C3 (row 26d)."""

    value = models.ForeignKey(PersonValue, on_delete=models.PROTECT, related_name="snapshots")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cycle", "value"], name="person_snapshot_once")]
