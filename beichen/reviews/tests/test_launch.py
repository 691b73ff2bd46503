"""The launch for a whole company against the launch for one person; cut off in the middle, and told as it goes."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from beichen.people.models import Assignment, Person
from beichen.people.tests.makers import START, outside
from beichen.platform.audit.models import Entry
from beichen.platform.events import progress
from beichen.platform.kit.actor import system
from beichen.reviews import jobs, queries, rules
from beichen.reviews.models import Part, Rating, Review
from beichen.reviews.rules import launch
from beichen.reviews.rules.errors import NobodyDecides, NobodyReviewed
from beichen.reviews.tests.makers import World, client, world
from tests.database import past_the_guards

pytestmark = pytest.mark.django_db
JOB = system("reviews.launch", "test")
MAY, LAST = datetime(2026, 5, 20, tzinfo=UTC), datetime(2026, 6, 10, tzinfo=UTC)
HEAD = ("subject_id", "subject_place", "unit_id", "manager_id", "state", "peers_shown", "released_at", "version")
PART = ("subject_id", "subject_place", "manager_id", "rater_id", "role", "days", "state", "returned", "version")
RATING = ("subject_id", "subject_place", "manager_id", "state", "decided_by", "version")


def _stretch(made: World, number: str, *stretches: tuple[str, str | None, Any, Any]) -> None:
    """Where somebody stood, anew: (unit, manager, from, until)."""
    Assignment.objects.filter(person_id=made.id(number)).delete()
    for unit, manager, first, last in stretches:
        Assignment.objects.create(
            person_id=made.id(number), unit=made.company.units[unit],
            manager_id=made.id(manager) if manager else None, period=(first, last),
        )  # fmt: skip


@pytest.fixture
def storied(owner_db: Any, worker_db: Any) -> World:
    """A quarter in which people moved, joined, left, lost their manager, and one unit with its chief stays out."""
    made = world(owner_db, worker_db)
    with owner_db(), past_the_guards():
        outside(made.company.units["U0"])
        _stretch(made, "A1", ("U1", "M1", START, MAY), ("U2", "M2", MAY, None))
        _stretch(made, "A2", ("U1", "M1", START, MAY), ("U2", "M1", MAY, None))
        _stretch(made, "A3", ("U1", "A1", MAY, None))
        _stretch(made, "B1", ("U2", "M2", START, LAST))
        _stretch(made, "B2", ("U2", "M2", START, LAST), ("U2", "A2", LAST, None))
        _stretch(made, "HA2", ("HR2", "B1", START, None))
        Person.objects.filter(pk=made.id("B1")).update(is_active=False)
    made.make_plan(without=[made.id("HA1")])
    _agree(made)
    return made


def _agree(made: World) -> None:
    for number in ("HA1", "HA2"):
        rules.launch_plan(made.actor(number), made.plan_id, 1)


def _rows(made: World) -> list[list[tuple[Any, ...]]]:
    with made.owner():
        return [
            sorted(model.objects.values_list(*names), key=str)
            for model, names in ((Review, HEAD), (Part, PART), (Rating, RATING))
        ]


def _forget(made: World) -> None:
    with made.owner(), past_the_guards(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM reviews_part; DELETE FROM reviews_rating; DELETE FROM reviews_review")


def _one_by_one(made: World) -> None:
    """The rule for one person, for everybody; as the job, which no mask of a seat stops."""
    for person in made.company.people.values():
        if person.pk != made.id("HA1"):
            with made.worker(), suppress(NobodyDecides, NobodyReviewed):
                rules.add_person(JOB, made.plan_id, person.pk)


@pytest.mark.req("REVIEW-01")
def test_the_whole_company_gets_what_each_person_would_get_alone(storied):
    with storied.worker():
        made = rules.make_reviews(JOB, storied.plan_id)
    together = _rows(storied)
    subjects = {line[0] for line in together[0]}
    assert made == len(subjects) == len(storied.company.people) - 2
    assert not subjects & {storied.id("HA1"), storied.id("B1")}
    _forget(storied)
    _one_by_one(storied)
    assert _rows(storied) == together
    days = {(line[0], line[3]): line[5] for line in together[1] if line[4] == "manager"}
    assert days[storied.id("A1"), storied.id("M1")] + days[storied.id("A1"), storied.id("M2")] == 91
    assert days[storied.id("A2"), storied.id("M1")] == 91


@pytest.mark.req("REVIEW-01")
def test_an_outlook_counts_what_the_launch_makes(storied):
    with storied.worker():
        card = queries.plan(JOB, storied.plan_id)
    reviewed, nobody = launch.outlook(storied.actor("HA1"), card)
    with storied.worker():
        assert (reviewed, nobody) == (rules.make_reviews(JOB, storied.plan_id), 0)


@pytest.mark.req("REVIEW-01", "BASE-07")
@pytest.mark.fault("F20")
def test_a_launch_cut_off_in_the_middle_goes_on_without_doubles(storied, monkeypatch):
    monkeypatch.setattr(launch, "BATCH", 2)
    with storied.worker():
        turn = rules.make_batch(JOB, storied.plan_id, rules.FROM_THE_FIRST)
        rules.make_batch(JOB, storied.plan_id, turn.at)
    half = len(_rows(storied)[0])
    with storied.worker():
        jobs.launch.now(plan_id=storied.plan_id)
        jobs.launch.now(plan_id=storied.plan_id)
    resumed = _rows(storied)
    assert 0 < half < len(resumed[0])
    with storied.owner():
        batches = Entry.objects.filter(act="reviews.launch", kind="reviews.review").values_list("details", flat=True)
        noted = sorted(pk for details in batches for pk in details["ids"])
        assert noted == sorted(Review.objects.values_list("pk", flat=True))
    _forget(storied)
    _one_by_one(storied)
    assert _rows(storied) == resumed


@pytest.mark.req("REVIEW-01", "BASE-09")
def test_the_page_shows_how_far_the_launch_is_and_ends_by_itself(storied, monkeypatch):
    hr, url = client(storied, "HA1"), f"/reviews/plans/{storied.plan_id}/"
    key = queries.work_key(storied.plan_id)
    begun = hr.get(url).content.decode()
    assert 'hx-trigger="every 2s"' in begun
    assert "<progress" in begun
    monkeypatch.setattr(launch, "BATCH", 4)
    with storied.worker():
        jobs.launch.now(plan_id=storied.plan_id)
        bar = progress.shown(JOB, key)
    assert bar is not None
    assert (bar.state, bar.percent, bar.total) == ("done", 100, len(_rows(storied)[0]))
    assert "<progress" not in hr.get(url).content.decode()


@pytest.mark.req("REVIEW-01", "BASE-09")
def test_a_launch_that_fails_says_so_and_keeps_what_is_done(storied, monkeypatch):
    monkeypatch.setattr(launch, "BATCH", 4)
    monkeypatch.setattr(launch, "_others", _broken)
    with storied.worker(), pytest.raises(ZeroDivisionError):
        jobs.launch.now(plan_id=storied.plan_id)
    bar = progress.shown(JOB, queries.work_key(storied.plan_id))
    assert bar is not None
    assert (bar.state, bar.done) == ("failed", len(_rows(storied)[0]))
    assert 0 < bar.done < bar.total
    shown = client(storied, "HA1").get(f"/reviews/plans/{storied.plan_id}/").content.decode()
    assert 'role="alert"' in shown
    monkeypatch.undo()
    with storied.worker():
        jobs.launch.now(plan_id=storied.plan_id)
    assert 'role="alert"' not in client(storied, "HA1").get(f"/reviews/plans/{storied.plan_id}/").content.decode()


def _broken(*_: object) -> Any:
    raise ZeroDivisionError


@pytest.mark.req("REVIEW-01")
def test_everybody_is_told_once_that_the_review_is_set_up(storied, drain_jobs):
    drain_jobs()
    _tell_again(storied)
    with storied.owner(), connection.cursor() as cursor:
        cursor.execute("SELECT addressee_id FROM notify_notice WHERE template = 'reviews.begun'")
        told = [line[0] for line in cursor.fetchall()]
    assert sorted(told) == sorted(line[0] for line in _rows(storied)[0])


def _tell_again(made: World) -> None:
    with made.owner():
        ids = list(Review.objects.values_list("pk", flat=True))
    with made.worker():
        assert rules.tell_begun(system("reviews.tell_begun", "test"), made.plan_id, ids) == len(ids)
