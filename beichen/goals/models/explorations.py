"""Explorations: a goal that asks a question, inside bounds set before."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from beichen.goals.choices import Outcome


class Exploration(models.Model):
    """What a goal tries to find out, and what came of it. Class as its goal.

    `until`, `budget` and `unharmed` are its bounds; `evidence` would decide it, `found` is what was found. `answer` is
    the key result that counts it: whether the question has a sound answer.
    """

    goal = models.OneToOneField("goals.Goal", primary_key=True, on_delete=models.CASCADE, related_name="exploration")
    answer = models.OneToOneField("goals.KeyResult", on_delete=models.CASCADE, related_name="+")
    hypothesis = models.CharField(max_length=500)
    evidence = models.CharField(max_length=500)
    stop_rule = models.CharField(max_length=300)
    budget = models.CharField(max_length=160)
    until = models.DateField()
    unharmed = models.CharField(max_length=300)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    found = models.CharField(max_length=1000, blank=True)
    learning = models.CharField(max_length=1000, blank=True)
    over_budget = models.BooleanField(default=False)
    harmed = models.BooleanField(default=False)
    ended_on = models.DateField(null=True)
    ended_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome.values]), name="exploration_known_outcome"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_on__isnull=True)
                | (~Q(outcome="") & Q(ended_on__isnull=False) & ~Q(learning="")),
                name="exploration_ends_with_its_learning",
            ),
        ]

    def __str__(self) -> str:
        return self.hypothesis[:60]
