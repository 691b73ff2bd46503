"""The launch of a plan: agreed to by two people, made for the whole company batch by batch, or for one person."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.urls import reverse

from beichen.people import queries as people
from beichen.people.rules import open_cycle
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.access.two_person import two_person, waiting
from beichen.platform.audit import rules as audit
from beichen.platform.events import progress
from beichen.platform.events.bus import publish
from beichen.platform.events.jobs import Turn
from beichen.platform.forms.rules import use
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed
from beichen.platform.notify.rules import Letter, send_many
from beichen.reviews import access, queries
from beichen.reviews.choices import REVIEW_BEGUN, PartRole, PlanState
from beichen.reviews.events import LaunchAgreed, PlanLaunched, ReviewsMade
from beichen.reviews.models import Part, Rating, Review
from beichen.reviews.queries import PlanCard, Seed
from beichen.reviews.rules.errors import NobodyDecides, NobodyReviewed, OutsideTheList
from beichen.reviews.rules.plans import locked_plan

LAUNCH_PHASES = ("C00", "C01", "C02", "C03", "C04", "C05")
REASON_LEAST = 10
BATCH = 10_000
"""People to a transaction of the launch."""
TOLD = 1_000
FROM_THE_FIRST = "plain:0"
SQL = Path(__file__).resolve().parents[1] / "sql"


@rule
def launch_plan(actor: Actor, plan_id: int, version: int, reason: str = "") -> bool:
    """Launch, once a second HR administrator does the same; False: asked for. The reviews are made by a job.

    A plan that weighs what the published list of strategy does not name asks the first of them for a reason. Errors:
    PlanFrozen is none (a second press), NobodyReviewed, NobodyDecides, OutsideTheList, Changed. Cost: the outlook and
    eight.
    """
    found = locked_plan(plan_id)
    if found.state != PlanState.DRAFT:
        return True
    require(actor, access.LAUNCH, found)
    if found.version != version:
        raise Changed(found)
    open_cycle(actor, found.cycle_id, *LAUNCH_PHASES)
    reviewed, nobody = outlook(actor, queries.plan(actor, plan_id))
    if nobody:
        raise NobodyDecides(count=nobody)
    if not reviewed:
        raise NobodyReviewed
    outside, why = _outside(actor, plan_id, reason)
    key = queries.plan_key(plan_id)
    if not two_person(actor, access.LAUNCH, key, {"version": version}, about=found.name, reason=why):
        audit.record(actor, "reviews.ask_launch", found, details=outside)
        return False
    use(actor, found.form)
    if outside:
        found.settings = {**found.settings, "outside": outside}
    found.state, found.launched_at, found.version = PlanState.LAUNCHED, clock.now(), found.version + 1
    found.save(update_fields=["state", "launched_at", "version", "settings"])
    audit.record(actor, access.LAUNCH, found, details={"people": reviewed, "form": found.form.version, **outside})
    progress.begin(actor, queries.work_key(plan_id), reviewed)
    publish(LaunchAgreed(plan_id=plan_id))
    return True


def _outside(actor: Actor, plan_id: int, reason: str) -> tuple[dict[str, Any], str]:
    """Sections outside the published list, with the reason whoever asked first has given; {} where there are none."""
    card = queries.plan(actor, plan_id)
    sections = queries.outside_the_list(actor, card)
    if not sections:
        return {}, ""
    key = queries.plan_key(plan_id)
    asked = waiting(access.LAUNCH, [key]).get(key)
    why = reason.strip()[:500] or (asked.reason if asked else "")
    if len(why) < REASON_LEAST:
        titles = card.titles()
        raise OutsideTheList(field="reason", sections="、".join(titles[s] for s in sections), least=REASON_LEAST)
    return {"sections": list(sections), "reason": why}, why


def outlook(actor: Actor, card: PlanCard) -> tuple[int, int]:
    """How many a launch would reach, and how many have nobody who decides. Cost: seven statements."""
    plainly, others = _outlook(actor, card, missing=False)
    dry = queries.seeds(actor, card.id, others, known=card) if others else queries.Seeds((), ())
    return plainly + len(dry.seeds), sum(line.why == "nobody" for line in dry.out)


# ── for everybody ───────────────────────────────────────────────────────────────────────────────────────────────


@rule
def make_reviews(actor: Actor, plan_id: int) -> int:
    """Make the reviews, manager and self parts and ratings of everyone in a launched plan; again: only who is missing.

    All batches at once; the job "reviews.launch" commits each. Cost: six statements for each 10,000 people and their
    audit, and the dry run of those whom several managers led.
    """
    made, turn = 0, Turn(0, FROM_THE_FIRST)
    while turn.at:
        turn = make_batch(actor, plan_id, turn.at)
        made += turn.done
    return made


@rule
def make_batch(actor: Actor, plan_id: int, at: str) -> Turn:
    """The next batch of a launch: first those who stand plainly, then the others by `queries.seeds`."""
    card = queries.plan(actor, plan_id)
    require(actor, access.LAUNCH)
    stage, _, after = at.partition(":")
    reached, made = (_plain if stage == "plain" else _others)(actor, card, int(after))
    if made:
        _note(actor, card, made)
    if reached is not None:
        return Turn(len(made), f"{stage}:{reached}")
    if stage == "plain":
        return Turn(len(made), "others:0")
    publish(PlanLaunched(plan_id=plan_id, cycle_id=card.cycle.id))
    return Turn(len(made), "")


def _note(actor: Actor, card: PlanCard, made: Sequence[int]) -> None:
    audit.record_bulk(actor, access.LAUNCH, "reviews.review", made, {"plan": card.id})
    parts = [tuple(made[start : start + TOLD]) for start in range(0, len(made), TOLD)]
    publish(*(ReviewsMade(plan_id=card.id, review_ids=part) for part in parts))


def _plain(actor: Actor, card: PlanCard, after: int) -> tuple[int | None, list[int]]:
    """Everybody of a batch whom one manager led, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_statement("launch"), {**_given(actor, card), "after": after, "batch": BATCH})
        reached, made = cursor.fetchone()
    return reached, made


def _others(actor: Actor, card: PlanCard, after: int) -> tuple[int | None, list[int]]:
    """A batch of those whom several managers led, or who need somebody to stand in."""
    _, people_left = _outlook(actor, card, missing=True)
    batch = [person for person in people_left if person > after][:BATCH]
    if not batch:
        return None, []
    return batch[-1], [review.pk for review in _make(card, queries.seeds(actor, card.id, batch, known=card).seeds)]


def _outlook(actor: Actor, card: PlanCard, *, missing: bool) -> tuple[int, list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(_statement("outlook"), {**_given(actor, card), "missing": missing})
        plainly, others = cursor.fetchone()
    return plainly, others


def _given(actor: Actor, card: PlanCard) -> dict[str, Any]:
    unit = people.unit(actor, card.unit_id)
    return {
        "plan": card.id, "cycle": card.cycle.id, "first": card.cycle.first, "last": card.cycle.last,
        "place": unit.place, "place_end": unit.place_end, "without": queries.left_out(actor, card),
    }  # fmt: skip


@cache
def _statement(name: str) -> str:
    standing = (SQL / "standing.sql").read_text(encoding="utf-8")
    return (SQL / f"{name}.sql").read_text(encoding="utf-8").replace("{standing}", standing)


@rule
def tell_begun(actor: Actor, plan_id: int, review_ids: Sequence[int]) -> int:
    """A notice to each of these people while there is still something to write; once. Cost: four statements."""
    card = queries.plan(actor, plan_id)
    if card.cycle.phase not in LAUNCH_PHASES:
        return 0
    found = Review.objects.filter(pk__in=review_ids, plan_id=plan_id).values_list("pk", "subject_id")
    told = {"period": card.cycle.period_key}
    letters = [Letter(who, REVIEW_BEGUN, reverse("reviews:index"), told, f"review:{pk}") for pk, who in found]
    send_many(actor, letters)
    return len(letters)


# ── for one ─────────────────────────────────────────────────────────────────────────────────────────────────────


def make_missing(actor: Actor, plan_id: int, only: Sequence[int]) -> list[int]:
    """Reviews for those of these people who belong into the plan and have none. Cost: the dry run and four."""
    card = queries.plan(actor, plan_id)
    there = set(Review.objects.filter(cycle_id=card.cycle.id, subject_id__in=only).values_list("subject_id", flat=True))
    made = _make(card, [seed for seed in queries.seeds(actor, plan_id, only).seeds if seed.person_id not in there])
    ids = [review.pk for review in made]
    if ids:
        _note(actor, card, ids)
    return ids


@rule
def add_person(actor: Actor, plan_id: int, person_id: int) -> int:
    """Take one more person into a launched plan (a late joiner): the single-row twin of `make_reviews`.

    Returns the review's id, also when it is there already. Errors: NobodyReviewed, NobodyDecides.
    """
    card = queries.plan(actor, plan_id)
    require(actor, access.LAUNCH, card)
    open_cycle(actor, card.cycle.id, *LAUNCH_PHASES)
    there = Review.objects.filter(access.visible_reviews(), cycle_id=card.cycle.id, subject_id=person_id).first()
    if there is not None:
        return there.pk
    dry = queries.seeds(actor, plan_id, [person_id])
    if not dry.seeds:
        raise NobodyDecides(count=1) if any(line.why == "nobody" for line in dry.out) else NobodyReviewed
    made = _make(card, dry.seeds)[0]
    audit.record(actor, "reviews.add_person", made, subjects=[person_id])
    publish(ReviewsMade(plan_id=plan_id, review_ids=(made.pk,)))
    return made.pk


def _make(card: PlanCard, seeds: Sequence[Seed]) -> list[Review]:
    reviews = Review.objects.bulk_create(
        [
            Review(plan_id=card.id, cycle_id=card.cycle.id, subject_id=seed.person_id, subject_place=seed.place,
                   unit_id=seed.unit_id, manager_id=seed.manager_id)
            for seed in seeds
        ]
    )  # fmt: skip
    parts = [part for review, seed in zip(reviews, seeds, strict=True) for part in _parts(review, seed)]
    Part.objects.bulk_create(parts)
    Rating.objects.bulk_create(
        [
            Rating(review=review, plan_id=card.id, cycle_id=card.cycle.id, subject_id=review.subject_id,
                   subject_place=review.subject_place, manager_id=review.manager_id)
            for review in reviews
        ]
    )  # fmt: skip
    return reviews


def _parts(review: Review, seed: Seed) -> list[Part]:
    return [
        new_part(review, review.subject_id, PartRole.SELF),
        *(new_part(review, rater, PartRole.MANAGER, days) for rater, days in seed.managers),
    ]


def new_part(review: Review, rater_id: int, role: PartRole, days: int = 0) -> Part:
    """A part to write, not yet saved."""
    return Part(
        review=review, plan_id=review.plan_id, cycle_id=review.cycle_id, subject_id=review.subject_id,
        subject_place=review.subject_place, manager_id=review.manager_id, rater_id=rater_id, role=role, days=days,
    )  # fmt: skip
