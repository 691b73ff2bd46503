"""Key tasks: those of a goal, those somebody has to do, and what is overdue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, DateTimeField, F, QuerySet, Value
from django.db.models.functions import Cast

from beichen.goals import access
from beichen.goals.choices import TASK_OPEN, TASKED, TaskState
from beichen.goals.models import GoalTask
from beichen.goals.queries import plans
from beichen.goals.queries.cards import GoalCard
from beichen.platform.access.current import query
from beichen.platform.access.permissions import may
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.language import for_reader

SOON, LATELY = timedelta(days=7), timedelta(days=30)
MOST = 200


@dataclass(frozen=True, slots=True)
class TaskCard:
    """One key task, on the day it was asked for."""

    id: int
    goal_id: int
    goal_title: str
    title: str
    assignee_id: int
    assignee_name: str
    assignee_unit: str
    due: date | None
    state: str
    done_on: date | None
    version: int

    @property
    def state_label(self) -> str:
        """The state in the reader's language."""
        return str(TaskState(self.state).label)

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state in TASK_OPEN

    @property
    def is_late(self) -> bool:
        """Whether its day has passed and it is not done."""
        return self.is_open and self.due is not None and self.due < clock.today()

    @property
    def days_late(self) -> int:
        """Days since it should have been done."""
        return (clock.today() - self.due).days if self.is_late and self.due else 0


def _card(row: GoalTask) -> TaskCard:
    unit = row.assignee.unit
    return TaskCard(
        row.pk, row.goal_id, for_reader(row.goal.title, row.goal.title_en), row.title, row.assignee_id,
        row.assignee.name, for_reader(unit.name, unit.name_en) if unit else "", row.due, row.state, row.done_on,
        row.version,
    )  # fmt: skip


def _visible(actor: Actor) -> QuerySet[GoalTask]:
    """Tasks of goals the actor reads (G11)."""
    found = GoalTask.objects.select_related("goal", "assignee__unit")
    return found if actor.person_id is None else found.filter(access.visible_goals("goal__"))


def _in_order(found: QuerySet[GoalTask]) -> QuerySet[GoalTask]:
    return found.order_by(F("due").asc(nulls_last=True), "pk")


@query
def tasks_of(actor: Actor, goal_id: int) -> list[TaskCard]:
    """The tasks of a goal the actor reads: what is open first, by day. Cost: one statement."""
    cards = [_card(row) for row in _in_order(_visible(actor).filter(goal_id=goal_id))[:MOST]]
    return sorted(cards, key=lambda card: (not card.is_open, card.state == TaskState.DROPPED))


@query
def my_tasks(actor: Actor) -> list[TaskCard]:
    """What the actor has to do for goals, open and done lately, by day. Cost: one statement."""
    mine = _mine(actor).exclude(state=TaskState.DROPPED).exclude(done_on__lt=clock.today() - LATELY)
    cards = [_card(row) for row in _in_order(mine)[:MOST]]
    return sorted(cards, key=lambda card: not card.is_open)


def _mine(actor: Actor) -> QuerySet[GoalTask]:
    return _visible(actor).filter(
        assignee_id=actor.person_id or 0, goal__state__in=list(TASKED), goal__is_dropped=False
    )


def tasks_asked(actor: Actor) -> QuerySet[Any, Any]:
    """Of these, what is overdue or due within a week, the oldest first, as a part of `inbox.asked`."""
    found = _in_order(_mine(actor).filter(state__in=list(TASK_OPEN), due__lte=clock.today() + SOON))
    return found.values_list(
        Value("task", CharField()), "pk", "title", Value("", CharField()), "goal__title", "goal__title_en",
        "assignee_id", Cast("due", DateTimeField()),
    )  # fmt: skip


@query
def task(actor: Actor, task_id: int) -> TaskCard:
    """One task of a goal the actor reads, or NotFound. Cost: one statement."""
    row = _visible(actor).filter(pk=task_id).first()
    if row is None:
        raise NotFound
    return _card(row)


def task_to_change(actor: Actor, task_id: int) -> GoalTask:
    """The row, locked, of a goal the actor reads, or NotFound. For rules."""
    row = _visible(actor).select_for_update(of=("self",), no_key=True).filter(pk=task_id).first()
    if row is None:
        raise NotFound
    return row


def may_set_tasks(actor: Actor, card: GoalCard) -> bool:
    """Whether the actor may write the tasks of this goal. Cost: none to one statement."""
    return card.state in TASKED and may(actor, access.SET_TASKS, card)


def movable(actor: Actor, card: GoalCard, tasks: Iterable[TaskCard]) -> frozenset[int]:
    """Which of these tasks the actor may set to done: whoever sets them, and whoever is to do one."""
    if card.state not in TASKED:
        return frozenset()
    every = may(actor, access.SET_TASKS, card)
    return frozenset(one.id for one in tasks if every or one.assignee_id == actor.person_id)


def reads_goal(person_id: int, goal_id: int) -> bool:
    """Whether somebody else reads a goal: whoever is to do something for it has to. Cost: three statements."""
    try:
        plans.goal(Actor(person_id=person_id), goal_id)
    except NotFound:
        return False
    return True
