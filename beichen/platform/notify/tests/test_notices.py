"""A notice reaches its addressee and nobody else."""

from __future__ import annotations

import pytest
from django.core import mail as outbox
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from beichen.people.tests.makers import small
from beichen.platform import notify
from beichen.platform.access.current import acting
from beichen.platform.auth.models import Account
from beichen.platform.kit.actor import system
from beichen.platform.notify import queries, rules
from beichen.platform.notify.choices import UnknownTemplate
from beichen.platform.notify.models import Notice

pytestmark = pytest.mark.django_db

AGREED = notify.template("notify.test_agreed", "%(who)s agreed to %(goal)s", params=("who", "goal"))
PARAMS = {"who": "王梓", "goal": "次日留存提升"}


@pytest.fixture
def people(owner_db):
    """Two people who work here."""
    with owner_db():
        company = small()
    return company.actor("A1"), company.actor("M1")


def test_addressee_reads_the_sentence_and_the_others_nothing(people):
    ann, bo = people
    notify.send(ann, bo.person_id, AGREED, "/goals/5/", PARAMS)
    assert [line.text for line in queries.notices(bo)] == ["王梓 agreed to 次日留存提升"]
    assert (queries.unread_count(bo), queries.unread_count(ann), queries.notices(ann)) == (1, 0, [])


@pytest.mark.req("BASE-01")
def test_raw_sql_shows_a_notice_to_its_addressee_alone(people):
    ann, bo = people
    notify.send(ann, bo.person_id, AGREED, "/goals/5/", PARAMS)
    for actor, seen in ((ann, 0), (bo, 1), (system("goals.close", "a test"), 0)):
        with acting(actor):
            assert Notice.objects.count() == seen
    assert Notice.objects.count() == 0


def test_a_second_of_the_same_name_is_not_sent(people):
    ann, bo = people
    for _ in range(2):
        notify.send(ann, bo.person_id, AGREED, "/goals/5/", PARAMS, dedupe="agreed:5")
    assert queries.unread_count(bo) == 1


def test_many_are_sent_in_one_statement(people, django_assert_num_queries):
    ann, bo = people
    with acting(ann), django_assert_num_queries(3):
        notify.send_many(ann, [notify.Letter(bo.person_id, AGREED, f"/goals/{n}/", PARAMS) for n in range(100)])
    assert queries.unread_count(bo) == 100


def test_reading_one_and_all(people):
    ann, bo = people
    for n in range(3):
        notify.send(ann, bo.person_id, AGREED, f"/goals/{n}/", PARAMS)
    first = queries.notices(bo)[0]
    assert rules.mark_read(ann, first.id) == 0
    assert rules.mark_read(bo, first.id) == 1
    assert [line.is_read for line in queries.notices(bo)] == [True, False, False]
    assert rules.mark_read(bo) == 2
    assert queries.unread_count(bo) == 0


@pytest.mark.parametrize(
    ("template", "params"),
    [("notify.nobody", {}), (AGREED, {"who": "a"}), (AGREED, {**PARAMS, "grade": "A"})],
)
def test_a_message_holds_its_declared_places_and_nothing_else(people, template, params):
    ann, bo = people
    with pytest.raises(UnknownTemplate):
        notify.send(ann, bo.person_id, template, "/", params)


@pytest.mark.parametrize("url", ["https://evil.cn/", "//evil.cn/", "javascript:alert(1)"])
def test_a_link_stays_inside(people, url):
    ann, bo = people
    with pytest.raises(DatabaseError), transaction.atomic():
        notify.send(ann, bo.person_id, AGREED, url, PARAMS)


@pytest.fixture
def mailing(people, settings, owner_db):
    settings.NOTIFY_BY_MAIL = True
    with owner_db():
        Account.objects.create(email="bo@example.cn", name="Bo", person_id=people[1].person_id, locale="en")
    return people


def test_mail_holds_the_sentence_and_the_link(mailing, drain_jobs, settings):
    ann, bo = mailing
    with translation.override("zh-hans"):
        notify.send(ann, bo.person_id, AGREED, "/goals/5/", PARAMS)
        assert outbox.outbox == []
        assert drain_jobs() == ["notify.mail"]
    (message,) = outbox.outbox
    assert (message.subject, message.to) == ("王梓 agreed to 次日留存提升", ["bo@example.cn"])
    assert f"{settings.PUBLIC_URL}/goals/5/" in message.body
    assert message.extra_headers["Message-ID"] == f"<{queries.notices(bo)[0].id}@beichen>"


def test_mail_goes_out_once_however_often_its_job_runs(mailing, drain_jobs):
    ann, bo = mailing
    notify.send(ann, bo.person_id, AGREED, "/goals/5/", PARAMS, dedupe="x")
    notify.send(ann, bo.person_id, AGREED, "/goals/5/", PARAMS, dedupe="x")
    drain_jobs()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'todo'")
    drain_jobs()
    assert len(outbox.outbox) == 1


def test_notice_and_mail_roll_back_with_their_cause(mailing, drain_jobs):
    ann, bo = mailing
    with pytest.raises(ZeroDivisionError):
        _send_and_fail(ann, bo)
    assert drain_jobs() == []
    assert queries.notices(bo) == []


def _send_and_fail(ann, bo) -> None:
    with acting(ann):
        notify.send(ann, bo.person_id, AGREED, "/goals/5/", PARAMS)
        raise ZeroDivisionError
