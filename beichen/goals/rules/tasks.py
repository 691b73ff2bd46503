"""Key tasks of a goal: writing them, handing them to somebody, and saying where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from beichen.goals import access, queries
from beichen.goals.choices import HIDING, TASK_DONE, TASK_GIVEN, TASKED, GoalState, TaskState, Visibility
from beichen.goals.models import Goal, GoalTask
from beichen.goals.queries.tasks import reads_goal, task_to_change
from beichen.goals.rules import errors
from beichen.people import queries as people
from beichen.platform import audit, notify
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock, words
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, gettext_noop
from beichen.platform.kit.words import BadValue

MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskInput:
    """What is entered for a task; without `assignee_id` it is the owner's of the goal."""

    title: str
    due: date | None = None
    assignee_id: int | None = None


@rule
def add_task(actor: Actor, goal_id: int, entered: TaskInput) -> int:
    """Write a task of a goal that is not closed; gives its id. The same open one twice gives the first.

    Whoever is to do it has to read the goal, and is told. Errors: NotFound, Forbidden, GoalClosed, Invalid, BadValue.
    Cost: about ten statements.
    """
    goal = _goal(actor, goal_id)
    row = GoalTask(goal=goal, by_id=actor.person_id, created_at=clock.now())
    _fill(actor, row, entered)
    every = GoalTask.objects.filter(goal=goal)
    same = every.filter(title=row.title, assignee_id=row.assignee_id, due=row.due, state=TaskState.TO_DO).first()
    if same is not None:
        return same.pk
    if every.exclude(state=TaskState.DROPPED).count() >= MOST:
        raise BadValue("tasks", MOST + 1, words.BETWEEN, low=0, high=MOST)
    row.save()
    _note(actor, row, "added")
    _hand(actor, row)
    return row.pk


@rule
def edit_task(actor: Actor, task_id: int, entered: TaskInput, version: int) -> int:
    """Change words, day or person of a task. Errors as `add_task`, and Changed. Cost: about ten statements."""
    row = _task(actor, task_id, version)
    before = (row.title, row.assignee_id, row.due)
    _fill(actor, row, entered)
    after = (row.title, row.assignee_id, row.due)
    if after == before:
        return row.version
    row.version += 1
    row.save()
    names = ("title", "assignee", "due")
    _note(actor, row, {n: [b, a] for n, b, a in zip(names, before, after, strict=True) if a != b})
    if before[1] != row.assignee_id:
        _hand(actor, row)
    return row.version


@rule
def move_task(actor: Actor, task_id: int, state: str, version: int) -> int:
    """Say where a task stands: whoever is to do it, and whoever sets the tasks of the goal; gives the new version.

    Only the latter drop one. Cost: about eight statements.
    """
    row = task_to_change(actor, task_id)
    if state not in TaskState.values:
        raise BadValue("state", state, words.ONE_OF, choices=", ".join(TaskState.values))
    require(actor, access.SET_TASKS if state == TaskState.DROPPED else access.MOVE_TASK, row)
    if row.state == state:
        return row.version
    _still_open(row.goal)
    if row.version != version:
        raise Changed(row)
    before, row.state, row.version = row.state, state, row.version + 1
    row.done_on = clock.today() if state == TaskState.DONE else None
    row.save(update_fields=["state", "done_on", "version"])
    _note(actor, row, {"state": [before, state]}, act=access.MOVE_TASK.key)
    if state == TaskState.DONE and actor.person_id == row.assignee_id:
        _tell(actor, row, row.goal.owner_id, TASK_DONE)
    return row.version


@rule
def tell_assignees(actor: Actor, goal_id: int) -> None:
    """A goal was agreed to: whoever has a task in it learns of it now. For a subscriber. Cost: one statement a task."""
    for row in GoalTask.objects.select_related("goal").filter(goal_id=goal_id, state=TaskState.TO_DO).order_by("pk"):
        _tell(actor, row, row.assignee_id, TASK_GIVEN)


def _goal(actor: Actor, goal_id: int) -> Goal:
    goal = queries.goal_to_change(actor, goal_id)
    require(actor, access.SET_TASKS, goal)
    _still_open(goal)
    return goal


def _task(actor: Actor, task_id: int, version: int) -> GoalTask:
    row = task_to_change(actor, task_id)
    require(actor, access.SET_TASKS, row)
    _still_open(row.goal)
    if row.version != version:
        raise Changed(row)
    return row


def _still_open(goal: Goal) -> None:
    if goal.state not in TASKED:
        raise errors.TasksClosed(goal)


def _fill(actor: Actor, row: GoalTask, entered: TaskInput) -> None:
    if not entered.title.strip():
        raise Invalid(fields={"title": gettext_noop("A task needs a title.")})
    assignee = people.person(actor, entered.assignee_id or row.goal.owner_id)
    if assignee.id != row.goal.owner_id and not _can_see(actor, row.goal, assignee.id):
        raise errors.CannotSee(field="assignee_id")
    row.title, row.due, row.assignee_id = entered.title.strip()[:160], entered.due, assignee.id


def _can_see(actor: Actor, goal: Goal, person_id: int) -> bool:
    """Whether somebody reads the goal, or will as soon as it is agreed to."""
    opens = goal.visibility == Visibility.PUBLIC and getattr(goal, "preset", "") not in HIDING
    if goal.state in (GoalState.DRAFT, GoalState.PROPOSED) and opens:
        return people.person(actor, person_id).is_active
    return reads_goal(person_id, goal.pk)


def _hand(actor: Actor, row: GoalTask) -> None:
    """Tell whoever is to do it, once the goal may be read: never of a draft."""
    if row.goal.state not in (GoalState.DRAFT, GoalState.PROPOSED):
        _tell(actor, row, row.assignee_id, TASK_GIVEN)


def _tell(actor: Actor, row: GoalTask, to: int, template: str) -> None:
    if to == actor.person_id:
        return
    by = (row.by_id or row.goal.owner_id) if template == TASK_GIVEN else row.assignee_id
    name = people.person(actor, by).name
    notify.send(
        actor, to, template, reverse("goals:goal", args=[row.goal_id]) + "#tasks",
        {"name": name, "task": row.title, "goal": row.goal.title}, dedupe=f"{template}:{row.pk}:{to}",
    )  # fmt: skip


def _note(actor: Actor, row: GoalTask, what: object, act: str = "") -> None:
    audit.record(
        actor, act or access.SET_TASKS.key, row, subjects=sorted({row.goal.owner_id, row.assignee_id}),
        details={"goal": row.goal_id, "task": row.title, "what": what},
    )  # fmt: skip
