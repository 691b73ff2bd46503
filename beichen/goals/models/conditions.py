"""Conditions of bands that were confirmed: beside the number, somebody who leads the owner says that they are met."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class BandConfirmation(models.Model):
    """That the condition of one point of a band table is met for a key result. Class as its goal; `evidence` as its
    words (row 02d).

    `position` is the point in `table`, which is frozen. Without it the next lower point counts (formulas §4).
    """

    key_result = models.ForeignKey("goals.KeyResult", on_delete=models.CASCADE, related_name="confirmations")
    table = models.ForeignKey("metrics.BandTable", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    evidence = models.CharField(max_length=500)
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key_result", "table", "position"], name="band_confirmation_once"),
            models.CheckConstraint(condition=~Q(evidence=""), name="band_confirmation_has_evidence"),
        ]

    def __str__(self) -> str:
        return f"{self.key_result_id} {self.position}"
