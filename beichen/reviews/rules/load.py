"""What a whole company wrote and decided, at once; used by the demo.

Totals, suggestions and stories come from the same formulas as on the pages; steps of two people go through their rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db import connection
from django.db.models import F

from beichen.goals import queries as goals
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.many import write_many
from beichen.platform.kit.actor import Actor
from beichen.reviews import queries
from beichen.reviews.choices import NominationState, PartRole, PartState
from beichen.reviews.formulas.results import Given, GoalTerm, Result, Scored, compute
from beichen.reviews.formulas.sections import GoalPart
from beichen.reviews.models import (
    Acknowledgement,
    AcknowledgementContent,
    Explanation,
    Nomination,
    Part,
    PartContent,
    PartVersion,
    Rating,
    RatingContent,
    Review,
)
from beichen.reviews.queries import PlanCard
from beichen.reviews.queries.results import scores
from beichen.reviews.rules.launch import new_part


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who has a part to write about a person."""

    subject_id: int
    rater_id: int
    role: str


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part as handed in, or declined where `answers` is empty, as the plan's form asks it."""

    subject_id: int
    rater_id: int
    role: str
    answers: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """Who decided what about whom."""

    review_id: int
    subject_id: int
    manager_id: int
    total: int
    suggested: str
    decided: str


@rule
def writers(actor: Actor, plan_id: int) -> list[Writer]:
    """Self and manager parts of a launched plan. Cost: one statement."""
    found = Part.objects.filter(plan_id=plan_id).order_by("subject_id", "role", "rater_id")
    return [Writer(*line) for line in found.values_list("subject_id", "rater_id", "role")]


@rule
def invite(actor: Actor, plan_id: int, peers: Mapping[int, Sequence[int]], at: datetime) -> int:
    """Peers whom the person named and the manager invited. Cost: three statements per 1,000."""
    reviews = {review.subject_id: review for review in Review.objects.filter(plan_id=plan_id)}
    pairs = [(reviews[subject], peer) for subject, found in peers.items() for peer in found if subject in reviews]
    pairs = [(review, peer) for review, peer in pairs if peer != review.manager_id]
    write_many(
        [
            Nomination(
                review=review,
                subject_id=review.subject_id,
                subject_place=review.subject_place,
                manager_id=review.manager_id,
                peer_id=peer,
                nominated_by_id=review.subject_id,
                nominated_at=at,
                state=NominationState.INVITED,
                settled_by_id=review.manager_id,
            )
            for review, peer in pairs
        ]
    )
    write_many([new_part(review, peer, PartRole.PEER) for review, peer in pairs])
    return len(pairs)


@rule
def hand_in(actor: Actor, plan_id: int, rows: Iterable[PartRow]) -> int:
    """Write what raters handed in. Cost: four statements per 1,000."""
    parts = {(part.subject_id, part.rater_id, part.role): part for part in Part.objects.filter(plan_id=plan_id)}
    contents, versions, touched = [], [], []
    for row in rows:
        part = parts[row.subject_id, row.rater_id, row.role]
        touched.append(part)
        if not row.answers:
            part.state, part.declined_because = PartState.DECLINED, "too_little"
            continue
        part.state, part.submitted_at = PartState.SUBMITTED, row.at
        contents.append(
            PartContent(
                part=part,
                review_id=part.review_id,
                role=row.role,
                answers=row.answers,
                counted=True,
            )
        )
        versions.append(PartVersion(part=part, number=1, answers=row.answers, saved_at=row.at))
    write_many(contents)
    write_many(versions)
    _turn(touched)
    audit.record_bulk(actor, "reviews.load_parts", "reviews.review", sorted({part.review_id for part in touched}))
    return len(touched)


def _turn(parts: Sequence[Part]) -> None:
    """New states of many parts in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reviews_part p SET state = n.state, submitted_at = n.at, declined_because = n.because,"
            " version = p.version + 1"
            " FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::text[]) AS n(id, state, at, because)"
            " WHERE p.id = n.id",
            [
                [part.pk for part in parts],
                [part.state for part in parts],
                [part.submitted_at for part in parts],
                [part.declined_because for part in parts],
            ],
        )


@rule
def decide(
    actor: Actor, plan_id: int, choose: Callable[[int, str, Sequence[str]], tuple[str, str]], at: datetime
) -> list[Decided]:
    """Compute every result and write what its manager decided; `choose` gives grade and reason for a suggestion.

    Cost: six statements and three per 1,000 people.
    """
    card = queries.plan(actor, plan_id)
    ratings = list(Rating.objects.filter(plan_id=plan_id).order_by("pk"))
    voices: dict[int, list[tuple[Part, PartContent]]] = defaultdict(list)
    for content in PartContent.objects.filter(part__plan_id=plan_id).select_related("part").order_by("part__rater_id"):
        voices[content.review_id].append((content.part, content))
    terms = goals.scored_goals(actor, [rating.subject_id for rating in ratings], card.cycle.id)
    results = {r.pk: _result(card, r, voices[r.pk], terms.get(r.subject_id, [])) for r in ratings}
    made = [_decided(rating, results[rating.pk], choose, card) for rating in ratings]
    _store(card, results, made, at)
    audit.record_bulk(actor, "reviews.load_decisions", "reviews.rating", [rating.pk for rating in ratings])
    return [found for found, _ in made]


def _result(
    card: PlanCard, rating: Rating, voices: Sequence[tuple[Part, PartContent]], scored: Sequence[goals.ScoredGoal]
) -> Result:
    raters = [Scored(part.role, part.rater_id, _scores(content), part.days) for part, content in voices]
    terms = [
        GoalTerm(GoalPart(str(goal.goal_id), goal.weight, goal.score, goal.days), goal.title, goal.title_en, goal.full)
        for goal in scored
    ]
    return compute(card.rules, raters, terms, _given(rating, voices))


def _scores(content: PartContent) -> dict[str, Fraction]:
    return scores(queries.PartText(content.answers, content.version))


def _given(rating: Rating, voices: Sequence[tuple[Part, PartContent]]) -> Given | None:
    """The goals score of the manager who decides, where nothing was measured."""
    for part, content in voices:
        answer = content.answers.get("goals", {})
        if part.role == PartRole.MANAGER and part.rater_id == rating.manager_id and answer.get("score"):
            return Given(Fraction(str(answer["score"])), part.rater_id, str(answer.get("text", "")))
    return None


def _decided(
    rating: Rating, result: Result, choose: Callable[[int, str, Sequence[str]], tuple[str, str]], card: PlanCard
) -> tuple[Decided, str]:
    suggested = str(result.suggested)
    grade, reason = choose(rating.subject_id, suggested, list(card.grades))
    return Decided(rating.pk, rating.subject_id, rating.manager_id, result.total or 0, suggested, grade), reason


def _store(
    card: PlanCard,
    results: Mapping[int, Result],
    made: Sequence[tuple[Decided, str]],
    at: datetime,
) -> None:
    worth = {row.key: row.coefficient for row in card.rules.scale.grades}
    write_many(
        [
            RatingContent(
                rating_id=d.review_id,
                total=d.total,
                suggested=d.suggested,
                decided=d.decided,
                reason=reason,
                final=d.decided,
                final_reason="",
                coefficient=worth[d.decided],
            )
            for d, reason in made
        ]
    )
    write_many(
        [
            Explanation(review_id=pk, terms=result.story, rule_version=card.rules.version)
            for pk, result in results.items()
        ]
    )
    Rating.objects.filter(plan_id=card.id).update(decided_by=F("manager"), decided_at=at, version=F("version") + 1)


@rule
def receive(actor: Actor, plan_id: int, answers: Mapping[int, tuple[str, str]], at: Callable[[int], datetime]) -> int:
    """What people answered to their results, by person: (answer, comment). Cost: three statements per 1,000."""
    heads = Review.objects.filter(plan_id=plan_id).order_by("pk")
    made = [
        Acknowledgement(
            review=head, subject_id=head.subject_id, subject_place=head.subject_place, at=at(head.subject_id)
        )
        for head in heads
        if answers.get(head.subject_id, ("",))[0]
    ]
    write_many(made)
    write_many(
        [
            AcknowledgementContent(acknowledgement=one, answer=answer, comment=comment)
            for one, (answer, comment) in ((one, answers[one.subject_id]) for one in made)
        ]
    )
    return len(made)


@rule
def versions(actor: Actor, plan_id: int) -> dict[int, int]:
    """Versions of the ratings of a plan, by review. Cost: one statement."""
    return dict(Rating.objects.filter(plan_id=plan_id).values_list("pk", "version"))
