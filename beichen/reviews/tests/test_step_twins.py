"""Closing a whole plan in one statement does to each review what the rule for one review says, on random companies."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from beichen.platform.access.current import acting
from beichen.platform.kit.actor import system
from beichen.reviews.events import StepAgreed
from beichen.reviews.formulas.steps import STEPS, Stand, stepped
from beichen.reviews.models import Part, Rating, Review
from beichen.reviews.rules import closing
from beichen.reviews.tests.makers import World, world
from tests.database import past_the_guards

pytestmark = pytest.mark.django_db
ADVANCE, NOW = system("reviews.advance", "test"), datetime(2026, 7, 1, tzinfo=UTC)
RATINGS = ("proposed", "in_calibration", "in_calibration", "locked", "locked", "released")
PARTS = ("draft", "submitted", "submitted", "locked", "released", "declined")


@pytest.fixture
def made(owner_db: Any, worker_db: Any) -> World:
    found = world(owner_db, worker_db)
    found.make_plan()
    return found


def _plant(made: World, draw: random.Random) -> None:
    """Everybody reviewed, in whatever state; also those who agree on the step."""
    people = list(made.company.people.values())
    for person in people:
        others = [each.pk for each in people if each.pk != person.pk]
        head: dict[str, Any] = {
            "plan_id": made.plan_id, "cycle_id": made.cycle_id, "subject_id": person.pk, "subject_place": person.place,
            "manager_id": draw.choice(others),
        }  # fmt: skip
        state = draw.choice(RATINGS)
        out = {"released_at": NOW} if state == "released" else {}
        held = {"locked_by_id": others[1], "locked_at": NOW} if state in ("locked", "released") else {}
        review = Review.objects.create(
            **head, **out, unit_id=person.unit_id or 0, state="open" if state == "proposed" else state
        )
        by = {"released_by_id": others[1]} if out else {}
        Rating.objects.create(
            review=review, **head, state=state, decided_by_id=others[0], decided_at=NOW, **held, **out, **by
        )
        _plant_parts(review, head, draw, [other for other in others if other != head["manager_id"]])


def _plant_parts(review: Review, head: dict[str, Any], draw: random.Random, peers: list[int]) -> None:
    roles = [("self", review.subject_id), ("manager", review.manager_id), *(("peer", rater) for rater in peers[:6])]
    for role, rater in roles:
        state = draw.choice(PARTS)
        at = None if state in ("draft", "declined") else NOW
        Part.objects.create(review=review, **head, rater_id=rater, role=role, state=state, submitted_at=at)


def _stands(made: World) -> dict[int, Stand]:
    with made.owner():
        found = {}
        for rating in Rating.objects.select_related("review").order_by("pk"):
            parts = Part.objects.filter(review_id=rating.pk).order_by("pk").values_list("role", "state")
            found[rating.pk] = Stand(
                rating.subject_id, rating.review.state, rating.state, tuple(parts), rating.locked_by_id,
                rating.released_by_id, rating.review.peers_shown,
            )  # fmt: skip
        return found


@pytest.mark.req("REVIEW-07")
@pytest.mark.parametrize("companies", [16, pytest.param(200, marks=pytest.mark.slow)])
def test_a_whole_plan_moves_as_each_review_would(made, companies):
    draw, moved = random.Random(4), 0
    units = [unit.pk for unit in made.company.units.values()]
    for _ in range(companies):
        step, unit = draw.choice(list(STEPS)), draw.choice([None, draw.choice(units)])
        first, second = draw.sample([person.pk for person in made.company.people.values()], 2)
        with transaction.atomic():
            with made.owner(), past_the_guards():
                _plant(made, draw)
            before = _stands(made)
            with made.owner():
                inside = set(Review.objects.filter(unit_id=unit).values_list("pk", flat=True)) if unit else set(before)
            with made.worker(), acting(ADVANCE):
                needed = closing._peers_needed(made.plan_id)
                ids = {pk for pk, _ in closing._moved(StepAgreed(made.plan_id, step, first, second, unit))}
            wanted = {
                pk: stepped(step, stand, first, second, needed) if pk in inside else stand
                for pk, stand in before.items()
            }
            assert _stands(made) == wanted
            assert ids == {pk for pk in before if wanted[pk] != before[pk]}
            moved += len(ids)
            transaction.set_rollback(True)
    assert moved > companies


def test_the_words_of_the_statement_are_those_of_the_rule():
    for step, moves in STEPS.items():
        assert closing.STATES[step][:4] == (moves.before, moves.after, moves.part_before, moves.part_after)
