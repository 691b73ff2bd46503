"""A band's condition beside the number: without the manager's word and its evidence the next lower band counts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from beichen.goals import queries, rules
from beichen.goals.models import BandConfirmation, GoalStat, KeyResultStat, VisibilityPreset
from beichen.goals.rules import errors, rollup
from beichen.goals.tests.makers import World, browser
from beichen.goals.tests.test_feed import JOB, may, town
from beichen.metrics import queries as metrics
from beichen.metrics import rules as metric_rules
from beichen.people.models import Cycle
from beichen.people.rules.cycles import WrongPhase
from beichen.people.tests.makers import cycle
from beichen.platform.audit.models import Entry
from beichen.platform.kit import clock
from beichen.platform.kit.errors import Forbidden, Invalid, NotFound
from tests.database import login, put_in_phase

__all__ = ["may", "town"]
D = Decimal
POINTS = [
    metrics.Point(D(60), 6000), metrics.Point(D(80), 8000), metrics.Point(D(90), 10_000, "延期都说明了原因"),
    metrics.Point(D(98), 12_000, "没有同样的原因再次发生"),
]  # fmt: skip
PROOF = "五月的四次延期在周报里逐条说明了"


def running(town, value="95"):
    """A1's goal with a KPI by these bands, agreed to by M1, standing at a value: goal, key result, cycle."""
    table = metric_rules.create_band_table(town.actor("HA1"), "B7", "准时率", "stepped", POINTS)
    metric_rules.freeze_band_table(town.actor("HA2"), table.id, table.version)
    made = cycle(town, "C02")
    goal = rules.create_goal(town.actor("A1"), made, rules.GoalInput(title="发布准时"))
    entered = rules.KeyResultInput(title="准时率", measure="band", unit="%", weight=10_000, band_id=table.id)
    kr = rules.add_key_result(town.actor("A1"), goal.id, entered, goal.version)
    goal = rules.propose_goal(town.actor("A1"), goal.id, queries.goal(town.actor("A1"), goal.id).version)
    rules.approve_goal(town.actor("M1"), goal.id, goal.version)
    rules.report(town.actor("A1"), kr, rules.ReportInput(value=D(value)))
    return goal.id, kr, made


def score(kr):
    return KeyResultStat.objects.get(pk=kr).score


@pytest.mark.django_db
@pytest.mark.req("METRIC-03")
def test_the_next_lower_band_counts_until_the_manager_confirms_with_evidence(town):
    goal_id, kr, made = running(town)
    assert score(kr) == 8000
    before, _last = queries.conditions(town.actor("A1"), goal_id).lines
    assert (before.edge, before.score, before.lower, before.is_reached) == ("90", 10_000, 8000, True)
    with pytest.raises(Forbidden):
        rules.confirm_condition(town.actor("A1"), kr, 2, PROOF)
    with pytest.raises(Invalid) as few:
        rules.confirm_condition(town.actor("M1"), kr, 2, "好的")
    assert "evidence" in few.value.fields
    rules.confirm_condition(town.actor("M1"), kr, 2, PROOF)
    assert score(kr) == 10_000
    rollup.drain(JOB, made, 1000)
    assert GoalStat.objects.get(pk=goal_id).score == 10_000
    rules.confirm_condition(town.actor("M1"), kr, 2, PROOF)
    [entry] = Entry.objects.filter(act="goals.confirm_condition")
    assert (entry.details["evidence"], entry.details["score"]) == (PROOF, [8000, 10_000])
    rules.report(town.actor("A1"), kr, rules.ReportInput(value=D(93)))
    assert score(kr) == 10_000
    rules.take_back_condition(town.actor("M1"), kr, 2)
    rules.take_back_condition(town.actor("M1"), kr, 2)
    assert score(kr) == 8000
    assert Entry.objects.filter(act="goals.confirm_condition").count() == 2


@pytest.mark.django_db
@pytest.mark.req("METRIC-03")
def test_only_a_band_that_is_reached_and_asks_for_it_is_confirmed(town):
    _goal, kr, _made = running(town)
    with pytest.raises(errors.ConditionNotReached):
        rules.confirm_condition(town.actor("M1"), kr, 3, PROOF)
    for point in (0, 1, 9):
        with pytest.raises(errors.NoCondition):
            rules.confirm_condition(town.actor("M1"), kr, point, PROOF)
    with pytest.raises((Forbidden, NotFound)):
        rules.confirm_condition(town.actor("B2"), kr, 2, PROOF)
    assert BandConfirmation.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.req("METRIC-03")
def test_two_unconfirmed_bands_fall_to_the_next_that_holds(town):
    _goal, kr, _made = running(town, "99")
    assert score(kr) == 8000
    rules.confirm_condition(town.actor("M1"), kr, 2, PROOF)
    assert score(kr) == 10_000


@pytest.mark.django_db
@pytest.mark.req("METRIC-03")
def test_the_evidence_is_read_by_the_line_and_the_score_by_all(town):
    goal_id, kr, _made = running(town)
    rules.confirm_condition(town.actor("M1"), kr, 2, PROOF)
    read = {who: queries.conditions(town.actor(who), goal_id) for who in ("A1", "M1", "B2")}
    assert [found.lines[0].evidence for found in read.values()] == [PROOF, PROOF, ""]
    assert all(found.lines[0].is_confirmed for found in read.values())
    assert [found.may_confirm for found in read.values()] == [False, True, False]


@pytest.mark.django_db
@pytest.mark.req("METRIC-03")
def test_nothing_is_confirmed_once_goals_are_closed(town):
    goal_id, kr, made = running(town)
    with login(None):
        put_in_phase("C05", made)
    with pytest.raises(WrongPhase):
        rules.confirm_condition(town.actor("M1"), kr, 2, PROOF)
    assert not queries.conditions(town.actor("M1"), goal_id).may_confirm


@pytest.mark.django_db
@pytest.mark.req("METRIC-03")
def test_pages_and_program_confirm_and_take_back(town):
    goal_id, kr, made = running(town)
    with login(None):
        world = World(town, Cycle.objects.get(pk=made))
        boss, mate = browser(world, "M1"), browser(world, "B2")
    at = f"/goals/key-results/{kr}/conditions/2/"
    assert f"/goals/{goal_id}/conditions/" in boss.get(f"/goals/{goal_id}/").content.decode()
    assert at in boss.get(f"/goals/{goal_id}/conditions/").content.decode()
    assert at not in mate.get(f"/goals/{goal_id}/conditions/").content.decode()
    assert mate.get(at).status_code == 403
    assert "延期都说明了原因" in boss.get(at).content.decode()
    assert boss.get(f"/goals/key-results/{kr}/conditions/1/").status_code == 404
    assert boss.post(at, {"evidence": ""}).status_code == 422
    assert boss.post(at, {"evidence": PROOF}).status_code == 303
    assert PROOF in boss.get(f"/goals/{goal_id}/conditions/").content.decode()
    assert PROOF not in mate.get(f"/goals/{goal_id}/conditions/").content.decode()
    line = mate.get(f"/api/v1/goals/{goal_id}/conditions").json()["lines"][0]
    assert (line["is_confirmed"], line["evidence"], line["score"], line["lower"]) == (True, "", 10_000, 8000)
    assert boss.post(f"{at}take-back/").status_code == 303
    assert score(kr) == 8000
    api = f"/api/v1/goals/key-results/{kr}/conditions/2"
    said = boss.post(api, {"evidence": PROOF}, content_type="application/json")
    assert (said.status_code, score(kr)) == (200, 10_000)
    assert mate.post(api, {"evidence": PROOF}, content_type="application/json").status_code == 403
    assert (boss.delete(api).status_code, score(kr)) == (200, 8000)


@pytest.mark.django_db
@pytest.mark.req("METRIC-03", "GOAL-05")
def test_whoever_gets_no_numbers_of_a_goal_gets_no_conditions_either(town, owner_db):
    """How far the value reached stands in them."""
    goal_id, _kr, _made = running(town)
    assert len(queries.conditions(town.actor("CA1"), goal_id).lines) == 2
    with owner_db():
        unit = town.units["U0"].pk
        VisibilityPreset.objects.create(unit_id=unit, preset="numbers", reason="r", at=clock.now())
    assert queries.conditions(town.actor("CA1"), goal_id).lines == ()
    assert len(queries.conditions(town.actor("M1"), goal_id).lines) == 2
