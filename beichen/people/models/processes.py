"""Business processes: the few steps that decide a result, and the roles that answer for them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from beichen.people.models.organisation import Person
from beichen.people.models.profiles import RoleProfile


class Process(models.Model):
    """A business process. `result`: what it is there to bring about. Class C2 (row 24d)."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    result = models.CharField(max_length=200, blank=True)
    result_en = models.CharField(max_length=200, blank=True)
    edited_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="process_named")]

    def __str__(self) -> str:
        return self.name


class ProcessStep(models.Model):
    """A step that decides the result. `answers`: the one role that answers for it, None while nobody does.

    Class C2 (row 24d).
    """

    process = models.ForeignKey(Process, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    is_bottleneck = models.BooleanField(default=False)
    answers = models.ForeignKey(RoleProfile, null=True, on_delete=models.PROTECT, related_name="+")
    contributes = models.ManyToManyField(RoleProfile, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["process", "position"], name="process_step_once"),
            models.CheckConstraint(condition=~Q(name=""), name="process_step_named"),
        ]

    def __str__(self) -> str:
        return self.name
