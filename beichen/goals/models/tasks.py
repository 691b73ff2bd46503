"""Key tasks: what has to be done for a goal, by whom, until when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from beichen.goals.choices import TaskState


class GoalTask(models.Model):
    """One key task of a goal. Class as its goal (G11, written: row 02f). `by` wrote it; it was done on `done_on`."""

    goal = models.ForeignKey("goals.Goal", on_delete=models.CASCADE, related_name="tasks")
    title = models.CharField(max_length=160)
    assignee = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    due = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=TaskState.choices, default=TaskState.TO_DO)
    done_on = models.DateField(null=True)
    by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="goal_task_has_a_title"),
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="goal_task_known_state"),
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False) | (~Q(state="done") & Q(done_on__isnull=True)),
                name="goal_task_done_on_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["goal"], name="goal_task_goal"),
            models.Index(fields=["assignee", "due"], condition=Q(state__in=["todo", "doing"]), name="goal_task_open"),
        ]

    def __str__(self) -> str:
        return self.title
