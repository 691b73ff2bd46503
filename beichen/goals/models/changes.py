"""What became of a goal's terms while it ran: versions, requests for a change, and the reviews of goals."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from beichen.goals.choices import ChangeKind, ChangeState, Verdict
from beichen.goals.models.goals import Goal


class ChangeRequest(models.Model):
    """Somebody asks to change the terms of a running goal. Class C3 (row 01c).

    `before` are the terms when it was asked, `terms` the whole wanted ones (`formulas/versions.py`), in which a new key
    result has a negative id;
    `goal_version` is the goal's when it was asked, so that nobody agrees to what it became. `key`: a second click.
    """

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=10, choices=ChangeKind.choices, default=ChangeKind.TERMS)
    before = models.JSONField()
    terms = models.JSONField()
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=ChangeState.choices, default=ChangeState.PROPOSED)
    goal_version = models.PositiveIntegerField()
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decided_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    comment = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["goal"], condition=Q(state="proposed"), name="change_one_open"),
            models.CheckConstraint(condition=~Q(reason=""), name="change_says_why"),
            models.CheckConstraint(condition=Q(state__in=ChangeState.values), name="change_known_state"),
            models.CheckConstraint(
                condition=~Q(state="agreed") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("by"))),
                name="change_agreed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.goal_id} {self.state}"


class GoalVersion(models.Model):
    """The terms of a goal from a day on, kept for good once they changed. Class as its goal.

    Version 1 is what was agreed first; goals that never changed have none. `change`: what led to it; None where the
    manager changed the terms.
    """

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    since = models.DateField()
    terms = models.JSONField()
    change = models.ForeignKey(ChangeRequest, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["goal", "number"]
        constraints = [models.UniqueConstraint(fields=["goal", "number"], name="goal_version_once")]

    def __str__(self) -> str:
        return f"{self.goal_id} v{self.number}"


class GoalCheck(models.Model):
    """What the owner said of a goal in a monthly or quarterly review: keep, adjust or drop. Class as its goal."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="checks")
    round = models.DateField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["goal", "round"], name="goal_check_once_a_round")]

    def __str__(self) -> str:
        return f"{self.goal_id} {self.round}"
