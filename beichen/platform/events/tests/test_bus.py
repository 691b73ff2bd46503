"""Events commit with their cause and take effect once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from beichen.platform.access.current import acting
from beichen.platform.events import bus
from beichen.platform.events.bus import area_of, deliver, publish
from beichen.platform.events.jobs import Job, job
from beichen.platform.events.models import Done
from beichen.platform.kit.actor import Actor

ANN = Actor(person_id=1)


@dataclass(frozen=True)
class Closed:
    """A test event with every kind of field."""

    goal_id: int
    day: date
    share: Decimal
    ids: tuple[int, ...] = ()
    of: UUID | None = None


@dataclass(frozen=True)
class Unheard:
    goal_id: int


heard: list[object] = []
actors: list[str] = []


@bus.on(Closed)
def hear(event: Closed) -> None:
    heard.append(event)


@bus.on(Closed)
def hear_as(actor: Actor, event: Closed) -> None:
    actors.append(actor.name)
    if event.goal_id == 13:
        raise ValueError("thirteen")


@job(name="events.count", reason="a test")
def count(actor: Actor, *, by: int) -> None:
    heard.append((actor.name, by))


@pytest.fixture(autouse=True)
def _silence():
    heard.clear()
    actors.clear()


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        return int(cursor.fetchone()[0])


CLOSED = Closed(goal_id=5, day=date(2026, 3, 31), share=Decimal("0.10"), ids=(1, 2), of=uuid4())


@pytest.mark.django_db
def test_every_subscriber_hears_the_event_as_it_was_said(drain_jobs):
    with acting(ANN):
        publish(CLOSED)
    assert heard == []
    assert drain_jobs() == ["on:events.hear", "on:events.hear_as"]
    assert heard == [CLOSED]
    assert actors == ["system:events.hear_as"]


@pytest.mark.django_db
def test_event_rolls_back_with_its_cause():
    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert waiting() == 0


def change_and_fail() -> None:
    with acting(ANN):
        publish(CLOSED)
        assert waiting() == 2
        raise ZeroDivisionError


@pytest.mark.django_db
def test_event_nobody_listens_to_defers_nothing():
    with acting(ANN):
        publish(Unheard(goal_id=1))
    assert waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_a_mistake():
    with pytest.raises(transaction.TransactionManagementError):
        publish(CLOSED)
    with pytest.raises(transaction.TransactionManagementError):
        count.defer(by=1)


@pytest.mark.django_db
def test_event_delivered_twice_takes_effect_once():
    subscriber = bus._subscribers[Closed][0]
    content = bus._shape(Closed).dump_python(CLOSED, mode="json")
    uuid = uuid4()
    deliver(subscriber, uuid, content)
    deliver(subscriber, uuid, content)
    assert heard == [CLOSED]
    assert Done.objects.filter(event=uuid).count() == 1


@pytest.mark.django_db
def test_failed_subscriber_leaves_no_mark_and_may_try_again():
    subscriber = bus._subscribers[Closed][1]
    content = bus._shape(Closed).dump_python(Closed(13, date(2026, 1, 1), Decimal(1)), mode="json")
    for _ in range(2):
        with pytest.raises(ValueError, match="thirteen"):
            deliver(subscriber, uuid4(), content)
    assert actors == ["system:events.hear_as"] * 2
    assert not Done.objects.exists()


@pytest.mark.django_db
def test_job_runs_as_the_system_and_is_audited(drain_jobs):
    with acting(ANN):
        count.defer(by=2)
        count.defer_each([{"by": 3}, {"by": 4}])
    assert drain_jobs() == ["events.count"] * 3
    assert heard == [("system:events.count", n) for n in (2, 3, 4)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT actor, details->'arguments'->>'by' FROM audit_entry WHERE act = 'job' ORDER BY at")
        assert cursor.fetchall() == [("system:events.count", n) for n in "234"]


@pytest.mark.django_db
def test_job_deferred_once_waits_once(drain_jobs):
    with acting(ANN):
        count.defer_once("drain", by=1)
        count.defer_once("drain", by=1)
        assert waiting() == 1
    drain_jobs()
    with acting(ANN):
        count.defer_once("drain", by=1)
    assert waiting() == 1


def test_areas_are_named_by_their_folder():
    assert area_of("beichen.goals.subscribers") == "goals"
    assert area_of("beichen.platform.notify.jobs") == "notify"
    assert isinstance(count, Job)
