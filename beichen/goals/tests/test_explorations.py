"""Explorations: a question inside bounds; a sound answer counts in full whichever it is, a careless trial does not."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from beichen.goals import panels, queries, rules
from beichen.goals.choices import GoalState
from beichen.goals.formulas.trials import Trial, answers, faults
from beichen.goals.models import Exploration, Goal, GoalStat, VisibilityPreset
from beichen.goals.queries import Season
from beichen.goals.rules import ConclusionInput, ExplorationInput, errors, rollup
from beichen.goals.tests.makers import NOON, aligned, browser, goal, told, world
from beichen.people import queries as people
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Changed, Forbidden, Invalid, NotFound
from beichen.platform.kit.words import BadValue
from tests.database import put_in_phase

UNTIL, DAY = date(2026, 5, 31), date(2026, 5, 16)
BOUNDS = ExplorationInput(
    hypothesis="小团队愿意为共享的版本历史付费", evidence="六周内 200 个受邀团队里至少 30 个付费",
    stop_rule="三周后少于 5 个", budget="两人六周，投放 5 万元", until=UNTIL, unharmed="现有会员续费率",
)  # fmt: skip


@pytest.mark.req("GOAL-14")
@pytest.mark.parametrize(("trial", "found", "counts"), [
    (Trial(UNTIL, "confirmed", "31 个付费", ended=DAY), [], True),
    (Trial(UNTIL, "refuted", "4 个付费", ended=DAY), [], True),
    (Trial(UNTIL, "refuted", " ", ended=DAY), ["no_evidence"], False),
    (Trial(UNTIL, "confirmed", "31 个", over_budget=True, ended=DAY), ["over_budget"], False),
    (Trial(UNTIL, "refuted", "4 个", ended=date(2026, 6, 1)), ["over_time"], False),
    (Trial(UNTIL, "refuted", "4 个", ended=UNTIL), [], True),
    (Trial(UNTIL, "stopped", "", ended=DAY), [], None),
    (Trial(UNTIL, "stopped", "", harmed=True, ended=DAY), ["harmed"], False),
    (Trial(date(2026, 5, 15)), ["over_time"], False),
    (Trial(UNTIL), [], None),
])  # fmt: skip
def test_what_a_trial_counts(trial, found, counts):
    assert faults(trial, DAY) == found
    assert answers(trial, DAY) is counts


@pytest.fixture
def made(owner_db):
    with clock.frozen(NOON), owner_db():
        return world()


@pytest.fixture(autouse=True)
def _on_16_may():
    with clock.frozen(NOON):
        yield


def drafted(made, who="A1", title="共享版本历史"):
    card = rules.create_goal(made.actor(who), made.cycle.pk, rules.GoalInput(title=title, weight=3000))
    rules.describe_exploration(made.actor(who), card.id, BOUNDS, card.version)
    return card.id


def running(made, who="A1", title="共享版本历史"):
    goal_id, boss = drafted(made, who, title), "M2" if who.startswith("B") else "M1"
    card = rules.propose_goal(made.actor(who), goal_id, queries.goal(made.actor(who), goal_id).version)
    rules.approve_goal(made.actor(boss), goal_id, card.version)
    return goal_id


def found(made, goal_id, who="A1"):
    card = queries.exploration(made.actor(who), goal_id)
    assert card
    return card


def listed(made, who, after=0, limit=50):
    return queries.explorations(made.actor(who), people.cycle(made.actor(who), made.cycle.pk), after, limit)


def conclude(made, goal_id, outcome="refuted", who="A1", **more):
    version = found(made, goal_id, who).version
    entered = ConclusionInput(outcome=outcome, **{"found": "4 个付费", "learning": "先做单人付费", **more})
    return rules.conclude_exploration(made.actor(who), goal_id, entered, version)


@pytest.mark.django_db
@pytest.mark.req("GOAL-14")
@pytest.mark.parametrize(("outcome", "more", "progress", "score"), [
    ("confirmed", {}, 1_000_000, 10_000), ("refuted", {}, 1_000_000, 10_000), ("refuted", {"found": ""}, 0, 0),
    ("confirmed", {"over_budget": True}, 0, 0), ("stopped", {"found": ""}, None, None),
])  # fmt: skip
def test_a_refuted_hypothesis_counts_like_a_confirmed_one_and_a_careless_trial_does_not(
    made, owner_db, outcome, more, progress, score
):
    goal_id = running(made)
    conclude(made, goal_id, outcome, **more)
    rollup.drain(system("goals.drain", "test"), made.cycle.pk)
    with owner_db():
        stat = GoalStat.objects.get(pk=goal_id)
    assert (stat.progress, stat.score) == (progress, score)
    card = found(made, goal_id, "B1")
    assert (card.outcome, card.learning, card.runs) == (outcome, "先做单人付费", False)
    assert card.is_sound is (progress == 1_000_000)
    me = made.company.id("A1")
    [line] = queries.scored_goals(made.actor("A1"), [me], made.cycle.pk)[me]
    assert line.score == score


@pytest.mark.django_db
@pytest.mark.req("GOAL-14")
def test_bounds_come_before_and_are_changed_by_the_manager_alone_once_it_runs(made):
    goal_id = running(made)
    other = ExplorationInput(**{**{n: getattr(BOUNDS, n) for n in BOUNDS.__slots__}, "budget": "10 万元"})
    version = queries.goal(made.actor("A1"), goal_id).version
    for who in ("A1", "A2", "HA1"):
        with pytest.raises(Forbidden):
            rules.describe_exploration(made.actor(who), goal_id, other, version)
    rules.describe_exploration(made.actor("M1"), goal_id, other, version)
    assert found(made, goal_id).budget == "10 万元"
    conclude(made, goal_id)
    with pytest.raises(errors.NotDraft):
        rules.describe_exploration(made.actor("M1"), goal_id, BOUNDS, version + 1)


@pytest.mark.django_db
@pytest.mark.req("GOAL-14")
def test_a_unit_runs_so_many_at_once_and_a_further_one_waits(made):
    put_in_phase("C00")
    version = people.cycle(made.actor("HA1"), made.cycle.pk).version
    rules.set_season(made.actor("HA1"), made.cycle.pk, Season(tracks=1), version)
    put_in_phase("C02")
    first = running(made)
    with pytest.raises(errors.TooManyTracks):
        running(made, "A2", "第二条")
    assert running(made, "B1", "别的部门")
    conclude(made, first)
    second = queries.waiting_goals(made.actor("M1"))[0]
    rules.approve_goal(made.actor("M1"), second.id, second.version)
    [tracks] = [one for one in listed(made, "M1").units if one.unit == "U1"]
    assert (tracks.running, tracks.most, len(tracks.lines)) == (1, 1, 2)


@pytest.mark.django_db
@pytest.mark.req("GOAL-14")
def test_the_list_comes_in_parts_and_counts_what_runs_in_all_of_them(made):
    ids = {running(made, who, who) for who in ("A1", "A2", "B1")}
    met, after = [], 0
    while after is not None:
        part = listed(made, "E1", after, 1)
        [tracks] = part.units
        met.append((tracks.lines[0].goal_id, tracks.unit, tracks.running))
        after = part.next
    assert [unit for _, unit, _ in met] == sorted(unit for _, unit, _ in met)
    assert {goal_id for goal_id, _, _ in met} == ids
    assert sorted(n for _, _, n in met) == [1, 2, 2]


@pytest.mark.django_db
@pytest.mark.req("GOAL-14")
def test_its_answer_comes_with_the_conclusion_alone(made, owner_db):
    goal_id = running(made)
    with owner_db():
        answer = Exploration.objects.get(pk=goal_id).answer
    me, boss = made.actor("A1"), made.actor("M1")
    with pytest.raises(errors.AnsweredByConclusion):
        rules.report(me, answer.pk, rules.ReportInput(answer=True, text="有了"))
    assert rules.report(me, answer.pk, rules.ReportInput(answer=False, text="还在试"))
    with pytest.raises(errors.AnsweredByConclusion):
        rules.drop_key_result(boss, answer.pk, answer.version)
    conclude(made, goal_id)
    assert queries.goal(me, goal_id).state == GoalState.CLOSED
    with pytest.raises(errors.NotRunning):
        rules.report(me, answer.pk, rules.ReportInput(answer=False, text="又不算了"))


@pytest.mark.django_db
@pytest.mark.parametrize(("what", "bounds_stay", "open_"), [
    ("terms", True, True), ("progress", False, False), ("both", True, False),
])  # fmt: skip
def test_a_lock_holds_bounds_and_conclusion(made, owner_db, what, bounds_stay, open_):
    goal_id = running(made)
    with owner_db():
        made.cycle.settings["goals"]["locks"] = [{"what": what, "since": DAY.isoformat(), "kind": ""}]
        made.cycle.save()
    version = queries.goal(made.actor("M1"), goal_id).version
    with pytest.raises(errors.Locked) if bounds_stay else nullcontext():
        rules.describe_exploration(made.actor("M1"), goal_id, BOUNDS, version)
    with nullcontext() if open_ else pytest.raises(errors.Locked):
        conclude(made, goal_id)


@pytest.mark.django_db
def test_who_concludes_and_what_it_needs(made):
    draft, goal_id = drafted(made, title="草稿"), running(made)
    for who in ("A2", "B1", "HA1", "E1"):
        with pytest.raises(Forbidden):
            conclude(made, goal_id, who=who)
    with pytest.raises(errors.NotRunning):
        conclude(made, draft)
    with pytest.raises(NotFound):
        rules.conclude_exploration(made.actor("A2"), draft, ConclusionInput(outcome="refuted", learning="x"), 1)
    with pytest.raises(Invalid):
        conclude(made, goal_id, learning=" ")
    with pytest.raises(BadValue):
        conclude(made, goal_id, "boring")
    with pytest.raises(Changed):
        rules.conclude_exploration(made.actor("A1"), goal_id, ConclusionInput(outcome="refuted", learning="x"), 99)
    version = conclude(made, goal_id)
    assert conclude(made, goal_id) == version
    with pytest.raises(errors.Concluded):
        conclude(made, goal_id, "confirmed")


@pytest.mark.django_db
@pytest.mark.parametrize("missing", ["hypothesis", "evidence", "stop_rule", "budget", "unharmed"])
def test_every_bound_is_needed_before_it_begins(made, missing):
    card = rules.create_goal(made.actor("A1"), made.cycle.pk, rules.GoalInput(title="探索"))
    given = {name: getattr(BOUNDS, name) for name in BOUNDS.__slots__}
    with pytest.raises(Invalid):
        rules.describe_exploration(made.actor("A1"), card.id, ExplorationInput(**{**given, missing: " "}), card.version)
    late = ExplorationInput(**{**given, "until": date(2027, 1, 1)})
    with pytest.raises(BadValue):
        rules.describe_exploration(made.actor("A1"), card.id, late, card.version)
    assert not Exploration.objects.filter(pk=card.id).exists()


@pytest.mark.django_db
@pytest.mark.req("GOAL-14")
def test_on_the_pages(made, owner_db):
    goal_id = running(made)
    with owner_db():
        me, other = browser(made, "A1"), browser(made, "B1")
    part = reverse("goals:exploration", args=[goal_id])
    assert part in me.get(reverse("goals:goal", args=[goal_id])).content.decode()
    assert BOUNDS.hypothesis in other.get(part).content.decode()
    assert reverse("goals:conclude", args=[goal_id]) not in other.get(part).content.decode()
    assert other.get(reverse("goals:conclude", args=[goal_id])).status_code == 403
    sent = {"outcome": "refuted", "found": "", "learning": "先做单人付费", "version": 2}
    version = found(made, goal_id).version
    assert me.post(reverse("goals:conclude", args=[goal_id]), {**sent, "version": version}).status_code == 303
    answer = reverse("goals:update", args=[queries.plan(made.actor("A1"), made.company.id("A1"), made.cycle.pk)
                                           .lines[0].key_results[0].id])  # fmt: skip
    assert me.get(reverse("goals:plan")).content.decode().count(answer) == 0
    drawn = other.get(reverse("goals:explorations")).content.decode()
    assert "这个结论没有写下依据" in drawn
    assert "先做单人付费" in drawn


@pytest.mark.django_db
@pytest.mark.req("GOAL-14")
def test_nothing_but_the_answer_weighs_in_an_exploration(made):
    goal_id, boss = running(made), made.actor("M1")
    evidence = rules.KeyResultInput(title="付费团队数", measure="count", target=Decimal(30), weight=1000)
    with pytest.raises(errors.CountsAlone):
        rules.add_key_result(boss, goal_id, evidence, queries.goal(boss, goal_id).version)
    rules.add_key_result(boss, goal_id, replace(evidence, weight=0), queries.goal(boss, goal_id).version)
    answer, other = queries.key_results(boss, [queries.goal(boss, goal_id)])[goal_id]
    for kr, weight in ((answer, 0), (other, 5000)):
        with pytest.raises(errors.CountsAlone):
            rules.reweigh_key_result(boss, kr.id, weight, kr.version)
        entered = rules.ChangeInput(reason="证据更重要", results={kr.id: rules.ResultChange(weight=weight)})
        with pytest.raises(errors.CountsAlone):
            rules.ask_change(made.actor("A1"), goal_id, entered, queries.goal(boss, goal_id).version)
    with pytest.raises(errors.CountsAlone):
        rules.edit_key_result(boss, other.id, evidence, other.version)


@pytest.mark.django_db
@pytest.mark.req("GOAL-14")
def test_an_exploration_past_its_last_day_asks_its_owner_for_the_conclusion(made):
    goal_id = running(made)

    def asked(who):
        return [one.key for one in panels.waiting(made.actor(who), 9) if "conclude" in one.key]

    assert asked("A1") == []
    with clock.frozen(NOON + (BOUNDS.until - NOON.date())):
        assert asked("A1") == [f"goals.conclude:{goal_id}"]
        assert asked("M1") == []
        conclude(made, goal_id)
        assert asked("A1") == []


@pytest.mark.django_db
@pytest.mark.req("GOAL-14", "GOAL-05")
@pytest.mark.parametrize(("visibility", "preset", "expected"), [
    ("public", "open", ["A2", "B1", "M1"]), ("public", "numbers", ["A2", "B1", "M1"]),
    ("public", "team", ["A2", "M1"]), ("public", "restricted", ["M1"]), ("restricted", "open", ["M1"]),
    ("unit", "open", ["M1"]),
])  # fmt: skip
def test_the_learning_is_told_to_whom_it_helps_and_who_may_read_it(made, owner_db, visibility, preset, expected):
    goal_id = running(made)
    with owner_db():
        unit = made.company.units["U1"]
        Goal.objects.filter(pk=goal_id).update(visibility=visibility, shown_in=unit if visibility == "unit" else None)
        VisibilityPreset.objects.create(unit=made.company.units["U0"], preset=preset, reason="r", at=NOON)
        aligned(goal(made, "served by it", "B1"), Goal.objects.get(pk=goal_id))
    conclude(made, goal_id)
    with owner_db():
        assert told(made, "goals.learned") == expected
    for number in expected:
        assert queries.goal(made.actor(number), goal_id).id == goal_id
