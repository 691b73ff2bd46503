"""Agreeing on goals through the approval engine: steps, handing on, time running out, several at once, ambition."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from beichen.goals import queries, rules
from beichen.goals.models import Alignment, GoalStat
from beichen.goals.rules import errors
from beichen.goals.tests.makers import NOON, browser, goal, key_result, world
from beichen.goals.tests.test_rules import GOAL, INCREASE, approved, draft
from beichen.people.models import Cycle, Period, Person
from beichen.platform.access.current import acting
from beichen.platform.approvals import rules as approvals
from beichen.platform.approvals.jobs import escalate
from beichen.platform.approvals.models import Step
from beichen.platform.audit.models import Entry
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Forbidden, NotFound, Refused
from beichen.platform.notify.queries import notices

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_16_may")]
TWO_STEPS = [{"role": "LM", "days": 5}, {"role": "SK", "days": 3}]
LAST_DAY = date(2026, 5, 20)


@pytest.fixture
def made(owner_db):
    with owner_db():
        return world()


def proposed(made, owner="A1"):
    card = draft(made, owner)
    return rules.propose_goal(made.actor(owner), card.id, card.version)


def steps_of(made, number, goal_id):
    return [(s.role, s.state, s.name) for s in queries.agreement(made.actor(number), goal_id).steps]


def two_steps(made, owner_db):
    with owner_db():
        settings = {**made.cycle.settings, "goals": {**made.cycle.settings["goals"], "approval": TWO_STEPS}}
        Cycle.objects.update(settings=settings)


@pytest.mark.req("GOAL-01")
def test_a_cycle_may_ask_the_next_manager_as_well(made, owner_db):
    two_steps(made, owner_db)
    card = proposed(made)
    between = rules.approve_goal(made.actor("M1"), card.id, card.version)
    assert (between.state, between.version, between.approver_id) == ("proposed", card.version, made.company.id("E1"))
    assert rules.approve_goal(made.actor("M1"), card.id, card.version).state == "proposed"
    with pytest.raises(approvals.NotYourTurn):
        rules.return_goal(made.actor("M1"), card.id, "doch nicht", card.version)
    assert queries.waiting_goals(made.actor("M1")) == []
    assert [g.id for g in queries.waiting_goals(made.actor("E1"))] == [card.id]
    assert steps_of(made, "A1", card.id) == [("LM", "approved", "M1"), ("SK", "asked", "E1")]
    running = rules.approve_goal(made.actor("E1"), card.id, card.version)
    assert (running.state, running.approver_id) == ("active", None)
    assert steps_of(made, "A1", card.id) == [("LM", "approved", "M1"), ("SK", "approved", "E1")]


def test_either_step_may_return_and_the_way_begins_anew(made, owner_db):
    two_steps(made, owner_db)
    card = proposed(made)
    rules.approve_goal(made.actor("M1"), card.id, card.version)
    back = rules.return_goal(made.actor("E1"), card.id, "目标值偏低", card.version)
    assert back.state == "draft"
    with pytest.raises(NotFound):
        queries.goal(made.actor("E1"), card.id)
    once_more = rules.propose_goal(made.actor("A1"), card.id, back.version)
    assert once_more.approver_id == made.company.id("M1")


def test_a_second_approver_is_told_apart_from_the_first(made):
    card = proposed(made)
    for number, refusal in (("HR1", Forbidden), ("HA2", Forbidden), ("A2", NotFound), ("M2", NotFound)):
        with pytest.raises(refusal):
            rules.approve_goal(made.actor(number), card.id, card.version)
    assert queries.goal(made.actor("HR1"), card.id).approver_id is None
    rules.approve_goal(made.actor("M1"), card.id, card.version)
    with pytest.raises(errors.NotProposed):
        rules.approve_goal(made.actor("HR1"), card.id, card.version)


@pytest.mark.req("GOAL-01")
def test_a_step_is_handed_to_who_could_agree_as_well(made):
    card = proposed(made)
    manager, partner = made.actor("M1"), made.actor("HR1")
    _, people = queries.stand_ins(manager, card.id)
    assert {p.number for p in people} == {"E1", "HR1", "HR2", "HA1", "HA2"}
    for number in ("A1", "A2", "M2", "M1", "CA1"):
        with pytest.raises(approvals.NotDelegable):
            rules.hand_on(manager, card.id, made.company.id(number), LAST_DAY, card.version)
    with pytest.raises(approvals.NotDelegable):
        rules.hand_on(manager, card.id, partner.person_id or 0, LAST_DAY + timedelta(days=30), card.version)
    rules.hand_on(manager, card.id, partner.person_id or 0, LAST_DAY, card.version)
    rules.hand_on(manager, card.id, partner.person_id or 0, LAST_DAY, card.version)
    assert [g.id for g in queries.waiting_goals(partner)] == [card.id]
    with pytest.raises(approvals.NotDelegable):
        rules.hand_on(partner, card.id, made.company.id("E1"), LAST_DAY, card.version)
    assert rules.approve_goal(partner, card.id, card.version).state == "active"
    (step,) = queries.agreement(made.actor("A1"), card.id).steps
    assert (step.decided_by_name, step.on_behalf_of_name) == ("HR1", "M1")


def test_handing_on_ends_with_its_day_and_the_approver_decides_meanwhile(made):
    card = proposed(made)
    rules.hand_on(made.actor("M1"), card.id, made.company.id("HR1"), LAST_DAY, card.version)
    with clock.frozen(NOON + timedelta(days=5)):
        assert queries.waiting_goals(made.actor("HR1")) == []
        with pytest.raises(approvals.NotYourTurn):
            rules.approve_goal(made.actor("HR1"), card.id, card.version)
        assert rules.approve_goal(made.actor("M1"), card.id, card.version).state == "active"


def test_the_owner_hands_nothing_on(made):
    card = proposed(made)
    with pytest.raises(Forbidden):
        rules.hand_on(made.actor("A1"), card.id, made.company.id("HR1"), LAST_DAY, card.version)


@pytest.mark.req("GOAL-01")
def test_an_overdue_step_goes_up_and_the_goal_with_it(made, worker_db):
    card = proposed(made)
    with clock.frozen(NOON + timedelta(days=5, hours=1)):
        with worker_db():
            escalate.now()
        assert [g.id for g in queries.waiting_goals(made.actor("E1"))] == [card.id]
        assert queries.waiting_goals(made.actor("M1")) == []
        assert steps_of(made, "A1", card.id) == [("LM", "passed_on", "M1"), ("SK", "asked", "E1")]
        assert rules.approve_goal(made.actor("E1"), card.id, card.version).state == "active"


def test_the_author_does_not_agree_after_the_manager_changed(made, owner_db):
    """M1 drafted for A1, who reports to M2 now: M2 proposes it on, and M1, who is nobody's step, is never asked."""
    card = rules.create_goal(made.actor("M1"), made.cycle.pk, GOAL, owner_id=made.company.id("A1"))
    rules.add_key_result(made.actor("M1"), card.id, INCREASE, card.version)
    with owner_db():
        Person.objects.filter(pk=made.company.id("M2")).update(manager=made.company.people["M1"])
        Person.objects.filter(pk=made.company.id("A1")).update(manager=made.company.people["M2"])
    version = queries.goal(made.actor("M2"), card.id).version
    sent = rules.propose_goal(made.actor("M2"), card.id, version)
    assert sent.approver_id not in (made.company.id("M1"), made.company.id("M2"), made.company.id("A1"))


@pytest.mark.req("GOAL-01")
def test_several_are_agreed_to_at_once_and_each_on_its_own(made):
    first = proposed(made)
    card = rules.create_goal(made.actor("A2"), made.cycle.pk, rules.GoalInput(title="第二个"))
    rules.add_key_result(made.actor("A2"), card.id, INCREASE, card.version)
    second = rules.propose_goal(made.actor("A2"), card.id, queries.goal(made.actor("A2"), card.id).version)
    done = rules.approve_goals(made.actor("M1"), [(first.id, first.version), (second.id, second.version - 1)])
    assert (done.count, [title for title, _ in done.refused]) == (1, ["第二个"])
    states = {g: queries.goal(made.actor("M1"), g).state for g in (first.id, second.id)}
    assert states == {first.id: "active", second.id: "proposed"}


def test_everybody_is_told_what_concerns_them(made):
    card = proposed(made)
    assert [n.text for n in notices(made.actor("M1"))] == [f"等你审批：{GOAL.title}"]
    rules.return_goal(made.actor("M1"), card.id, "目标值偏低", card.version)
    again = queries.goal(made.actor("A1"), card.id)
    again = rules.propose_goal(made.actor("A1"), card.id, again.version)
    rules.approve_goal(made.actor("M1"), card.id, again.version)
    texts = [n.text for n in notices(made.actor("A1"))]
    assert sorted(texts) == sorted([f"已退回，附有意见：{GOAL.title}", f"已同意：{GOAL.title}"])
    assert not any("偏低" in text for text in texts)


@pytest.mark.req("GOAL-04")
def test_alignment_tells_the_other_side_and_never_of_a_draft(made, owner_db):
    with owner_db():
        parent = goal(made, "parent", "M2")
        other = goal(made, "other", "B1")
    card = draft(made)
    rules.propose_alignment(made.actor("A1"), card.id, parent.pk)
    assert notices(made.actor("M2")) == []
    sent = rules.propose_goal(made.actor("A1"), card.id, queries.goal(made.actor("A1"), card.id).version)
    rules.approve_goal(made.actor("M1"), card.id, sent.version)
    assert [GOAL.title in n.text and "parent" in n.text for n in notices(made.actor("M2"))] == [True]
    asked = rules.propose_alignment(made.actor("B1"), other.pk, parent.pk, rolls_up=False)
    with acting(made.actor("M2")):
        version = Alignment.objects.get(pk=asked).version
    rules.decline_alignment(made.actor("M2"), asked, "不是我们的重点", version)
    (told,) = notices(made.actor("B1"))
    assert "other" in told.text
    assert "重点" not in told.text


@pytest.mark.req("GOAL-02")
def test_the_owner_asks_whether_it_is_too_conservative(made):
    card = draft(made)
    assert rules.doubt_goal(made.actor("A1"), card.id).is_doubted
    assert notices(made.actor("M1")) == []
    sent = rules.propose_goal(made.actor("A1"), card.id, queries.goal(made.actor("A1"), card.id).version)
    assert sorted("太保守" in n.text for n in notices(made.actor("M1"))) == [False, True]
    assert queries.waiting_goals(made.actor("M1"))[0].is_doubted
    rules.doubt_goal(made.actor("A1"), card.id)
    assert len(notices(made.actor("M1"))) == 2
    with pytest.raises(Forbidden):
        rules.doubt_goal(made.actor("M1"), card.id)
    assert not rules.approve_goal(made.actor("M1"), card.id, sent.version).is_doubted
    with pytest.raises(errors.NotDraft):
        rules.doubt_goal(made.actor("A1"), card.id)


@pytest.mark.django_db(transaction=True)
@pytest.mark.fault("F18")
def test_two_approvers_at_once_make_one_decision(owner_db, made):
    card = proposed(made)
    rules.hand_on(made.actor("M1"), card.id, made.company.id("HR1"), LAST_DAY, card.version)

    def press(number):
        try:
            return rules.approve_goal(made.actor(number), card.id, card.version).state
        except Refused as why:
            return why.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(press, ("M1", "HR1")))
    assert answers == ["active", "goal_not_proposed"]
    with acting(system("seal_audit", "t")):
        decided = Entry.objects.filter(act="goals.decide").count()
    assert decided == 1
    with owner_db():
        assert Step.objects.filter(state="approved").count() == 1


# ── ambition ────────────────────────────────────────────────────────────────────────────────────────────────────


def closed(made, owner, progress, *, cycle, ambition="committed", visibility="public", **result):
    """A closed goal of the quarter before, and how far it came."""
    done = goal(
        made, f"{owner} {progress} {ambition}", owner, state="closed", cycle=cycle, ambition=ambition,
        visibility=visibility, start=date(2026, 1, 1), due=date(2026, 3, 31),
    )  # fmt: skip
    GoalStat.objects.create(goal=done, progress=progress, score=progress // 100)
    if result:
        reached = result.pop("reached")
        kr = key_result(done, INCREASE.title, unit="%", **result)
        kr.stat.current, kr.stat.progress = reached, progress
        kr.stat.save()
    return done


@pytest.fixture
def quarter_before(made, owner_db):
    with owner_db():
        period = Period.objects.create(key="2026Q1", kind="quarter", starts_on="2026-01-01", ends_on="2026-03-31")
        return Cycle.objects.create(
            period=period, scope=made.company.units["U0"], phase="C11", settings=made.cycle.settings
        )


@pytest.mark.req("GOAL-02")
@pytest.mark.parametrize(
    ("baseline", "target", "reached", "code", "tenths"),
    [
        (30, 40, 36, None, 0),  # moved 6 of 10; 38 → 45 is 7: about as far
        (34, 38, 37, "far", 23),  # moved 3; 7 is 2.3 times that
        (20, 40, 38, "safe", 4),  # moved 18; 7 is 0.4 of that
        (30, 40, 46, "reached", 0),  # stood at 46 already
        (38, 45, 38, "still", 0),
        (0, 40, 38, "safe", 2),  # from nothing: moved 38
    ],
)
def test_a_target_beside_the_same_measure_of_the_last_quarter(
    made, owner_db, quarter_before, baseline, target, reached, code, tenths
):
    with owner_db():
        closed(
            made, "A1", 620_000, cycle=quarter_before, baseline=Decimal(baseline), target=Decimal(target),
            reached=Decimal(reached),
        )  # fmt: skip
    card = proposed(made)
    for number in ("A1", "M1"):
        found = queries.agreement(made.actor(number), card.id).attained
        assert found is not None
        (line,) = found.same
        asked = (line.question.code, line.question.tenths) if line.question else (None, 0)
        assert asked == (code, tenths)
        assert (found.period, found.committed, found.stretch) == ("2026Q1", 620_000, None)
    with owner_db():
        client = browser(made, "M1")
    shown = client.get(reverse("goals:agreement", args=[card.id]))
    assert shown.status_code == 200
    assert (f"{baseline} → {reached}" in shown.content.decode()) is bool(code)


@pytest.mark.req("GOAL-02")
def test_committed_and_stretch_of_the_past_stand_apart(made, owner_db, quarter_before):
    with owner_db():
        closed(made, "A1", 1_000_000, cycle=quarter_before)
        closed(made, "A1", 400_000, cycle=quarter_before, ambition="stretch")
        closed(made, "A1", 700_000, cycle=quarter_before, ambition="stretch")
    found = queries.agreement(made.actor("A1"), proposed(made).id).attained
    assert found is not None
    assert (found.committed, found.stretch, found.question) == (1_000_000, 550_000, None)


def test_everything_reached_asks_for_more(made, owner_db, quarter_before):
    with owner_db():
        closed(made, "A1", 1_000_000, cycle=quarter_before)
    found = queries.agreement(made.actor("A1"), proposed(made).id).attained
    assert found is not None
    assert found.question is not None
    assert found.question.code == "all_reached"


@pytest.mark.req("GOAL-02")
def test_colleagues_are_compared_from_five_on_and_by_public_goals_alone(made, owner_db, quarter_before):
    others = ("A2", "A3", "B1", "B2")
    with owner_db():
        Person.objects.update(position="产品经理")
        closed(made, "A1", 500_000, cycle=quarter_before)
        for number in others:
            closed(made, number, 800_000, cycle=quarter_before)
        closed(made, "M2", 100_000, cycle=quarter_before, visibility="restricted")
    card = proposed(made)
    found = queries.agreement(made.actor("M1"), card.id).attained
    assert found is not None
    assert found.group is None
    with owner_db():
        closed(made, "HR2", 300_000, cycle=quarter_before)
    found = queries.agreement(made.actor("M1"), card.id).attained
    assert found is not None
    assert found.group is not None
    assert (found.group.name, found.group.people, found.group.progress) == ("产品经理", 5, 700_000)


def test_a_running_goal_is_asked_no_question(made, owner_db, quarter_before):
    with owner_db():
        closed(made, "A1", 1_000_000, cycle=quarter_before)
    assert queries.agreement(made.actor("A1"), approved(made).id).attained is None


@pytest.mark.req("GOAL-02")
def test_plan_and_team_tell_committed_from_stretch(made, owner_db):
    with owner_db():
        for title, ambition, progress in (("c", "committed", 900_000), ("s", "stretch", 300_000)):
            GoalStat.objects.create(goal=goal(made, title, "A1", weight=5000, ambition=ambition), progress=progress)
    plan = queries.plan(made.actor("M1"), made.company.id("A1"), made.cycle.pk)
    assert (plan.progress, plan.committed, plan.stretch) == (600_000, 900_000, 300_000)
    line = next(x for x in queries.team(made.actor("M1"), made.cycle.pk) if x.person.number == "A1")
    assert (line.committed, line.stretch) == (900_000, 300_000)
