"""Key tasks: on the page of their goal, in a drawer, and all that somebody has to do."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from beichen.goals import access, queries, rules
from beichen.goals.choices import TaskState
from beichen.goals.forms import TaskForm
from beichen.goals.pages.plans import frame
from beichen.goals.queries import TaskCard
from beichen.people import queries as people
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock
from beichen.platform.kit.errors import Invalid
from beichen.platform.ui.answers import came_from, page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


def _at(goal_id: int) -> str:
    return reverse("goals:goal", args=[goal_id])


@door(access.VIEW)
def tasks(request: PageRequest, goal_id: int) -> HttpResponse:
    """The tasks of a goal, as a part of its page."""
    goal, found = queries.goal(request.actor, goal_id), queries.tasks_of(request.actor, goal_id)
    return page(
        request, "goals/tasks.html", goal=goal, tasks=_drawn(found), may_set=queries.may_set_tasks(request.actor, goal),
        movable=queries.movable(request.actor, goal, found), done=sum(1 for one in found if one.state == "done"),
        count=sum(1 for one in found if one.state != "dropped"),
    )  # fmt: skip


def _drawn(found: Sequence[TaskCard]) -> list[tuple[TaskCard, list[tuple[str, str]]]]:
    """Each task with the states it can be set to by a button."""
    done = pgettext("a task", "Done")
    steps = {
        "todo": [("doing", _("Start")), ("done", done)], "doing": [("done", done)],
        "done": [("todo", _("Open again"))], "dropped": [("todo", _("Open again"))],
    }  # fmt: skip
    return [(card, steps[card.state]) for card in found]


def _assignee(request: PageRequest, form: TaskForm) -> int | None:
    number = form.cleaned_data.get("who", "") if form.is_valid() else ""
    if not number:
        return None
    found = people.by_number(request.actor, [number]).get(number)
    if found is None:
        raise Invalid(fields={"who": _("There is nobody with this number. Type part of the name and choose.")})
    return found.id


@door(access.SET_TASKS, methods=("GET", "POST"))
def new_task(request: PageRequest, goal_id: int) -> HttpResponse:
    """Write a task of a goal."""
    goal = queries.goal(request.actor, goal_id)
    if request.method == "POST":
        form = TaskForm(request.POST)
        rules.add_task(request.actor, goal_id, form.entered(_assignee(request, form)))
        tell(request, _("Task added."))
        return see(_at(goal_id))
    require(request.actor, access.SET_TASKS, goal)
    typed = request.drawn.refusal is not None and request.POST
    form = TaskForm(request.POST) if typed else TaskForm()
    return page(request, "goals/task_form.html", form=form, goal=goal, task=None)


@door(access.SET_TASKS, methods=("GET", "POST"))
def edit_task(request: PageRequest, task_id: int) -> HttpResponse:
    """Change a task."""
    card = queries.task(request.actor, task_id)
    if request.method == "POST":
        form = TaskForm(request.POST)
        rules.edit_task(request.actor, task_id, form.entered(_assignee(request, form)), request.version)
        tell(request, _("Saved."))
        return see(_at(card.goal_id))
    goal = queries.goal(request.actor, card.goal_id)
    require(request.actor, access.SET_TASKS, goal)
    typed = request.drawn.refusal is not None and request.POST
    person = people.person(request.actor, card.assignee_id)
    first = {"title": card.title, "due": card.due, "who": f"{person.number} {person.name}"}
    form = TaskForm(request.POST) if typed else TaskForm(initial=first)
    return page(request, "goals/task_form.html", form=form, goal=goal, task=card)


@door(access.MOVE_TASK, methods=("POST",))
def move_task(request: PageRequest, task_id: int) -> HttpResponse:
    """Say where a task stands."""
    card = queries.task(request.actor, task_id)
    state = request.POST.get("state", "")
    rules.move_task(request.actor, task_id, state, request.version)
    said = {
        TaskState.DONE: _("Done: “%(task)s”."), TaskState.DOING: _("Started: “%(task)s”."),
        TaskState.TO_DO: _("Open again: “%(task)s”."), TaskState.DROPPED: _("Dropped: “%(task)s”."),
    }  # fmt: skip
    tell(request, said[TaskState(state)] % {"task": card.title})
    return see(came_from(request, _at(card.goal_id)))


@door(access.VIEW)
def task(request: PageRequest, task_id: int) -> HttpResponse:
    """One task in the drawer of the home page: what it is for, and where it stands."""
    card = queries.task(request.actor, task_id)
    goal = queries.goal(request.actor, card.goal_id)
    return page(
        request, "goals/task.html", task=card, goal=goal, steps=_drawn([card])[0][1],
        may_move=card.id in queries.movable(request.actor, goal, [card]),
    )  # fmt: skip


@door(access.VIEW)
def my_tasks(request: PageRequest) -> HttpResponse:
    """All that I have to do for goals: overdue, this week, later, done lately."""
    found, today = queries.my_tasks(request.actor), clock.today()
    soon = today + queries.SOON
    groups = [
        (_("Overdue"), [one for one in found if one.is_late]),
        (_("Within a week"), [one for one in found if one.is_open and one.due and today <= one.due <= soon]),
        (_("Later"), [one for one in found if one.is_open and (one.due is None or one.due > soon)]),
        (_("Done lately"), [one for one in found if not one.is_open]),
    ]
    return page(
        request, "goals/my_tasks.html", groups=[(name, _drawn(cards)) for name, cards in groups if cards],
        **frame(request, "tasks"),
    )  # fmt: skip
