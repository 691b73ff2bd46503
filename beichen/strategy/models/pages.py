"""The one-page strategy, its versions, and the priorities that goals name. All of class C2 (rows 22a, 22b)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from beichen.strategy.choices import Part, VersionState


class StrategyMap(models.Model):
    """The one page of a horizon; its content is in its versions. `published` is the number in force, 0 for none.

    `limit`: how many priorities may be in force at once, None for the company's starting value.

    `version` counts who may edit it: each naming of editors is one more.
    """

    horizon = models.CharField(max_length=60, unique=True)
    published = models.PositiveIntegerField(default=0)
    editors = models.ManyToManyField("people.Person", related_name="+")
    limit = models.PositiveSmallIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.horizon


class StrategyVersion(models.Model):
    """One state of the page. A published one never changes.

    `content`: {"horizon", "period": str, "boxes": {box: str}, "exclusions": [str],
    "priorities": [{"key", "name", "name_en", "owner_id", "targets": [id]}],
    "tradeoffs": {question: answer, "why": str}}.
    """

    map = models.ForeignKey(StrategyMap, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    content = models.JSONField(default=dict)
    note = models.CharField(max_length=200, blank=True)
    last_editor = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField()
    published_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["map", "number"], name="strategy_version_once"),
            models.UniqueConstraint(fields=["map"], condition=Q(state="draft"), name="strategy_one_draft"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False), name="strategy_published_has_day"
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True)
                | Q(last_editor__isnull=True)
                | ~Q(published_by=F("last_editor")),
                name="strategy_not_published_by_editor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.map_id}.{self.number}"

    @property
    def target_ids(self) -> list[int]:
        """The targets that its priorities name."""
        return [pk for line in self.content.get("priorities", ()) for pk in line.get("targets", ())]


class Priority(models.Model):
    """A priority of the published page; it keeps its identity over versions, since goals point to it."""

    map = models.ForeignKey(StrategyMap, on_delete=models.CASCADE, related_name="priorities")
    key = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    owner = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    is_current = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["map", "key"], name="priority_key_once")]

    def __str__(self) -> str:
        return self.name


class Target(models.Model):
    """A key metric of a priority with its target. The terms never change: other terms are another row (row 22f)."""

    map = models.ForeignKey(StrategyMap, on_delete=models.CASCADE, related_name="targets")
    key = models.CharField(max_length=20)
    owner = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    metric = models.ForeignKey("metrics.Metric", on_delete=models.PROTECT, related_name="+")
    baseline = models.DecimalField(max_digits=24, decimal_places=6)
    target = models.DecimalField(max_digits=24, decimal_places=6)
    due = models.DateField()
    proposed_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(baseline=F("target")), name="target_goes_somewhere")]

    def __str__(self) -> str:
        return f"{self.key} {self.metric_id}"

    @property
    def terms(self) -> tuple[object, ...]:
        """What cannot change without being confirmed anew."""
        return self.owner_id, self.metric_id, self.baseline, self.target, self.due


class TargetWord(models.Model):
    """The business head or the HR partner confirmed a target: two different people, never the one who wrote it."""

    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="words")
    part = models.CharField(max_length=4, choices=Part.choices)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target", "part"], name="target_word_once"),
            models.UniqueConstraint(fields=["target", "person"], name="target_word_by_two"),
            models.CheckConstraint(condition=~Q(person=F("proposed_by")), name="target_word_not_by_its_writer"),
        ]

    def __str__(self) -> str:
        return f"{self.target_id} {self.part}"


class Exclusion(models.Model):
    """What we will not do, as the published page says it."""

    map = models.ForeignKey(StrategyMap, on_delete=models.CASCADE, related_name="exclusions")
    text = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.text
