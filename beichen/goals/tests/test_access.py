"""Who sees a goal and its reports: expected answers come from the table of rights, actual ones from the queries."""

from __future__ import annotations

import pytest

from beichen.goals import queries
from beichen.goals.models import Update, UpdateText
from beichen.goals.tests.makers import NOON, World, goal, key_result, world
from beichen.platform.access import policy
from beichen.platform.access.current import acting
from beichen.platform.access.permissions import relations_to
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound

STATES = [
    ("01a", {"state": "draft"}),
    ("01b", {"state": "draft", "author": "M1"}),
    ("01c", {"state": "proposed"}),
    ("01d", {"state": "active"}),
    ("01d", {"state": "changing"}),
    ("01e", {"state": "active", "visibility": "restricted"}),
    ("01k", {"state": "active", "visibility": "unit"}),
    ("01f", {"state": "closed"}),
    ("01g", {"state": "closed", "visibility": "restricted"}),
]
IN_U1 = ("A1", "A2", "A3", "M1")
VIEWERS = ["A1", "A2", "A3", "M1", "M2", "E1", "B1", "HR1", "HR2", "HA1", "HA2", "CA1"]


def made(**state) -> World:
    found = world()
    if "author" in state:
        state["author"] = found.company.people[state["author"]]
    if state.get("visibility") == "unit":
        state["shown_in"] = found.company.units["U1"]
    target = goal(found, "canary-goal", "A1", **state)
    kr = key_result(target, "canary-kr")
    update = Update.objects.create(key_result=kr, at=NOON, day=NOON.date(), progress=0, text="canary-text")
    UpdateText.objects.create(update=update, problem="canary-problem")
    return found


def columns(found: World, actor: Actor) -> frozenset[str]:
    """The columns in which the viewer stands to A1; further up the line counts as SK on rows 01 and 02 (G20)."""
    with acting(actor):
        held = relations_to(actor, found.company.id("A1"))
    return held | ({"SK"} if "UP" in held else set())


@pytest.mark.django_db
@pytest.mark.req("GOAL-01")
@pytest.mark.parametrize(("row_id", "state"), STATES)
def test_a_goal_is_open_to_whom_the_table_names(owner_db, row_id, state):
    with owner_db():
        found = made(**state)
    for number in VIEWERS:
        actor = found.actor(number)
        held = columns(found, actor)
        if row_id == "01k" and number not in IN_U1:
            held -= {"CO"}
        allowed = any(policy.row(row_id).holds(column, frozenset("rw")) for column in held if column in policy.COLUMNS)
        listed = queries.all_goals(actor, found.cycle.pk, queries.Filter(text="canary")).goals
        assert [g.title for g in listed] == (["canary-goal"] if allowed else []), (row_id, number, sorted(held))
        if allowed:
            seen = queries.goal_view(actor, found.goals["canary-goal"].pk)
            assert [kr.title for kr in seen.key_results] == ["canary-kr"]
        else:
            with pytest.raises(NotFound):
                queries.goal(actor, found.goals["canary-goal"].pk)


@pytest.mark.django_db
@pytest.mark.req("GOAL-09")
@pytest.mark.parametrize("number", VIEWERS)
def test_problems_are_for_the_line_while_progress_is_for_all(owner_db, number):
    with owner_db():
        found = made(state="active")
    actor = found.actor(number)
    allowed = any(
        policy.row("02d").holds(column, frozenset("rw")) for column in columns(found, actor) if column in policy.COLUMNS
    )
    report = queries.history(actor, found.goals["canary-goal"].pk)[0]
    assert report.text == "canary-text"
    assert report.problem == ("canary-problem" if allowed else "")


@pytest.mark.django_db
def test_shared_problems_are_for_everyone_who_sees_the_goal(owner_db):
    with owner_db():
        found = world()
        kr = key_result(goal(found, "g", "A1"))
        update = Update.objects.create(key_result=kr, at=NOON, day=NOON.date())
        UpdateText.objects.create(update=update, problem="canary-problem", is_shared=True)
    assert queries.history(found.actor("B1"), kr.goal_id)[0].problem == "canary-problem"


@pytest.mark.django_db
def test_a_restricted_goal_shows_in_no_list_chain_or_count(owner_db):
    with owner_db():
        found = world()
        hidden = goal(found, "hidden", "M1", visibility="restricted")
        child = goal(found, "child", "B1")
        from beichen.goals.tests.makers import aligned

        aligned(child, hidden)
    actor = found.actor("B1")
    view = queries.goal_view(actor, child.pk)
    assert [step.kind for step in view.chain] == ["hidden"]
    assert [line.title for line in view.parents] == [""]
    found_page = queries.all_goals(actor, found.cycle.pk, queries.Filter())
    assert (found_page.total, [g.title for g in found_page.goals]) == (1, ["child"])


@pytest.mark.django_db
def test_a_new_head_answers_for_the_units_goals_at_once(owner_db):
    with owner_db():
        found = world()
        made_goal = goal(found, "unit goal", "M1", unit="U1", visibility="restricted")
        unit = found.company.units["U1"]
        unit.head = found.company.people["A2"]
        unit.save(update_fields=["head"])
        made_goal.refresh_from_db()
    assert made_goal.owner_id == found.company.id("A2")
    assert queries.goal(found.actor("A2"), made_goal.pk).title == "unit goal"
