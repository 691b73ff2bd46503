"""Metrics and the band tables that turn a value into a score. One table holds one class of data."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from beichen.metrics.choices import (
    BandMode,
    BandState,
    Direction,
    MetricKind,
    MetricState,
    OnZero,
    Subject,
    VersionState,
)
from beichen.people.choices import PeriodKind


class Metric(models.Model):
    """An entry of the metric library: what is counted, in which unit, who answers for it. Class C2 (row 26a).

    `roles` holds codes of role profiles, `also_named` other words for the same figure. With a `formula` (its one
    spelling) the values are computed, else they are collected. `least`, `most` and `jump_percent` are what a value is
    held to; `due_days` is how long after its period a value may take.
    """

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    also_named = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    kind = models.CharField(max_length=10, choices=MetricKind.choices, default=MetricKind.RESULT)
    unit = models.CharField(max_length=20, blank=True)
    direction = models.CharField(max_length=10, choices=Direction.choices, default=Direction.HIGHER)
    owner = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    definition = models.TextField(blank=True)
    definition_en = models.TextField(blank=True)
    calculation = models.CharField(max_length=300, blank=True)
    calculation_en = models.CharField(max_length=300, blank=True)
    rhythm = models.CharField(max_length=10, choices=PeriodKind.choices, default=PeriodKind.MONTH)
    subject = models.CharField(max_length=10, choices=Subject.choices, default=Subject.UNIT)
    source = models.CharField(max_length=120, blank=True)
    source_en = models.CharField(max_length=120, blank=True)
    roles = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    scenes = models.CharField(max_length=200, blank=True)
    scenes_en = models.CharField(max_length=200, blank=True)
    is_general = models.BooleanField(default=False)
    formula = models.CharField(max_length=500, blank=True)
    on_zero = models.CharField(max_length=10, choices=OnZero.choices, default=OnZero.MISSING)
    least = models.DecimalField(null=True, max_digits=24, decimal_places=6)
    most = models.DecimalField(null=True, max_digits=24, decimal_places=6)
    jump_percent = models.PositiveIntegerField(null=True)
    due_days = models.PositiveSmallIntegerField(default=5)
    state = models.CharField(max_length=10, choices=MetricState.choices, default=MetricState.DRAFT)
    last_editor = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="metric_known_direction"),
            models.CheckConstraint(condition=Q(state__in=MetricState.values), name="metric_known_state"),
            models.CheckConstraint(condition=Q(kind__in=MetricKind.values), name="metric_known_kind"),
            models.CheckConstraint(condition=Q(subject__in=Subject.values), name="metric_known_subject"),
            models.CheckConstraint(
                condition=Q(least__isnull=True) | Q(most__isnull=True) | Q(least__lte=F("most")), name="metric_range"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MetricVersion(models.Model):
    """A definition as it was agreed, or as it is proposed for an active metric. Class C2 (row 26a).

    `content` holds the fields of `rules.MetricInput`, decimals as text; a proposal becomes the metric when somebody
    else than its editor agrees.
    """

    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.PROPOSED)
    content = models.JSONField()
    edited_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField()
    agreed_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["metric", "number"], name="metric_version_once"),
            models.UniqueConstraint(fields=["metric"], condition=Q(state="proposed"), name="metric_one_proposal"),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True) | Q(edited_by__isnull=True) | ~Q(agreed_by=F("edited_by")),
                name="metric_version_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric_id} {self.number}"


class BandTable(models.Model):
    """Points that turn a value into a score. A draft is class C3 (26b); frozen it is C2 (26c) and never changes.

    With a `cycle` it holds for that cycle alone: it is agreed to before goals run and frozen when they do. `role` (the
    code of a role profile), `level` and `unit` narrow for whom; `reason` says why it stands beside another one.
    """

    key = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    metric = models.ForeignKey(Metric, null=True, on_delete=models.PROTECT, related_name="band_tables")
    cycle = models.ForeignKey("people.Cycle", null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40, blank=True)
    level = models.CharField(max_length=20, blank=True)
    unit = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    mode = models.CharField(max_length=14, choices=BandMode.choices, default=BandMode.INTERPOLATED)
    state = models.CharField(max_length=10, choices=BandState.choices, default=BandState.DRAFT)
    last_editor = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=BandMode.values), name="band_known_mode"),
            models.CheckConstraint(condition=Q(state__in=BandState.values), name="band_known_state"),
            models.CheckConstraint(
                condition=Q(cycle__isnull=True) | Q(metric__isnull=False), name="band_of_a_cycle_has_metric"
            ),
            models.UniqueConstraint(
                fields=["metric", "cycle", "role", "level", "unit"],
                condition=Q(cycle__isnull=False),
                nulls_distinct=False,
                name="band_once_for_whom",
            ),
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
