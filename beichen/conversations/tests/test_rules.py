"""Check-ins begin by rhythm, are written to today's manager, answered once, and hold their states."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from beichen.conversations import queries, rules
from beichen.conversations.models import CheckIn, CheckInDraft
from beichen.conversations.tests.makers import CANARY, JOB, on, sent
from beichen.people.models import Employment, Person
from beichen.people.rules import Move, persons
from beichen.people.tests.makers import Company
from beichen.platform.access.current import acting
from beichen.platform.forms import rules as forms
from beichen.platform.forms.ready import CHECK_IN
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Changed, Forbidden, Invalid, NotFound
from beichen.platform.notify import queries as notices
from beichen.platform.notify.models import Notice


@pytest.mark.req("TALK-02")
def test_the_rhythm_begins_one_check_in_for_everyone_with_a_manager(company: Company, worker_db: Any) -> None:
    with on("2026-04-08"), worker_db():
        made = rules.open_by_rhythm(JOB, date(2026, 4, 8))
        again = rules.open_by_rhythm(JOB, date(2026, 4, 9))
    lines = list(CheckIn.objects.order_by("person_id").values_list("person_id", "manager_id", "due_on", "state"))
    led = [p for p in company.people.values() if p.manager_id]
    assert (len(made), again) == (len(led), [])
    assert lines == [(p.pk, p.manager_id, date(2026, 4, 15), "due") for p in sorted(led, key=lambda p: p.pk)]


@pytest.mark.req("TALK-02")
def test_one_by_one_gives_the_same_rows_as_all_at_once(company: Company, worker_db: Any) -> None:
    fields = ("person_id", "manager_id", "cycle_id", "form_id", "due_on", "state", "owner_place", "version")
    with on("2026-04-08"), worker_db():
        forms.ensure(JOB, CHECK_IN)
        with transaction.atomic():
            rules.open_by_rhythm(JOB, date(2026, 4, 8))
            at_once = set(CheckIn.objects.values_list(*fields))
            transaction.set_rollback(True)
        for person in company.people.values():
            if person.manager_id:
                rules.open_check_in(JOB, person.pk, date(2026, 4, 15))
        assert set(CheckIn.objects.values_list(*fields)) == at_once


@pytest.mark.req("TALK-02")
def test_a_draft_is_kept_checked_and_gone_once_sent(company: Company) -> None:
    ann = company.actor("A1")
    with on("2026-04-14"):
        made = rules.open_check_in(ann, company.id("A1"))
        rules.save_draft(ann, made.pk, {"plan": "half a pl"}, made.version)
        assert queries.draft(ann, made.pk) == {"plan": "half a pl"}
        with pytest.raises(Invalid):
            rules.save_draft(ann, made.pk, {"load": "no such answer"}, made.version)
        with pytest.raises(Changed):
            rules.save_draft(ann, made.pk, {}, 7)
        with pytest.raises(Invalid) as missing:
            rules.send_check_in(ann, made.pk, {"plan": "a plan"}, made.version)
        assert set(missing.value.fields) == {"fulfilling", "obstacles", "load"}
        rules.send_check_in(ann, made.pk, CANARY, made.version)
        with acting(ann):
            assert CheckInDraft.objects.count() == 0


@pytest.mark.req("TALK-02")
def test_what_was_sent_stays(company: Company) -> None:
    ann = company.actor("A1")
    with on("2026-04-14"):
        made = sent(ann)
        assert rules.send_check_in(ann, made.pk, CANARY, 1).pk == made.pk
        with pytest.raises(rules.AlreadySent):
            rules.send_check_in(ann, made.pk, {**CANARY, "plan": "another"}, made.version)
        with pytest.raises(rules.AlreadySent):
            rules.save_draft(ann, made.pk, {}, made.version)


@pytest.mark.req("TALK-03")
def test_one_tap_is_an_answer_and_a_second_press_no_error(company: Company) -> None:
    ann, bo = company.actor("A1"), company.actor("M1")
    with on("2026-04-14"):
        made = sent(ann)
        with pytest.raises(rules.SaysNothing):
            rules.reply(bo, made.pk, "  ", "", made.version)
        rules.reply(bo, made.pk, "", "help", made.version)
        assert rules.reply(bo, made.pk, "", "help", made.version).state == "replied"
        with pytest.raises(rules.AlreadyAnswered):
            rules.reply(bo, made.pk, "more", "", made.version)
        reply = queries.view(ann, made.pk).reply
    assert reply is not None
    assert (reply.reaction, reply.author_name) == ("help", "M1")


@pytest.mark.req("TALK-03")
@pytest.mark.parametrize("who", ["A1", "A2", "E1", "HR1", "HA1"])
def test_nobody_but_the_manager_answers(company: Company, who: str) -> None:
    with on("2026-04-14"):
        made = sent(company.actor("A1"))
        with pytest.raises((NotFound, Forbidden)):
            rules.reply(company.actor(who), made.pk, "a line", "", made.version)


@pytest.mark.req("TALK-03")
def test_overdue_answers_show_and_are_measured(company: Company, worker_db: Any) -> None:
    ann, ben, bo = company.actor("A1"), company.actor("A2"), company.actor("M1")
    with on("2026-04-14"):
        first, _second = sent(ann), sent(ben)
    with on("2026-04-16"):
        rules.reply(bo, first.pk, "thanks", "", first.version)
        assert [card.is_late for card in queries.waiting(bo)] == [False]
    with on("2026-04-18"), worker_db():
        rules.remind(JOB, date(2026, 4, 18))
        rules.remind(JOB, date(2026, 4, 19))
    with on("2026-04-18"):
        assert [(card.person_name, card.is_late) for card in queries.waiting(bo)] == [("A2", True)]
        rates = queries.my_rates(bo)
        told = [line.text for line in notices.notices(bo) if "A2" in line.text]
    assert rates is not None
    assert (rates.sent, rates.answered, rates.late, rates.share) == (2, 1, 1, 500_000)
    assert rates.median is not None
    assert rates.median.days == 2
    assert len(told) == 2


@pytest.mark.req("TALK-03")
def test_too_much_twice_running_stands_on_top_of_the_list(company: Company) -> None:
    bo = company.actor("M1")
    for day, load in (("2026-04-14", "unsustainable"), ("2026-04-28", "unsustainable")):
        with on(day):
            sent(company.actor("A1"), {"load": "fine"})
            sent(company.actor("A2"), {"load": load})
    with on("2026-04-29"):
        assert queries.strained_people(bo, [company.id("A1"), company.id("A2")]) == {company.id("A2")}
        assert next((line.person.number, line.strained) for line in queries.team(bo)) == ("A2", True)
        assert queries.to_answer(bo)[0].strained
        assert queries.strained_people(company.actor("E1"), [company.id("A2")]) == set()


@pytest.mark.req("TALK-02")
def test_notices_carry_no_content(company: Company) -> None:
    ann, bo = company.actor("A1"), company.actor("M1")
    with on("2026-04-14"):
        made = sent(ann)
        rules.reply(bo, made.pk, "canary-reply", "", made.version)
        texts = " ".join(line.text for actor in (ann, bo) for line in notices.notices(actor))
    assert texts
    assert "canary" not in texts


@pytest.mark.req("TALK-02")
def test_an_unwritten_check_in_follows_the_person_to_the_new_manager(
    company: Company, owner_db: Any, worker_db: Any
) -> None:
    with on("2026-04-14"):
        made = rules.open_check_in(company.actor("A1"), company.id("A1"))
        with owner_db():
            Person.objects.filter(pk=company.id("A1")).update(manager_id=company.id("M2"))
        with worker_db():
            assert rules.follow_manager(JOB, [company.id("A1")]) == 1
        assert queries.card(company.actor("M2"), made.pk).manager_id == company.id("M2")


@pytest.mark.req("TALK-02")
def test_the_database_refuses_any_other_step(company: Company, owner_db: Any) -> None:
    with on("2026-04-14"):
        made = sent(company.actor("A1"))
    with owner_db():
        for state in ("due", "replied"):
            with pytest.raises(DatabaseError), transaction.atomic():
                CheckIn.objects.filter(pk=made.pk).update(state=state, replied_at=None)


@pytest.mark.req("TALK-03", "PEOPLE-02")
def test_a_check_in_that_waits_is_answered_by_the_new_manager_who_does_not_read_it(
    company: Company, owner_db: Any, drain_jobs: Any
) -> None:
    """T01: the words keep their address (23b, 23c); the waiting is the new manager's (TALK-03)."""
    ann, new = company.actor("A1"), company.actor("M2")
    with on("2026-04-14"):
        made = sent(ann)
    with on("2026-05-04"):
        persons.move(
            system("people.test", "moves"), company.id("A1"), Move(first=date(2026, 5, 4), manager_id=new.person_id)
        )
        drain_jobs()
        [waits] = queries.waiting(new)
        assert waits.id == made.pk
        assert waits.answer_due_on is not None
        assert waits.answer_due_on > date(2026, 5, 4), "the new manager has the usual days from today on"
        found = queries.view(new, made.pk)
        assert (found.may_reply, found.is_open, found.answers) == (True, False, {})
        assert queries.waiting(company.actor("M1")) == []
        with pytest.raises(NotFound):
            rules.reply(company.actor("M1"), made.pk, "too late", "", waits.version)
        rules.reply(new, made.pk, "let us talk tomorrow", "", waits.version)
        reply = queries.view(ann, made.pk).reply
        assert reply is not None
        assert (reply.author_name, reply.text) == ("M2", "let us talk tomorrow")
        with owner_db():
            assert rules.follow_manager(JOB) == 0
            told = set(Notice.objects.filter(addressee_id=company.id("M2")).values_list("template", flat=True))
    assert told == {"conversations.passed_on"}


@pytest.mark.req("TALK-03", "PEOPLE-02")
def test_when_the_manager_leaves_the_managers_manager_answers(company: Company, owner_db: Any, drain_jobs: Any) -> None:
    with owner_db():
        for person in company.people.values():
            Employment.objects.create(person=person, hired_on=date(2020, 1, 1))
    with on("2026-04-14"):
        made = sent(company.actor("A1"))
    with on("2026-05-04"):
        persons.leave(system("people.test", "leaves"), company.id("M1"), date(2026, 5, 3))
        drain_jobs()
        assert [card.id for card in queries.waiting(company.actor("E1"))] == [made.pk]
