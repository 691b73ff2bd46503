"""How far the goals of a unit and all below it are open."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from beichen.goals.choices import Preset


class VisibilityPreset(models.Model):
    """The preset chosen for a unit; it holds for all below it that have none of their own. Class C2 (row 01m)."""

    unit = models.OneToOneField("people.OrgUnit", primary_key=True, on_delete=models.PROTECT, related_name="+")
    preset = models.CharField(max_length=10, choices=Preset.choices)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(preset__in=Preset.values), name="visibility_preset_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="visibility_preset_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.preset}"
