"""Approvals: who is asked, what each act does, and what nobody can do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import translation

from beichen.people.models import Person
from beichen.people.tests.makers import Company, small
from beichen.platform.access.current import acting
from beichen.platform.approvals import choices, queries, rules
from beichen.platform.approvals.events import ApprovalFinished
from beichen.platform.approvals.models import Run, Step
from beichen.platform.approvals.rules import StepSpec
from beichen.platform.events import bus
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Changed, NotFound
from beichen.platform.notify.queries import notices

pytestmark = pytest.mark.django_db

GOAL = choices.kind("approvals.test_goal", "Goal", url_name="home")
BONUS = choices.kind("approvals.test_bonus", "Bonus", url_name="home", delegable=False, open_to_subject=False)
LINE = [StepSpec("LM"), StepSpec("SK")]

finished: list[ApprovalFinished] = []


@bus.on(ApprovalFinished)
def note_outcome(event: ApprovalFinished) -> None:
    finished.append(event)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def company(owner_db) -> Company:
    """A1 reports to M1, M1 to E1; HR1 looks after U1; HA1 and HA2 administer."""
    finished.clear()
    with owner_db():
        return small()


@pytest.fixture
def who(company):
    return company.actor


def begin(who: Any, flow: list[StepSpec] = LINE, **more: Any) -> Run:
    return rules.start(who("A1"), GOAL, 5, who("A1").person_id, flow, **more)


@pytest.mark.req("GOAL-02")
def test_each_step_asks_the_next_and_the_last_one_finishes(who, drain_jobs):
    begin(who, title="次日留存提升")
    assert [line.text for line in notices(who("M1"))] == ["Waiting for your approval: 次日留存提升"]
    assert rules.approve(who("M1"), GOAL, 5, 1).state == "pending"
    assert [each.object_id for each in queries.waiting_for(who("E1"))] == ["5"]
    assert rules.approve(who("E1"), GOAL, 5, 1).state == "approved"
    assert drain_jobs() == ["on:approvals.note_outcome"]
    assert finished == [ApprovalFinished(GOAL, "5", "approved")]
    assert [line.text for line in notices(who("A1"))] == ["Approved: 次日留存提升"]
    assert [(line.n, line.state, line.decided_by) for line in queries.history(who("A1"), GOAL, 5)] == [
        (1, "approved", who("M1").person_id),
        (2, "approved", who("E1").person_id),
    ]


@pytest.mark.req("BASE-03")
def test_notice_speaks_the_language_of_its_reader(who):
    begin(who, title="次日留存提升")
    with translation.override("zh-hans"):
        assert [line.text for line in notices(who("M1"))] == ["等你审批：次日留存提升"]


def test_returning_says_why_and_ends_the_run(who):
    begin(who)
    with pytest.raises(rules.CommentMissing):
        rules.return_(who("M1"), GOAL, 5, "  ")
    assert rules.return_(who("M1"), GOAL, 5, "目标值偏低").state == "returned"
    assert [(line.state, line.comment) for line in queries.history(who("A1"), GOAL, 5)] == [
        ("returned", "目标值偏低"),
        ("void", ""),
    ]
    assert queries.current_step(who("A1"), GOAL, 5) is None
    assert begin(who, version=2).state == "pending"


def test_withdrawing_is_for_the_one_who_started_or_the_subject(who):
    begin(who)
    with pytest.raises(rules.NotYourTurn):
        rules.withdraw(who("M1"), GOAL, 5)
    assert rules.withdraw(who("A1"), GOAL, 5).state == "withdrawn"
    with pytest.raises(NotFound):
        rules.approve(who("M1"), GOAL, 5, 1)


def test_second_click_changes_nothing(who):
    begin(who)
    rules.approve(who("M1"), GOAL, 5, 1)
    assert rules.approve(who("M1"), GOAL, 5, 1).state == "pending"
    step = queries.current_step(who("A1"), GOAL, 5)
    assert step is not None
    assert step.approver_id == who("E1").person_id


def test_what_was_read_is_what_is_approved(who):
    begin(who, version=3)
    with pytest.raises(Changed):
        rules.approve(who("M1"), GOAL, 5, 2)


def test_one_open_run_per_object(who):
    begin(who)
    with pytest.raises(rules.AlreadyRunning):
        begin(who)


@pytest.mark.req("BASE-01")
def test_only_the_one_whose_turn_it_is_decides(who):
    begin(who)
    with pytest.raises(rules.NotYourTurn):
        rules.approve(who("E1"), GOAL, 5, 1)
    for stranger in ("B1", "M2", "HA1", "CA1"):
        with pytest.raises(NotFound):
            rules.approve(who(stranger), GOAL, 5, 1)
        assert queries.history(who(stranger), GOAL, 5) == []


@pytest.mark.req("BASE-01")
def test_raw_sql_shows_a_run_to_those_who_take_part(who):
    begin(who)
    seen = {}
    for number in ("A1", "M1", "E1", "A2", "HA1", "CA1"):
        with acting(who(number)):
            seen[number] = (Run.objects.count(), Step.objects.count())
    assert seen == {"A1": (1, 2), "M1": (1, 2), "E1": (1, 2), "A2": (0, 0), "HA1": (0, 0), "CA1": (0, 0)}
    assert Run.objects.count() == 0


def test_subject_of_a_closed_kind_sees_nothing_of_it(who):
    rules.start(who("M1"), BONUS, 9, who("A1").person_id, [StepSpec("SK")])
    assert queries.history(who("A1"), BONUS, 9) == []
    with pytest.raises(NotFound):
        rules.withdraw(who("A1"), BONUS, 9)
    assert notices(who("A1")) == []


def test_missing_people_pass_to_the_next_of_the_order(who):
    """E1 has no manager: LM, SK and a seat below E1 are empty or masked; nobody is left without an outside seat."""
    with pytest.raises(rules.NobodyLeft):
        rules.start(who("E1"), GOAL, 1, who("E1").person_id, LINE)
    run = rules.start(who("M1"), GOAL, 2, who("M1").person_id, LINE)
    with acting(who("M1")):
        assert [(step.role, step.approver_id) for step in run.steps.order_by("n")] == [
            ("LM", who("E1").person_id),
            ("BP", who("HR1").person_id),
        ]


def test_outside_seat_stands_in_for_nobody(who, company, owner_db):
    with owner_db():
        board = company.people["B2"]
        Person.objects.filter(pk=board.pk).update(kind="external")
    run = rules.start(who("E1"), GOAL, 1, who("E1").person_id, [StepSpec("LM")])
    with acting(who("E1")):
        assert run.steps.get().approver_id == board.pk


def test_who_proposes_for_somebody_does_not_approve_it(who):
    """The manager drafts for A1, so A1's line manager is the starter: the next one up is asked."""
    run = rules.start(who("M1"), GOAL, 5, who("A1").person_id, [StepSpec("LM")])
    with acting(who("M1")):
        assert run.steps.get().approver_id == who("E1").person_id


@pytest.mark.req("BASE-01")
@pytest.mark.parametrize("column", ["approver_id", "decided_by", "delegate_id"])
@pytest.mark.parametrize("person", ["subject", "starter"])
def test_database_refuses_a_self_approval(who, column, person, owner_db):
    run = rules.start(who("M1"), GOAL, 5, who("A1").person_id, [StepSpec("SK")])
    culprit = {"subject": who("A1"), "starter": who("M1")}[person].person_id
    until = ", delegated_until = now()" if column == "delegate_id" else ""
    sql = f"UPDATE approvals_step SET {column} = %s{until} WHERE run_id = %s"
    with owner_db(), pytest.raises(IntegrityError, match="approvals_no_self"), transaction.atomic():
        connection.cursor().execute(sql, [culprit, run.pk])


def test_database_refuses_any_other_edge(who, owner_db):
    begin(who)
    rules.withdraw(who("A1"), GOAL, 5)
    with owner_db(), pytest.raises(DatabaseError, match="may not go"), transaction.atomic():
        Run.objects.update(state="approved")


def test_delegate_decides_in_the_name_of_the_approver(who):
    begin(who, [StepSpec("LM")])
    rules.delegate(who("M1"), GOAL, 5, who("M2").person_id, clock.now() + timedelta(days=5))
    assert queries.waiting_for(who("M2"))[0].on_behalf_of == who("M1").person_id
    rules.approve(who("M2"), GOAL, 5, 1)
    (line,) = queries.history(who("A1"), GOAL, 5)
    assert (line.decided_by, line.on_behalf_of) == (who("M2").person_id, who("M1").person_id)


@pytest.mark.parametrize(
    ("to", "days"),
    [("A1", 5), ("M1", 5), ("A3", 5), ("M2", 31), ("M2", -1), ("E1", 5)],
    ids=["subject", "oneself", "report of the subject", "too long", "past", "already in the chain"],
)
def test_delegation_has_limits(who, to, days):
    begin(who)
    with pytest.raises(rules.NotDelegable):
        rules.delegate(who("M1"), GOAL, 5, who(to).person_id, clock.now() + timedelta(days=days))


def test_delegate_passes_nothing_on_and_closed_kinds_are_not_delegated(who):
    begin(who, [StepSpec("LM")])
    until = clock.now() + timedelta(days=5)
    rules.delegate(who("M1"), GOAL, 5, who("M2").person_id, until)
    with pytest.raises(rules.NotDelegable):
        rules.delegate(who("M2"), GOAL, 5, who("B1").person_id, until)
    rules.start(who("M1"), BONUS, 9, who("A1").person_id, [StepSpec("SK")])
    with pytest.raises(rules.NotDelegable):
        rules.delegate(who("E1"), BONUS, 9, who("M2").person_id, until)


def test_overdue_step_goes_to_the_next_role_and_stays_in_the_history(who, owner_db, drain_jobs, worker_db):
    from beichen.platform.approvals.jobs import escalate

    run = begin(who, [StepSpec("LM")])
    assert rules.escalate(who("M1"), GOAL, 5) is None
    with owner_db():
        Step.objects.filter(run_id=run.pk).update(due_at=clock.now() - timedelta(hours=1))
    with worker_db():
        escalate.now()
    assert [(line.role, line.state) for line in queries.history(who("A1"), GOAL, 5)] == [
        ("LM", "passed_on"),
        ("SK", "asked"),
    ]
    with pytest.raises(rules.NotYourTurn):
        rules.approve(who("M1"), GOAL, 5, 1)
    assert rules.approve(who("E1"), GOAL, 5, 1).state == "approved"


def test_job_may_start_a_run(who, worker_db):
    with worker_db():
        rules.start(system("goals.propose_all", "a test"), GOAL, 7, who("A1").person_id, LINE)
    step = queries.current_step(who("M1"), GOAL, 7)
    assert step is not None
    assert step.is_mine


@pytest.mark.req("BASE-02")
def test_every_act_is_audited(who):
    begin(who, [StepSpec("LM")])
    rules.approve(who("M1"), GOAL, 5, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT act, person_id FROM audit_entry WHERE act LIKE 'approvals.%%' ORDER BY id")
        assert cursor.fetchall() == [
            ("approvals.start", who("A1").person_id),
            ("approvals.approve", who("M1").person_id),
        ]
