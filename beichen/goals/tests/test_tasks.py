"""Key tasks of goals: who writes them, who does them, who reads them, what is overdue."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from beichen.goals import panels, queries, rules
from beichen.goals.models import GoalTask
from beichen.goals.rules import TaskInput, errors
from beichen.goals.tests import makers
from beichen.goals.tests.makers import NOON, browser, goal, world
from beichen.platform.audit.models import Entry
from beichen.platform.kit.errors import Changed, Forbidden, Invalid, NotFound
from beichen.platform.kit.words import BadValue
from tests.database import past_the_guards

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_16_may")]
TODAY = date(2026, 5, 16)
TALK = "约谈十位流失用户"


@pytest.fixture
def made(owner_db):
    with owner_db():
        found = world()
        goal(found, "留存", "A1")
        goal(found, "保密", "A1", visibility="restricted")
        goal(found, "草稿", "A1", state="draft")
        goal(found, "已关闭", "A1", state="closed")
    return found


def add(made, who="A1", of="留存", title=TALK, due=None, to=None):
    entered = TaskInput(title=title, due=due, assignee_id=made.company.id(to) if to else None)
    return rules.add_task(made.actor(who), made.goals[of].pk, entered)


def told(made, template, owner_db):
    with owner_db():
        return makers.told(made, template)


@pytest.mark.req("GOAL-13")
def test_an_owner_gives_a_task_and_a_colleague_does_it(made, owner_db):
    pk = add(made, due=TODAY + timedelta(days=3), to="B1")
    assert add(made, due=TODAY + timedelta(days=3), to="B1") == pk
    assert told(made, "goals.task_given", owner_db) == ["B1"]
    [card] = queries.tasks_of(made.actor("M2"), made.goals["留存"].pk)
    assert (card.title, card.assignee_name, card.state, card.is_late) == (TALK, "B1", "todo", False)
    version = rules.move_task(made.actor("B1"), pk, "doing", card.version)
    assert rules.move_task(made.actor("B1"), pk, "doing", card.version) == version
    rules.move_task(made.actor("B1"), pk, "done", version)
    [card] = queries.tasks_of(made.actor("A1"), made.goals["留存"].pk)
    assert (card.state, card.done_on) == ("done", TODAY)
    assert told(made, "goals.task_done", owner_db) == ["A1"]
    with owner_db():
        noted = sorted(Entry.objects.filter(kind="goals.goaltask").values_list("act", flat=True))
    assert noted == ["goals.move_task", "goals.move_task", "goals.set_tasks"]


@pytest.mark.req("GOAL-13")
@pytest.mark.parametrize(("who", "error"), [
    ("A1", None), ("M1", None), ("E1", Forbidden), ("A2", Forbidden), ("HA1", Forbidden), ("HR1", Forbidden),
])  # fmt: skip
def test_the_owner_and_the_manager_set_tasks_and_nobody_else(made, who, error):
    pk = add(made, to="B1")
    if error is None:
        assert add(made, who, title="写访谈提纲")
        rules.move_task(made.actor(who), pk, "dropped", 1)
        assert queries.task(made.actor("A1"), pk).state == "dropped"
        return
    with pytest.raises(error):
        add(made, who, title="写访谈提纲")
    for state in ("done", "dropped"):
        with pytest.raises(error):
            rules.move_task(made.actor(who), pk, state, 1)
    with pytest.raises(error):
        rules.edit_task(made.actor(who), pk, TaskInput(title="别的"), 1)


@pytest.mark.req("GOAL-13")
def test_tasks_are_read_with_their_goal_alone(made):
    public, hidden, draft = add(made), add(made, of="保密"), add(made, of="草稿")
    for who, seen in (("A2", {public}), ("M1", {public, hidden}), ("A1", {public, hidden, draft})):
        found = set()
        for pk in (public, hidden, draft):
            try:
                found.add(queries.task(made.actor(who), pk).id)
            except NotFound:
                continue
        assert found == seen, who
    with pytest.raises(NotFound):
        rules.move_task(made.actor("A2"), hidden, "done", 1)
    assert queries.tasks_of(made.actor("A2"), made.goals["保密"].pk) == []


@pytest.mark.req("GOAL-13")
def test_whoever_cannot_see_the_goal_gets_no_task_of_it(made, owner_db):
    for who in ("A2", "B1", "HA1"):
        with pytest.raises(errors.CannotSee):
            add(made, of="保密", to=who)
    assert add(made, of="保密", to="M1")
    # A draft may name its helpers; they are told once somebody agreed to it.
    add(made, of="草稿", to="B1")
    assert told(made, "goals.task_given", owner_db) == ["M1"]
    with owner_db(), past_the_guards():
        made.goals["草稿"].state = "active"
        made.goals["草稿"].save()
    rules.tell_assignees(made.actor("M1"), made.goals["草稿"].pk)
    assert told(made, "goals.task_given", owner_db) == ["B1", "M1"]


@pytest.mark.req("GOAL-13")
def test_what_is_due_or_overdue_stands_in_the_to_do_list_of_whoever_does_it(made):
    late = add(made, title="上周的", due=TODAY - timedelta(days=2), to="B1")
    soon = add(made, title="这周的", due=TODAY + timedelta(days=7), to="B1")
    add(made, title="下月的", due=TODAY + timedelta(days=8), to="B1")
    add(made, title="没有日子", to="B1")
    add(made, title="别人的", due=TODAY)
    entries = [one for one in panels.waiting(made.actor("B1"), 20) if one.key.startswith("goals.task:")]
    assert [(one.key, one.due) for one in entries] == [
        (f"goals.task:{late}", TODAY - timedelta(days=2)), (f"goals.task:{soon}", TODAY + timedelta(days=7)),
    ]  # fmt: skip
    cards = queries.my_tasks(made.actor("B1"))
    assert [(one.title, one.days_late) for one in cards] == [
        ("上周的", 2),
        ("这周的", 0),
        ("下月的", 0),
        ("没有日子", 0),
    ]
    rules.move_task(made.actor("B1"), late, "done", 1)
    assert [one.key for one in panels.waiting(made.actor("B1"), 20) if "task" in one.key] == [f"goals.task:{soon}"]


def test_a_closed_goal_keeps_its_tasks_as_they_are(made, owner_db):
    with owner_db():
        row = GoalTask.objects.create(
            goal=made.goals["已关闭"], title="旧事", assignee=made.company.people["B1"], created_at=NOON
        )
    for act in (
        lambda: add(made, of="已关闭"),
        lambda: rules.edit_task(made.actor("A1"), row.pk, TaskInput(title="改"), 1),
        lambda: rules.move_task(made.actor("B1"), row.pk, "done", 1),
    ):
        with pytest.raises(errors.TasksClosed):
            act()
    assert queries.my_tasks(made.actor("B1")) == []


def test_what_a_task_needs(made):
    with pytest.raises(Invalid):
        add(made, title="  ")
    with pytest.raises(NotFound):
        rules.add_task(made.actor("A1"), made.goals["留存"].pk, TaskInput(title="x", assignee_id=987_654))
    pk = add(made)
    with pytest.raises(BadValue):
        rules.move_task(made.actor("A1"), pk, "forgotten", 1)
    assert rules.edit_task(made.actor("A1"), pk, TaskInput(title="改过的"), 1) == 2
    with pytest.raises(Changed):
        rules.edit_task(made.actor("A1"), pk, TaskInput(title="又改"), 1)
    with pytest.raises(Changed):
        rules.move_task(made.actor("A1"), pk, "done", 1)


def test_the_table_refuses_what_is_done_without_a_day(made, owner_db):
    with owner_db(), pytest.raises(IntegrityError), transaction.atomic():
        GoalTask.objects.create(
            goal=made.goals["留存"], title="x", state="done", assignee=made.company.people["A1"], created_at=NOON
        )


@pytest.mark.req("GOAL-13")
def test_tasks_on_the_page_of_the_goal_and_on_my_page(made, owner_db):
    with owner_db():
        owner, helper, other = (browser(made, number) for number in ("A1", "B1", "A2"))
    at = made.goals["留存"].pk
    sent = {"title": TALK, "who": "B1 B1", "due": "2026-05-14"}
    assert owner.post(reverse("goals:new_task", args=[at]), sent).status_code == 303
    assert owner.post(reverse("goals:new_task", args=[at]), {**sent, "who": "Z9"}).status_code == 422
    assert other.post(reverse("goals:new_task", args=[at]), sent).status_code == 403
    part = other.get(reverse("goals:goal_tasks", args=[at])).content.decode()
    pk = queries.tasks_of(made.actor("A1"), at)[0].id
    assert TALK in part
    assert reverse("goals:move_task", args=[pk]) not in part
    assert reverse("goals:goal_tasks", args=[at]) in owner.get(reverse("goals:goal", args=[at])).content.decode()
    mine = helper.get(reverse("goals:tasks")).content.decode()
    assert reverse("goals:move_task", args=[pk]) in mine
    assert "2 天" in mine
    moved = helper.post(reverse("goals:move_task", args=[pk]), {"state": "done", "version": 1})
    assert moved.status_code == 303
    assert TALK not in other.get(reverse("goals:tasks")).content.decode()
