"""Values of metrics, what was held back, and the publication of a period's values. One table, one class."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from beichen.metrics.choices import HeldReason, HeldState, Origin, PublicationState
from beichen.metrics.models.library import Metric


class Value(models.Model):
    """One figure of a metric for a subject and a period ("2026-04"); appended, never overwritten.

    A correction adds a row with its reason and names the row it `replaces`; one row is current. `inputs` are the ids
    of the values a formula read, in the order of its text; `number` is the version of the definition it was made by.
    """

    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=12)
    value = models.DecimalField(max_digits=24, decimal_places=6)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    number = models.PositiveIntegerField(default=1)
    inputs = ArrayField(models.BigIntegerField(), null=True)
    author = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    replaces = models.BigIntegerField(null=True)
    is_current = models.BooleanField(default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.metric_id} {self.period} {self.value}"


class UnitValue(Value):
    """A figure of a unit. Class C2 (row 26e)."""

    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "period", "unit"], condition=Q(is_current=True), name="unit_value_one_current"
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(reason=""), name="unit_value_correction_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["unit", "metric", "period"], name="unit_value_of_unit")]


class PersonValue(Value):
    """A figure of a person. Class C3 (row 26d)."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "period", "person"], condition=Q(is_current=True), name="person_value_one_current"
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(reason=""), name="person_value_correction_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["person", "metric", "period"], name="person_value_of_person")]


class HeldValue(models.Model):
    """A figure that failed a quality rule: kept apart, shown, never counted until somebody decides. Class C3 (26f).

    `fault` says which rule, `limit` what the rule allowed. Released by another person it becomes a value.
    """

    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=12)
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    value = models.DecimalField(max_digits=24, decimal_places=6)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    inputs = ArrayField(models.BigIntegerField(), null=True)
    entered_reason = models.CharField(max_length=300, blank=True)
    fault = models.CharField(max_length=10, choices=HeldReason.choices)
    limit = models.DecimalField(null=True, max_digits=24, decimal_places=6)
    author = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=HeldState.choices, default=HeldState.HELD)
    decided_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True, unit__isnull=False) | Q(person__isnull=False, unit__isnull=True),
                name="held_value_one_subject",
            ),
            models.CheckConstraint(
                condition=~Q(state="released") | (~Q(reason="") & ~Q(decided_by=F("author"))),
                name="held_value_two_people",
            ),
            models.CheckConstraint(condition=Q(fault__in=HeldReason.values), name="held_value_known_fault"),
        ]
        indexes = [
            models.Index(fields=["metric", "period"], condition=Q(state="held"), name="held_value_open"),
        ]

    def __str__(self) -> str:
        return f"{self.metric_id} {self.period} {self.fault}"


class Publication(models.Model):
    """The values of one metric and period as a whole: being collected, or signed and published. Class C2 (row 26e).

    `last_editor` wrote the last value, so somebody else signs. The counts are those of the signature: `values` there,
    `by_hand` among them, `missing` subjects that had one in the period before, `held` back; `late_days` after its day.
    """

    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="publications")
    period = models.CharField(max_length=12)
    state = models.CharField(max_length=10, choices=PublicationState.choices, default=PublicationState.OPEN)
    last_editor = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    values = models.PositiveIntegerField(default=0)
    by_hand = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    late_days = models.PositiveIntegerField(default=0)
    signed_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["metric", "period"], name="publication_once"),
            models.CheckConstraint(
                condition=~Q(state="published")
                | (Q(signed_at__isnull=False) & (Q(last_editor__isnull=True) | ~Q(signed_by=F("last_editor")))),
                name="publication_two_people",
            ),
        ]
        indexes = [models.Index(fields=["state", "period"], name="publication_state")]

    def __str__(self) -> str:
        return f"{self.metric_id} {self.period}"
