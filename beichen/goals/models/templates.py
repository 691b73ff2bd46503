"""Goals to begin from: by department, role, level and cycle, each with key results of the library."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from beichen.goals.choices import Ambition, GoalKind, Measure


class GoalTemplate(models.Model):
    """A goal to begin from. Class C2 (row 24a). Empty `unit`, `profile`, `level`, `period_kind`: for all of them.

    `why`: one sentence on when it fits.
    """

    title = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160, blank=True)
    why = models.CharField(max_length=300, blank=True)
    why_en = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=10, choices=GoalKind.choices, default=GoalKind.OBJECTIVE)
    ambition = models.CharField(max_length=10, choices=Ambition.choices, default=Ambition.COMMITTED)
    verification = models.CharField(max_length=300, blank=True)
    unit = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    profile = models.ForeignKey("people.RoleProfile", null=True, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=20, blank=True)
    period_kind = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="goal_template_has_a_title")]

    def __str__(self) -> str:
        return self.title


class KeyResultTemplate(models.Model):
    """A key result of the library, in its template; numbers are examples to be replaced. Class C2 (row 24a)."""

    template = models.ForeignKey(GoalTemplate, on_delete=models.CASCADE, related_name="results")
    title = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160, blank=True)
    measure = models.CharField(max_length=10, choices=Measure.choices, default=Measure.INCREASE)
    unit = models.CharField(max_length=20, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(measure__in=Measure.values), name="key_result_template_known_measure")
        ]

    def __str__(self) -> str:
        return self.title
