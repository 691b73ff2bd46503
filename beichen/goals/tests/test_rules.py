"""What may happen to a goal, and what may not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from beichen.goals import queries, rules
from beichen.goals.models import Alignment, KeyResult, Update
from beichen.goals.rules import agree, errors, rollup
from beichen.goals.tests.makers import aligned, goal, key_result, world
from beichen.metrics import rules as metric_rules
from beichen.metrics.formulas import Point
from beichen.people.models import Cycle, Person
from beichen.people.rules.cycles import WrongPhase
from beichen.platform.access.current import acting
from beichen.platform.approvals import rules as approvals
from beichen.platform.audit.models import Entry
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Changed, Forbidden, Invalid, NotFound
from tests.database import put_in_phase

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_16_may")]
GOAL = rules.GoalInput(title="留存回到 45%", weight=10_000, verification="数据仓库")
INCREASE = rules.KeyResultInput(
    title="30 日留存率", measure="increase", baseline=Decimal(38), target=Decimal(45), unit="%", weight=10_000
)


@pytest.fixture
def made(owner_db):
    with owner_db():
        return world()


def draft(made, owner="A1"):
    card = rules.create_goal(made.actor(owner), made.cycle.pk, GOAL)
    rules.add_key_result(made.actor(owner), card.id, INCREASE, card.version)
    return queries.goal(made.actor(owner), card.id)


@pytest.mark.req("GOAL-01", "GOAL-02")
def test_from_draft_to_running(made):
    card = draft(made)
    assert (card.state, card.health) == ("draft", "early")
    again = rules.create_goal(made.actor("A1"), made.cycle.pk, rules.GoalInput(title="neu"))
    assert rules.create_goal(made.actor("A1"), made.cycle.pk, rules.GoalInput(title="neu")).id == again.id
    with pytest.raises(NotFound):
        queries.goal(made.actor("M1"), card.id)
    proposed = rules.propose_goal(made.actor("A1"), card.id, card.version)
    assert (proposed.state, proposed.approver_id) == ("proposed", made.company.id("M1"))
    assert rules.propose_goal(made.actor("A1"), card.id, card.version).version == proposed.version
    assert [g.id for g in queries.waiting_goals(made.actor("M1"))] == [card.id]
    running = rules.approve_goal(made.actor("M1"), card.id, proposed.version)
    assert running.state == "active"
    assert rules.approve_goal(made.actor("M1"), card.id, proposed.version).version == running.version
    with acting(system("seal_audit", "t")):
        acts = set(Entry.objects.values_list("act", flat=True))
    assert {"goals.write", "goals.propose", "goals.decide"} <= acts


@pytest.mark.parametrize("number", ["A1", "A2", "E1", "HR1", "HA1", "M2"])
def test_nobody_but_the_approver_agrees(made, number):
    card = draft(made)
    proposed = rules.propose_goal(made.actor("A1"), card.id, card.version)
    with pytest.raises((Forbidden, NotFound)):
        rules.approve_goal(made.actor(number), card.id, proposed.version)


def test_a_managers_draft_is_agreed_by_the_next_above(made):
    card = rules.create_goal(made.actor("M1"), made.cycle.pk, GOAL, owner_id=made.company.id("A1"))
    rules.add_key_result(made.actor("M1"), card.id, INCREASE, card.version)
    with pytest.raises(NotFound):
        queries.goal(made.actor("A1"), card.id)
    version = queries.goal(made.actor("M1"), card.id).version
    proposed = rules.propose_goal(made.actor("M1"), card.id, version)
    assert proposed.approver_id == made.company.id("E1")
    assert queries.goal(made.actor("A1"), card.id).state == "proposed"
    assert rules.approve_goal(made.actor("E1"), card.id, proposed.version).state == "active"


def test_nobody_but_the_outside_seat_agrees_to_the_chiefs_goals(made, owner_db):
    card = draft(made, "E1")
    with pytest.raises(approvals.NobodyLeft):
        rules.propose_goal(made.actor("E1"), card.id, card.version)
    with owner_db():
        Person.objects.filter(pk=made.company.id("B2")).update(kind="external")
    proposed = rules.propose_goal(made.actor("E1"), card.id, card.version)
    assert proposed.approver_id == made.company.id("B2")
    assert queries.goal(made.actor("B2"), card.id).is_my_turn
    assert rules.approve_goal(made.actor("B2"), card.id, proposed.version).state == "active"


def test_return_withdraw_and_lost_updates(made):
    card = draft(made)
    proposed = rules.propose_goal(made.actor("A1"), card.id, card.version)
    with pytest.raises(errors.NoReason):
        rules.return_goal(made.actor("M1"), card.id, " ", proposed.version)
    with pytest.raises(Changed):
        rules.approve_goal(made.actor("M1"), card.id, proposed.version - 1)
    back = rules.return_goal(made.actor("M1"), card.id, "目标值偏低", proposed.version)
    assert queries.goal(made.actor("A1"), card.id).comment == "目标值偏低"
    once_more = rules.propose_goal(made.actor("A1"), card.id, back.version)
    assert rules.withdraw_goal(made.actor("A1"), card.id, once_more.version).state == "draft"
    running = approved(made)
    with pytest.raises(errors.NotDraft):
        rules.propose_goal(made.actor("A1"), running.id, running.version)


def approved(made):
    card = rules.create_goal(made.actor("A1"), made.cycle.pk, rules.GoalInput(title="另一个目标"))
    rules.add_key_result(made.actor("A1"), card.id, INCREASE, card.version)
    card = queries.goal(made.actor("A1"), card.id)
    proposed = rules.propose_goal(made.actor("A1"), card.id, card.version)
    return rules.approve_goal(made.actor("M1"), card.id, proposed.version)


def test_a_goal_without_a_measure_is_not_proposed(made):
    card = rules.create_goal(made.actor("A1"), made.cycle.pk, GOAL)
    with pytest.raises(errors.NothingMeasured):
        rules.propose_goal(made.actor("A1"), card.id, card.version)


def test_weights_that_do_not_add_up_warn_or_block(made, owner_db):
    card = rules.create_goal(made.actor("A1"), made.cycle.pk, rules.GoalInput(title="半份", weight=5000))
    rules.add_key_result(made.actor("A1"), card.id, INCREASE, card.version)
    card = queries.goal(made.actor("A1"), card.id)
    proposed = rules.propose_goal(made.actor("A1"), card.id, card.version)
    with acting(made.actor("M1")):
        found = rules.hints(made.actor("M1"), proposed, made.cycle.settings)
    assert {hint.code for hint in found} == {"weights", "count", "verification"}
    with owner_db():
        Cycle.objects.update(settings={**made.cycle.settings, "goals": {"limits": "block"}})
    with pytest.raises(errors.WeightsOff):
        rules.approve_goal(made.actor("M1"), card.id, proposed.version)


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        ({"measure": "increase", "baseline": Decimal(1), "target": Decimal(1)}, "target"),
        ({"measure": "increase", "baseline": Decimal(1)}, "target"),
        ({"measure": "within", "low": Decimal(5), "high": Decimal(4), "tolerance": Decimal(1)}, "high"),
        ({"measure": "within", "low": Decimal(5), "tolerance": Decimal(0)}, "tolerance"),
        ({"measure": "band"}, "band_id"),
        ({"measure": "milestones"}, "milestones"),
        ({"measure": "yes_no", "weight": 10_001}, "weight"),
        ({"measure": "yes_no", "due": date(2026, 4, 1)}, "due"),
        ({"measure": "feeling"}, "measure"),
    ],
)
def test_what_cannot_be_measured_is_refused_by_its_field(made, entered, field):
    card = rules.create_goal(made.actor("A1"), made.cycle.pk, GOAL)
    with pytest.raises(Invalid) as refused:
        rules.add_key_result(made.actor("A1"), card.id, rules.KeyResultInput(title="x", **entered), card.version)
    assert refused.value.field == field


@pytest.mark.req("GOAL-09", "GOAL-11")
def test_a_report_measures_and_is_kept(made):
    card = approved(made)
    kr = queries.key_results(made.actor("A1"), [card])[card.id][0]
    first = rules.report(
        made.actor("A1"),
        kr.id,
        rules.ReportInput(value=Decimal("42.2"), confidence="at_risk", text="新引导上线", problem="机型碎片化"),
    )
    rollup.drain(system("goals.drain", "t"), made.cycle.pk)
    after, owner = queries.key_result(made.actor("A1"), kr.id)
    assert (after.progress, after.score, after.current) == (600_000, 6000, Decimal("42.2"))
    assert owner.progress == 600_000
    assert [point.progress for point in after.spark] == [600_000]
    line = queries.history(made.actor("M1"), card.id)[0]
    assert (line.id, line.text, line.problem, line.confidence) == (first, "新引导上线", "机型碎片化", "at_risk")


def test_the_same_report_twice_is_one_and_others_cannot_report(made):
    card = approved(made)
    kr = queries.key_results(made.actor("A1"), [card])[card.id][0]
    entered = rules.ReportInput(value=Decimal(40))
    assert rules.report(made.actor("A1"), kr.id, entered) == rules.report(made.actor("A1"), kr.id, entered)
    with pytest.raises(Forbidden):
        rules.report(made.actor("A2"), kr.id, entered)
    with pytest.raises(Invalid) as refused:
        rules.report(made.actor("A1"), kr.id, rules.ReportInput(value=Decimal(41), day=date(2026, 5, 17)))
    assert refused.value.field == "day"


def test_every_kind_of_measure_takes_its_report(made, owner_db):
    with owner_db():
        running = goal(made, "g", "A1")
    manager = made.actor("M1")
    table = metric_rules.create_band_table(
        made.actor("HA1"),
        "rate",
        "准时率",
        "interpolated",
        [Point(Decimal(80), 6000), Point(Decimal(90), 10_000), Point(Decimal(98), 12_000)],
    )
    table = metric_rules.freeze_band_table(made.actor("HA1"), table.id, table.version)
    steps = [rules.MilestoneInput(name=n, due=date(2026, 5, 1), weight=w) for n, w in (("a", 4000), ("b", 6000))]
    ids: dict[str, int] = {}
    kinds: tuple[tuple[str, dict[str, Any]], ...] = (
        ("band", {"band_id": table.id}),
        ("yes_no", {}),
        ("milestones", {"milestones": steps}),
        ("within", {"low": Decimal(95), "high": Decimal(99), "tolerance": Decimal(2)}),
        ("count", {"target": Decimal(10)}),
    )
    for measure, more in kinds:
        version = queries.goal(manager, running.pk).version
        entered = rules.KeyResultInput(title=measure, measure=measure, **more)
        ids[measure] = rules.add_key_result(manager, running.pk, entered, version)
    owner = made.actor("A1")
    step = queries.key_result(owner, ids["milestones"])[0].milestones[0].id
    given: dict[str, dict[str, Any]] = {
        "band": {"value": Decimal(87)},
        "yes_no": {"answer": True},
        "milestones": {"finished": [step]},
        "within": {"value": Decimal(94)},
        "count": {"value": Decimal(3)},
    }
    reached = {}
    for measure, value in given.items():
        rules.report(owner, ids[measure], rules.ReportInput(**value))
        reached[measure] = queries.key_result(owner, ids[measure])[0].progress
    assert reached == {"band": 880_000, "yes_no": 1_000_000, "milestones": 400_000, "within": 500_000, "count": 300_000}


def test_reports_stop_when_manager_reviews_begin(made, owner_db):
    card = approved(made)
    kr = queries.key_results(made.actor("A1"), [card])[card.id][0]
    with owner_db():
        put_in_phase("C05")
    with pytest.raises(WrongPhase):
        rules.report(made.actor("A1"), kr.id, rules.ReportInput(value=Decimal(40)))
    assert rules.close_cycle(system("goals.close_when_due", "t"), made.cycle.pk) == 1
    assert queries.goal(made.actor("A1"), card.id).state == "closed"
    with pytest.raises(errors.NotRunning):
        rules.report(made.actor("M1"), kr.id, rules.ReportInput(value=Decimal(40)))


@pytest.mark.req("GOAL-04")
def test_alignment_is_asked_accepted_and_weighted(made, owner_db):
    with owner_db():
        parent, child = goal(made, "parent", "M1"), goal(made, "child", "A1")
        key_result(parent, weight=3000)
        key_result(parent, weight=5000)
    asked = rules.propose_alignment(made.actor("A1"), child.pk, parent.pk)
    assert [a.id for a in queries.waiting_alignments(made.actor("M1"))] == [asked]
    with pytest.raises((Forbidden, NotFound)):
        rules.accept_alignment(made.actor("A1"), asked, 2)
    rules.accept_alignment(made.actor("M1"), asked, version_of(made, asked))
    with acting(made.actor("A1")):
        line = Alignment.objects.get(pk=asked)
    assert (line.state, line.weight) == ("accepted", 4000)
    assert [step.title for step in queries.goal_view(made.actor("A1"), child.pk).chain] == ["parent"]


def version_of(made, alignment_id):
    with acting(made.actor("M1")):
        return Alignment.objects.get(pk=alignment_id).version


@pytest.mark.req("GOAL-04")
def test_no_goal_serves_itself_or_counts_twice(made, owner_db):
    with owner_db():
        a, b, c = (goal(made, title, "A1") for title in "abc")
        aligned(a, b)
        aligned(b, c)
    actor = made.actor("A1")
    with pytest.raises(errors.Circle):
        rules.propose_alignment(actor, c.pk, a.pk)
    with pytest.raises(errors.Circle):
        rules.propose_alignment(actor, a.pk, a.pk)
    with pytest.raises(errors.SecondParent):
        rules.propose_alignment(actor, a.pk, c.pk)
    extra = rules.propose_alignment(actor, a.pk, c.pk, rolls_up=False)
    with acting(actor):
        assert Alignment.objects.get(pk=extra).state == "accepted"


def test_a_declined_alignment_says_why(made, owner_db):
    with owner_db():
        parent, child = goal(made, "parent", "M2"), goal(made, "child", "A1")
    asked = rules.propose_alignment(made.actor("A1"), child.pk, parent.pk)
    with pytest.raises(errors.NoReason):
        rules.decline_alignment(made.actor("M2"), asked, "", version_of(made, asked))
    rules.decline_alignment(made.actor("M2"), asked, "不是我们的重点", version_of(made, asked))
    with acting(made.actor("A1")):
        line = Alignment.objects.get(pk=asked)
    assert (line.state, line.comment) == ("declined", "不是我们的重点")


def test_only_the_manager_changes_the_terms_of_a_running_goal(made):
    card = approved(made)
    kr = queries.key_results(made.actor("A1"), [card])[card.id][0]
    with pytest.raises(Forbidden):
        rules.reweigh_key_result(made.actor("A1"), kr.id, 5000, kr.version)
    assert rules.reweigh_key_result(made.actor("M1"), kr.id, 5000, kr.version) == kr.version + 1
    with pytest.raises(errors.LastKeyResult):
        rules.drop_key_result(made.actor("M1"), kr.id, kr.version + 1)


def test_a_new_target_measures_what_was_reported_anew(made):
    card = approved(made)
    kr = queries.key_results(made.actor("A1"), [card])[card.id][0]
    rules.report(made.actor("A1"), kr.id, rules.ReportInput(value=Decimal(42)))
    easier = rules.KeyResultInput(
        title="30 日留存率", measure="increase", baseline=Decimal(38), target=Decimal(42), unit="%", weight=10_000
    )
    rules.edit_key_result(made.actor("M1"), kr.id, easier, kr.version)
    assert queries.key_result(made.actor("A1"), kr.id)[0].progress == 1_000_000
    with acting(made.actor("A1")):
        assert Update.objects.count() == 1


@pytest.mark.req("GOAL-01")
def test_a_new_manager_takes_over_what_waits(made, owner_db, worker_db):
    card = draft(made)
    rules.propose_goal(made.actor("A1"), card.id, card.version)
    with owner_db():
        person = made.company.people["A1"]
        person.manager = made.company.people["M2"]
        person.save(update_fields=["manager"])
    job = system("goals.find_new_approver", "t")
    with worker_db():
        assert agree.find_new_approver(job, made.company.id("A1")) == 1
        assert agree.find_new_approver(job, made.company.id("A1")) == 0
    assert queries.goal(made.actor("A1"), card.id).approver_id == made.company.id("M2")
    assert [g.id for g in queries.waiting_goals(made.actor("M2"))] == [card.id]
    assert queries.waiting_goals(made.actor("M1")) == []


def test_a_draft_can_be_thrown_away_and_a_running_goal_cannot(made):
    card = draft(made)
    rules.discard_draft(made.actor("A1"), card.id, card.version)
    with acting(made.actor("A1")):
        assert not KeyResult.objects.exists()
    running = approved(made)
    with pytest.raises((Forbidden, errors.NotDraft)):
        rules.discard_draft(made.actor("A1"), running.id, running.version)
