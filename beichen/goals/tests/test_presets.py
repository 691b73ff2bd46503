"""Presets of units: who sees goals and who their numbers, for each preset and each way to stand to the owner."""

from __future__ import annotations

import json

import pytest

from beichen.goals import queries, rules
from beichen.goals.models import GoalStat, Update, VisibilityPreset
from beichen.goals.queries import Filter, Looked, Wanted
from beichen.goals.tests.makers import NOON, World, aligned, browser, goal, key_result, world
from beichen.goals.tests.test_access import VIEWERS, columns
from beichen.people.models import Person
from beichen.platform.access import policy
from beichen.platform.api.schemas import PageIn
from beichen.platform.audit.models import Entry
from beichen.platform.kit.errors import Changed, Forbidden, NotFound

pytestmark = pytest.mark.django_db

PRESETS = {"open": ("01d", "02a"), "numbers": ("01d", "02g"), "team": ("01l", "02g"), "restricted": ("01e", "02b")}
"""Preset → the rows a public, running goal and its reports are in."""
TEAM_OF_A1 = ("A2", "A3", "M1")
READS = frozenset("rw")
EVERYTHING = PageIn(limit=200, cursor="")


def made(preset: str, unit: str = "U0", **state) -> World:
    """A goal of A1 at 40 %, with a report, under a preset."""
    found = world()
    target = goal(found, "canary-goal", "A1", **state)
    kr = key_result(target, "canary-kr")
    kr.stat.__class__.objects.filter(pk=kr.pk).update(progress=400_000, current=40)
    Update.objects.create(key_result=kr, at=NOON, day=NOON.date(), progress=400_000, value=40, text="canary-text")
    GoalStat.objects.create(
        goal=target, progress=400_000, score=4000, expected=500_000, health="at_risk", cycle=found.cycle,
        unit=found.company.units["U1"], gap=100_000, updated_on=NOON.date(),
    )  # fmt: skip
    choose(found, unit, preset)
    return found


def choose(found: World, unit: str, preset: str) -> None:
    VisibilityPreset.objects.update_or_create(
        pk=found.company.units[unit].pk, defaults={"preset": preset, "reason": "r", "at": NOON}
    )


def reads(found: World, row_id: str, number: str) -> bool:
    """What the table says, CO only inside the direct team where the row's note says so."""
    held = columns(found, found.actor(number))
    if row_id in ("01l", "02g") and number not in TEAM_OF_A1:
        held -= {"CO"}
    return any(policy.row(row_id).holds(column, READS) for column in held if column in policy.COLUMNS)


@pytest.mark.req("GOAL-05")
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("state", ["active", "closed"])
def test_a_preset_opens_goals_and_numbers_to_whom_its_rows_name(owner_db, preset, state):
    with owner_db():
        found = made(preset, state=state)
    target = found.goals["canary-goal"].pk
    goal_row, number_row = PRESETS[preset]
    goal_row = {"01d": "01f", "01e": "01g"}.get(goal_row, goal_row) if state == "closed" else goal_row
    for number in VIEWERS:
        actor, sees = found.actor(number), reads(found, goal_row, number)
        counts = sees and reads(found, number_row, number)
        listed = queries.all_goals(actor, found.cycle.pk, Filter(text="canary"))
        assert [g.title for g in listed.goals] == (["canary-goal"] if sees else []), (preset, number)
        assert listed.by_health == ({"at_risk" if counts else "hidden": 1} if sees else {}), (preset, number)
        behind = queries.all_goals(actor, found.cycle.pk, Filter(health="at_risk"))
        assert len(behind.goals) == counts, (preset, number)
        kept = queries.all_goals(actor, found.cycle.pk, Filter(health="hidden"))
        assert len(kept.goals) == (sees and not counts), (preset, number)
        board = queries.board(actor, found.cycle.pk, Wanted(), EVERYTHING)
        assert (len(board.lines), board.total) == (counts, counts), (preset, number)
        drawn = queries.goal_map(actor, found.cycle.pk, Looked())
        nodes = [node.goal for top in drawn.tops for node in top.nodes]
        assert [card.shown_progress for card in nodes] == ([400_000 if counts else None] if sees else [])
        by_state = queries.goal_map(actor, found.cycle.pk, Looked(state="at_risk"))
        assert by_state.found == counts
        if not sees:
            with pytest.raises(NotFound):
                queries.goal_view(actor, target)
            continue
        view = queries.goal_view(actor, target)
        kr = view.key_results[0]
        assert (view.goal.shown_progress, view.goal.score) == ((400_000, 4000) if counts else (None, None))
        assert (kr.title, kr.current, kr.target) == ("canary-kr", *((40, 100) if counts else (None, None)))
        assert [line.text for line in view.history] == (["canary-text"] if counts else [])
        assert view.goal.numbers_hidden is not counts
        assert bool(view.terms) is counts
        plan = queries.plan(actor, found.company.id("A1"), found.cycle.pk)
        assert plan.progress == (400_000 if counts else None)
        if counts:
            assert queries.reports(actor, kr.id, 5)[2]
        else:
            with pytest.raises(NotFound):
                queries.reports(actor, kr.id, 5)
            with pytest.raises(NotFound):
                queries.versions(actor, target)


@pytest.mark.req("GOAL-05")
def test_a_unit_inherits_and_overrides(owner_db):
    with owner_db():
        found = made("team")
        choose(found, "U1", "open")
    target = found.goals["canary-goal"].pk
    stranger = found.actor("B1")
    assert queries.goal(stranger, target).preset == ""
    with owner_db():
        choose(found, "U0", "open")
        choose(found, "U1", "restricted")
    with pytest.raises(NotFound):
        queries.goal(stranger, target)
    with owner_db():
        VisibilityPreset.objects.filter(pk=found.company.units["U1"].pk).delete()
    assert queries.goal(stranger, target).preset == ""


@pytest.mark.req("GOAL-05")
def test_a_preset_never_opens_what_a_goal_keeps_to_itself(owner_db):
    with owner_db():
        found = made("open", visibility="restricted")
    with pytest.raises(NotFound):
        queries.goal(found.actor("B1"), found.goals["canary-goal"].pk)
    with owner_db():
        choose(found, "U0", "team")
    with pytest.raises(NotFound):
        queries.goal(found.actor("A2"), found.goals["canary-goal"].pk)


@pytest.mark.req("GOAL-05")
def test_whoever_changes_units_takes_the_goals_under_the_preset_there(owner_db):
    with owner_db():
        found = made("restricted", unit="U2")
    stranger, target = found.actor("E1"), found.goals["canary-goal"].pk
    assert queries.goal(stranger, target).title == "canary-goal"
    with owner_db():
        Person.objects.filter(pk=found.company.id("A1")).update(unit=found.company.units["U2"])
    with pytest.raises(NotFound):
        queries.goal(found.actor("A2"), target)


@pytest.mark.req("GOAL-05")
def test_figures_of_everybody_leave_out_what_a_preset_narrows(owner_db):
    with owner_db():
        found = made("open")
        unit_goal = goal(found, "unit goal", "M1", unit="U1")
        GoalStat.objects.create(goal=unit_goal, progress=700_000, cycle=found.cycle)
    unit, actor = found.company.units["U1"].pk, found.actor("B1")
    assert queries.unit_attainment(actor, [unit], found.cycle.pk) == {unit: 700_000}
    for preset in ("numbers", "team", "restricted"):
        with owner_db():
            choose(found, "U1", preset)
        assert queries.unit_attainment(actor, [unit], found.cycle.pk) == {}, preset


@pytest.mark.req("GOAL-05")
def test_hidden_goals_leave_no_gap_in_chain_and_map(owner_db):
    with owner_db():
        found = made("open")
        child = goal(found, "child", "B1")
        aligned(child, found.goals["canary-goal"])
        choose(found, "U1", "team")
    drawn = queries.goal_map(found.actor("B1"), found.cycle.pk, Looked())
    assert [node.goal.title for top in drawn.tops for node in top.nodes] == ["child"]


# ── choosing ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("GOAL-05")
def test_hr_chooses_with_a_reason_and_the_audit_keeps_it(owner_db):
    with owner_db():
        found = made("open")
        VisibilityPreset.objects.all().delete()
    unit, hr = found.company.units["U1"].pk, found.actor("HA1")
    assert rules.choose_preset(hr, unit, "numbers", "董事会上市准备", 0) == 1
    held = queries.unit_preset(found.actor("B1"), unit)
    assert held is not None
    assert held.own is not None
    assert (held.preset, held.own.reason) == ("numbers", "董事会上市准备")
    assert rules.choose_preset(hr, unit, "numbers", "again", 1) == 1
    with pytest.raises(Changed):
        rules.choose_preset(hr, unit, "team", "older page", 0)
    assert rules.choose_preset(hr, unit, "", "公司统一", 1) == 0
    back = queries.unit_preset(hr, unit)
    assert back is not None
    assert back.own is None
    with owner_db():
        lines = Entry.objects.filter(act="goals.choose_preset").order_by("at")
        assert [(line.details["before"], line.details["after"]) for line in lines] == [("", "numbers"), ("numbers", "")]


@pytest.mark.req("GOAL-05")
def test_of_two_who_choose_first_at_once_the_second_is_told(owner_db, monkeypatch):
    """Neither saw a choice to lock: the database says who came second."""
    with owner_db():
        found = made("numbers", unit="U1")
    unseen = VisibilityPreset.objects.none()
    monkeypatch.setattr(VisibilityPreset.objects, "select_for_update", lambda: unseen)
    with pytest.raises(Changed):
        rules.choose_preset(found.actor("HA1"), found.company.units["U1"].pk, "team", "并购期间保密", 0)
    with owner_db():
        assert VisibilityPreset.objects.get().preset == "numbers"


@pytest.mark.req("GOAL-05")
@pytest.mark.parametrize("number", ["A1", "M1", "M2", "E1", "B1", "HR1"])
def test_nobody_else_chooses(owner_db, number):
    with owner_db():
        found = world()
    with pytest.raises(Forbidden):
        rules.choose_preset(found.actor(number), found.company.units["U1"].pk, "open", "r", 0)


@pytest.mark.req("GOAL-05")
def test_page_and_program_say_why_a_choice_is_refused(owner_db):
    with owner_db():
        found = world()
        hr, anybody = browser(found, "HA1"), browser(found, "A1")
    unit = found.company.units["U1"].pk
    at, api = f"/goals/visibility/{unit}/", f"/api/v1/goals/visibility/{unit}"
    answer = hr.put(api, json.dumps({"preset": "team", "reason": " "}), content_type="application/json")
    assert answer.status_code == 422
    answer = hr.put(api, json.dumps({"preset": "nobody", "reason": "r"}), content_type="application/json")
    assert answer.status_code == 422
    assert hr.post(at, {"preset": "team", "reason": "保密项目", "version": 0}).status_code in (302, 303)
    shown = anybody.get(at).content.decode()
    assert "保密项目" in shown
    assert 'name="preset"' not in shown
    found_by_program = anybody.get(api).json()
    assert (found_by_program["preset"], found_by_program["chosen"]["reason"]) == ("team", "保密项目")
    assert [one["preset"] for one in anybody.get("/api/v1/goals/visibility").json()] == ["team"]
    answer = hr.put(
        api, json.dumps({"preset": "numbers", "reason": "公开目标", "version": 1}), content_type="application/json"
    )
    assert (answer.status_code, answer.json()["preset"], answer.json()["version"]) == (200, "numbers", 2)
    refused = anybody.put(api, json.dumps({"preset": "open", "reason": "r"}), content_type="application/json")
    assert refused.status_code == 403
