"""What nobody agreed to while goals could be agreed to: given back by the system, owner and approver told."""

from __future__ import annotations

from typing import Any

import pytest

from beichen.goals import access, queries, rules
from beichen.goals.models import Goal
from beichen.goals.rules import close
from beichen.goals.tests.makers import goal, world
from beichen.goals.tests.test_rules import approved, draft
from beichen.people.events import CycleMoved
from beichen.people.rules.cycles import WrongPhase
from beichen.platform.access.current import acting
from beichen.platform.access.permissions import may
from beichen.platform.approvals.models import Run, Step
from beichen.platform.audit.models import Entry
from beichen.platform.events.bus import publish
from beichen.platform.events.tests.drain import drain
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Forbidden
from beichen.platform.notify.models import Notice
from tests.database import put_in_phase

pytestmark = pytest.mark.django_db
JOB = system("goals.give_back", "test")


@pytest.fixture
def made(owner_db: Any) -> Any:
    with owner_db():
        return world()


def proposed(made: Any, owner: str) -> Any:
    card = draft(made, owner)
    return rules.propose_goal(made.actor(owner), card.id, card.version)


def moved(made: Any, worker_db: Any, phase: str) -> None:
    put_in_phase(phase)
    with worker_db(), acting(JOB):
        publish(CycleMoved(cycle_id=made.cycle.pk, phase=phase))
    drain()


@pytest.mark.req("GOAL-01", "INSIGHT-01")
@pytest.mark.parametrize("phase", ["C03", "C05", "C07"])
def test_what_waits_goes_back_when_the_time_is_over(made: Any, worker_db: Any, owner_db: Any, phase: str) -> None:
    cards = [proposed(made, "A1"), proposed(made, "A2")]
    running = approved(made)
    moved(made, worker_db, phase)
    assert queries.waiting_goals(made.actor("M1")) == []
    for card, number in zip(cards, ("A1", "A2"), strict=True):
        view = queries.goal_view(made.actor(number), card.id)
        assert (view.goal.state, view.goal.version, view.is_late) == ("draft", card.version + 1, True)
        assert not any((view.may_edit, view.may_withdraw, view.may_decide, view.may_align))
    assert queries.goal(made.actor("A1"), running.id).state == ("active" if phase == "C03" else "closed")
    with owner_db():
        told = set(Notice.objects.exclude(template__startswith="approvals.").values_list("addressee_id", "template"))
        params = Notice.objects.get(template="goals.no_longer_asked").params
        assert set(Run.objects.values_list("state", flat=True)) == {"withdrawn", "approved"}
        assert not Step.objects.filter(state="asked").exists()
        [line] = Entry.objects.filter(act="goals.give_back")
    people = made.company
    assert told == {
        (people.id("A1"), "goals.given_back"), (people.id("A2"), "goals.given_back"),
        (people.id("M1"), "goals.no_longer_asked"),
    }  # fmt: skip
    assert params == {"count": 2, "period": "2026Q2"}
    assert (line.details["ids"], line.job) == ([card.id for card in cards], "goals.give_back")


@pytest.mark.req("GOAL-01")
def test_nothing_goes_back_while_goals_can_be_agreed_to(made: Any, worker_db: Any) -> None:
    card = proposed(made, "A1")
    moved(made, worker_db, "C02")
    assert [g.id for g in queries.waiting_goals(made.actor("M1"))] == [card.id]


@pytest.mark.req("GOAL-01")
def test_a_second_run_finds_nothing_and_nobody_proposes_again(made: Any, worker_db: Any) -> None:
    card = proposed(made, "A1")
    moved(made, worker_db, "C03")
    with worker_db():
        assert close.give_back(JOB, made.cycle.pk) == 0
    with pytest.raises(WrongPhase):
        rules.propose_goal(made.actor("A1"), card.id, card.version + 1)


@pytest.mark.req("INSIGHT-01")
def test_before_the_job_came_by_nobody_is_asked_for_what_cannot_be_decided(made: Any) -> None:
    proposed(made, "A1")
    put_in_phase("C03")
    assert queries.waiting_goals(made.actor("M1")) == []


@pytest.mark.req("GOAL-02", "INSIGHT-01")
@pytest.mark.parametrize("phase", ["C03", "C04", "C05"])
def test_alignments_are_answered_while_goals_can_be_agreed_to(made: Any, owner_db: Any, phase: str) -> None:
    with owner_db():
        parent, child = goal(made, "parent", "M1"), goal(made, "child", "A1")
        served = goal(made, "served", "A1")
    boss, owner = made.actor("M1"), made.actor("A1")
    asked = rules.propose_alignment(owner, child.pk, parent.pk)
    held = rules.propose_alignment(owner, served.pk, parent.pk)
    rules.accept_alignment(boss, held, queries.waiting_alignments(boss)[1].version)
    [ask] = queries.waiting_alignments(boss)
    put_in_phase(phase)
    assert queries.waiting_alignments(boss) == []
    for late in (
        lambda: rules.accept_alignment(boss, asked, ask.version),
        lambda: rules.decline_alignment(boss, asked, "another goal", ask.version),
        lambda: rules.decline_alignment(boss, held, "another goal", 3),
    ):
        with pytest.raises(WrongPhase):
            late()
    assert {line.state for line in queries.goal_view(boss, parent.pk).children} == {"proposed", "accepted"}


@pytest.mark.req("GOAL-02")
@pytest.mark.parametrize(("phase", "aligns"), [("C02", True), ("C03", False), ("C04", False)])
def test_a_running_goal_offers_reports_alone_once_nothing_can_be_agreed_to(
    made: Any, phase: str, *, aligns: bool
) -> None:
    card = approved(made)
    put_in_phase(phase)
    view = queries.goal_view(made.actor("A1"), card.id)
    assert (view.may_report, view.may_align, view.in_time, view.is_late) == (True, aligns, aligns, False)
    assert queries.goal_view(made.actor("M1"), card.id).may_adjust is aligns


@pytest.mark.req("BASE-01")
def test_only_the_job_gives_back(made: Any) -> None:
    for number in ("M1", "HR1", "HA1", "A1"):
        with acting(made.actor(number)):
            assert not may(made.actor(number), access.GIVE_BACK)
        with pytest.raises(Forbidden):
            close.give_back(made.actor(number), made.cycle.pk)


@pytest.mark.req("GOAL-01")
def test_a_draft_that_a_manager_wrote_belongs_to_its_owner_afterwards(made: Any, owner_db: Any, worker_db: Any) -> None:
    card = proposed(made, "A1")
    with owner_db():
        Goal.objects.filter(pk=card.id).update(author=made.company.people["M1"])
    moved(made, worker_db, "C03")
    assert queries.goal(made.actor("A1"), card.id).author_id == made.company.id("A1")
