"""Goals, key results, updates, alignment, and the narrow rows that hold rolled-up numbers. One table, one class.

Weights are integers in hundredths (10000 = 100 %), progress and expected progress in millionths, scores in hundredths
of a point.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from beichen.goals.choices import (
    AlignmentState,
    Ambition,
    Confidence,
    GoalKind,
    GoalState,
    Measure,
    Source,
    Visibility,
)


class Goal(models.Model):
    """What somebody has set out to reach in a cycle. Class C2 where public, C3 otherwise (rows 01a–01k).

    `owner` is the person who answers for it: the owner, or today's head where `unit` owns it (kept by a trigger);
    `owner_place` repeats the owner's place. `key` is its number in an imported workbook. Who is to agree is held by
    the approval run alone. `is_doubted`: the owner asks whether it is too conservative. `effort_days`: working days it
    is said to take. `template`: what it began from; `given_by`: who gave it to the owner as a draft. `home`: the unit
    that owns it, else the owner's (kept by triggers), whose preset holds for it.
    """

    key = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160, blank=True)
    kind = models.CharField(max_length=10, choices=GoalKind.choices, default=GoalKind.OBJECTIVE)
    ambition = models.CharField(max_length=10, choices=Ambition.choices, default=Ambition.COMMITTED)
    owner = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    owner_place = models.BigIntegerField(default=0)
    home = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    cycle = models.ForeignKey("people.Cycle", on_delete=models.PROTECT, related_name="+")
    weight = models.PositiveIntegerField(default=0)
    priority = models.ForeignKey("strategy.Priority", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=GoalState.choices, default=GoalState.DRAFT)
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.PUBLIC)
    shown_in = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    start = models.DateField()
    due = models.DateField()
    verification = models.CharField(max_length=300, blank=True)
    effort_days = models.PositiveSmallIntegerField(null=True)
    author = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    last_editor = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    comment = models.CharField(max_length=500, blank=True)
    is_doubted = models.BooleanField(default=False)
    is_dropped = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)
    template = models.ForeignKey("goals.GoalTemplate", null=True, on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    manual_progress = models.PositiveIntegerField(null=True)
    manual_reason = models.CharField(max_length=300, blank=True)
    manual_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    manual_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "key"], condition=~Q(key=""), name="goal_key_once"),
            models.CheckConstraint(condition=Q(weight__lte=10000), name="goal_weight_0_to_100"),
            models.CheckConstraint(condition=Q(due__gt=F("start")), name="goal_due_after_start"),
            models.CheckConstraint(condition=Q(state__in=GoalState.values), name="goal_known_state"),
            models.CheckConstraint(condition=Q(visibility__in=Visibility.values), name="goal_known_visibility"),
            models.CheckConstraint(
                condition=~Q(visibility="unit") | Q(shown_in__isnull=False), name="goal_unit_only_names_unit"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(author__isnull=True) | ~Q(approved_by=F("author")),
                name="goal_not_approved_by_author",
            ),
            models.CheckConstraint(
                condition=Q(manual_progress__isnull=True) | (Q(manual_progress__lte=1000000) & ~Q(manual_reason="")),
                name="goal_manual_progress_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "cycle"], name="goal_owner_cycle"),
            models.Index(fields=["cycle", "id"], name="goal_cycle"),
            models.Index(
                fields=["cycle", "id"],
                include=["owner", "owner_place", "visibility", "shown_in", "state", "kind", "priority", "home"],
                condition=Q(state__in=["active", "changing", "closed"], is_dropped=False),
                name="goal_board_open",
            ),
            models.Index(fields=["priority"], condition=Q(priority__isnull=False), name="goal_priority"),
            models.Index(fields=["unit", "cycle"], condition=Q(unit__isnull=False), name="goal_unit"),
        ]

    def __str__(self) -> str:
        return self.title


class KeyResult(models.Model):
    """A measured part of a goal. Class as its goal."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="key_results")
    key = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160, blank=True)
    measure = models.CharField(max_length=10, choices=Measure.choices)
    baseline = models.DecimalField(null=True, max_digits=24, decimal_places=6)
    target = models.DecimalField(null=True, max_digits=24, decimal_places=6)
    low = models.DecimalField(null=True, max_digits=24, decimal_places=6)
    high = models.DecimalField(null=True, max_digits=24, decimal_places=6)
    tolerance = models.DecimalField(null=True, max_digits=24, decimal_places=6)
    unit = models.CharField(max_length=20, blank=True)
    weight = models.PositiveIntegerField(default=0)
    start = models.DateField()
    due = models.DateField()
    is_dropped = models.BooleanField(default=False)
    by_metric = models.BooleanField(default=False)
    band = models.ForeignKey("metrics.BandTable", null=True, on_delete=models.PROTECT, related_name="+")
    metric = models.ForeignKey("metrics.Metric", null=True, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["goal", "key"], condition=~Q(key=""), name="key_result_key_once"),
            models.CheckConstraint(condition=Q(weight__lte=10000), name="key_result_weight_0_to_100"),
            models.CheckConstraint(condition=Q(due__gt=F("start")), name="key_result_due_after_start"),
            models.CheckConstraint(condition=Q(measure__in=Measure.values), name="key_result_known_measure"),
            models.CheckConstraint(
                condition=~Q(measure__in=["increase", "decrease", "percent", "count"])
                | (Q(baseline__isnull=False) & Q(target__isnull=False) & ~Q(baseline=F("target"))),
                name="key_result_linear_complete",
            ),
            models.CheckConstraint(
                condition=~Q(measure="within")
                | (
                    Q(tolerance__gt=0)
                    & (Q(low__isnull=False) | Q(high__isnull=False))
                    & (Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lte=F("high")))
                ),
                name="key_result_range_complete",
            ),
            models.CheckConstraint(
                condition=~Q(measure="band") | Q(band__isnull=False), name="key_result_band_has_table"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class KeyResultStat(models.Model):
    """Where a key result stands: one narrow row, written with each update. Class as its goal.

    `behind`: reports in a row that found it at risk or off track. `risk_update`: the newest report, if it names a risk.
    """

    key_result = models.OneToOneField(KeyResult, primary_key=True, on_delete=models.CASCADE, related_name="stat")
    current = models.DecimalField(null=True, max_digits=24, decimal_places=6)
    answer = models.BooleanField(null=True)
    progress = models.PositiveIntegerField(null=True)
    score = models.PositiveIntegerField(null=True)
    updated_on = models.DateField(null=True)
    confidence = models.CharField(max_length=10, choices=Confidence.choices, blank=True)
    behind = models.PositiveSmallIntegerField(default=0)
    risk_update = models.BigIntegerField(null=True)
    risk_is_shared = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(progress__isnull=True) | Q(progress__lte=1000000), name="key_result_stat_progress"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key_result_id}"


class Milestone(models.Model):
    """One step of a key result measured by milestones. Class as its goal."""

    key_result = models.ForeignKey(KeyResult, on_delete=models.CASCADE, related_name="milestones")
    name = models.CharField(max_length=120)
    weight = models.PositiveIntegerField(default=0)
    due = models.DateField()
    finished_on = models.DateField(null=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["key_result", "name"], name="milestone_name_once"),
            models.CheckConstraint(condition=Q(weight__lte=10000), name="milestone_weight_0_to_100"),
        ]

    def __str__(self) -> str:
        return self.name


class Alignment(models.Model):
    """Child goal → parent goal. At most one accepted one rolls up; a trigger refuses circles. Class C2 (01j)."""

    child = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="parents")
    parent = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="children")
    is_rollup = models.BooleanField(default=True)
    weight = models.PositiveIntegerField(default=100)
    state = models.CharField(max_length=10, choices=AlignmentState.choices, default=AlignmentState.PROPOSED)
    proposed_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    comment = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["child", "parent"], name="alignment_once"),
            models.UniqueConstraint(
                fields=["child"], condition=Q(is_rollup=True, state="accepted"), name="alignment_one_rollup_parent"
            ),
            models.CheckConstraint(condition=~Q(child=F("parent")), name="alignment_not_to_itself"),
            models.CheckConstraint(condition=Q(weight__lte=10000), name="alignment_weight_0_to_100"),
        ]
        indexes = [models.Index(fields=["parent", "state"], name="alignment_parent")]

    def __str__(self) -> str:
        return f"{self.child_id} → {self.parent_id}"


class Update(models.Model):
    """One report on a key result; appended, never changed (a trigger refuses). Class as its goal (rows 02a–02c).

    `finished` lists the milestones finished after this report; `progress` and `health` are what it led to. `figure`:
    the row of the metric's figure that was taken, a unit's or a person's as the metric is.
    """

    key_result = models.ForeignKey(KeyResult, on_delete=models.CASCADE, related_name="updates")
    author = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    day = models.DateField()
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.BY_HAND)
    value = models.DecimalField(null=True, max_digits=24, decimal_places=6)
    answer = models.BooleanField(null=True)
    finished = ArrayField(models.BigIntegerField(), null=True)
    confidence = models.CharField(max_length=10, choices=Confidence.choices, blank=True)
    text = models.CharField(max_length=1000, blank=True)
    progress = models.PositiveIntegerField(null=True)
    health = models.CharField(max_length=14, blank=True)
    figure = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["key_result", "-id"], name="update_of_key_result")]

    def __str__(self) -> str:
        return f"{self.key_result_id} {self.day}"


class UpdateText(models.Model):
    """What is hard, what comes next, what help is needed: for the line and partners only. Class C3 (row 02d)."""

    update = models.OneToOneField(Update, primary_key=True, on_delete=models.CASCADE, related_name="words")
    problem = models.CharField(max_length=1000, blank=True)
    next_action = models.CharField(max_length=1000, blank=True)
    support = models.CharField(max_length=1000, blank=True)
    risk = models.CharField(max_length=1000, blank=True)
    is_shared = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.update_id}"


class GoalStat(models.Model):
    """Rolled-up numbers of a goal, written by the drain alone. `expected` and `health` hold for the day `as_of`.

    `holds_to_end`: full progress means "so far" only (a range or a band before its end, anywhere below).

    What the board of progress is drawn from: `cycle` of an agreed goal, None of others; `unit` owns the goal, else its
    owner sits there; `gap` is expected less shown progress; `behind` the longest run of reports behind among its key
    results; `risks` how many of these say in their newest report that something is at risk (`shared_risks` to
    everyone), the newest one in `risk_update`.
    """

    goal = models.OneToOneField(Goal, primary_key=True, on_delete=models.CASCADE, related_name="stat")
    progress = models.PositiveIntegerField(null=True)
    score = models.PositiveIntegerField(null=True)
    expected = models.PositiveIntegerField(default=0)
    health = models.CharField(max_length=14, default="early")
    holds_to_end = models.BooleanField(default=False)
    updated_on = models.DateField(null=True)
    as_of = models.DateField(null=True)
    cycle = models.ForeignKey("people.Cycle", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey("people.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    gap = models.IntegerField(default=0)
    behind = models.PositiveSmallIntegerField(default=0)
    risks = models.PositiveSmallIntegerField(default=0)
    shared_risks = models.PositiveSmallIntegerField(default=0)
    risk_update = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["cycle", "-gap", "goal"], name="goal_stat_board"),
            models.Index(
                fields=["cycle", "health", "-gap", "goal"],
                include=["unit", "behind", "risks", "shared_risks"],
                name="goal_stat_state",
            ),
            models.Index(fields=["cycle", "-gap", "goal"], condition=Q(behind__gte=3), name="goal_stat_behind"),
            models.Index(fields=["cycle", "-gap", "goal"], condition=Q(risks__gt=0), name="goal_stat_risks"),
        ]

    def __str__(self) -> str:
        return f"{self.goal_id}"


class Nudge(models.Model):
    """Somebody asks for a word on a goal that is late or behind, once a day. Class C3 (row 02e)."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="nudges")
    day = models.DateField()
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    sentence = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["goal", "day"], name="nudge_once_a_day")]

    def __str__(self) -> str:
        return f"{self.goal_id} {self.day}"


class RollupDue(models.Model):
    """A goal to be recomputed. Each writer adds a row: a shared one could be deleted under a second writer."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.goal_id}"
