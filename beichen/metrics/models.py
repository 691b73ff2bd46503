"""Metrics and the band tables that turn a value into a score. One table holds one class of data."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from beichen.metrics.choices import BandMode, BandState, Direction, MetricState


class Metric(models.Model):
    """An entry of the metric library: what is counted, in which unit, who answers for it. Class C2 (row 26a)."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    direction = models.CharField(max_length=10, choices=Direction.choices, default=Direction.HIGHER)
    owner = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    definition = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=MetricState.choices, default=MetricState.DRAFT)
    last_editor = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="metric_known_direction"),
            models.CheckConstraint(condition=Q(state__in=MetricState.values), name="metric_known_state"),
        ]

    def __str__(self) -> str:
        return self.name


class BandTable(models.Model):
    """Points that turn a value into a score. A draft is class C3 (26b); frozen it is C2 (26c) and never changes."""

    key = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    metric = models.ForeignKey(Metric, null=True, on_delete=models.PROTECT, related_name="band_tables")
    mode = models.CharField(max_length=14, choices=BandMode.choices, default=BandMode.INTERPOLATED)
    state = models.CharField(max_length=10, choices=BandState.choices, default=BandState.DRAFT)
    last_editor = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=BandMode.values), name="band_known_mode"),
            models.CheckConstraint(condition=Q(state__in=BandState.values), name="band_known_state"),
        ]

    def __str__(self) -> str:
        return self.name


class BandPoint(models.Model):
    """One point, worst first by `position`; `score` in hundredths (10000 = met). Class as its table."""

    table = models.ForeignKey(BandTable, on_delete=models.CASCADE, related_name="points")
    position = models.PositiveSmallIntegerField()
    value = models.DecimalField(max_digits=24, decimal_places=6)
    score = models.PositiveIntegerField()
    condition = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["table", "position"], name="band_point_once"),
            models.UniqueConstraint(fields=["table", "value"], name="band_point_value_once"),
            models.UniqueConstraint(fields=["table", "score"], name="band_point_score_once"),
        ]

    def __str__(self) -> str:
        return f"{self.value}"


class RecommendedSet(models.Model):
    """The metrics that a role is best followed by, as its role profile recommends them. Class C2 (row 24a)."""

    profile = models.OneToOneField("people.RoleProfile", on_delete=models.PROTECT, related_name="+")
    last_editor = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.profile_id}"


class RecommendedMetric(models.Model):
    """One metric of a set, the most telling first; `weight` in percent, or none at all. Class C2 (row 24a)."""

    set = models.ForeignKey(RecommendedSet, on_delete=models.CASCADE, related_name="lines")
    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    weight = models.PositiveSmallIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    note_en = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["set", "metric"], name="recommended_metric_once"),
            models.UniqueConstraint(fields=["set", "position"], name="recommended_place_once"),
            models.CheckConstraint(
                condition=Q(weight__isnull=True) | Q(weight__gte=1, weight__lte=100), name="recommended_weight_1_to_100"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.set_id} {self.metric_id}"
