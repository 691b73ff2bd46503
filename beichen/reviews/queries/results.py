"""Results: the live total for those who decide, the stored one for everybody it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from beichen.people import queries as people
from beichen.people.queries import PersonCard
from beichen.platform.access.current import query
from beichen.platform.access.permissions import require
from beichen.platform.audit import rules as audit
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.kit.rounding import fraction
from beichen.platform.ui.language import for_reader
from beichen.reviews import access
from beichen.reviews.choices import PartRole, PartState, RatingState
from beichen.reviews.formulas.results import Given, Result, Scored, compute
from beichen.reviews.models import (
    Acknowledgement,
    AcknowledgementContent,
    Explanation,
    GradeMove,
    Part,
    PartContent,
    Rating,
    RatingContent,
    Review,
)
from beichen.reviews.queries.cards import PARTS, PlanCard, card_of
from beichen.reviews.queries.evidence import GoalLine, goal_lines, goal_terms
from beichen.reviews.queries.parts import PartCard, PartText, part_cards, people_of

FINAL = [RatingState.LOCKED, RatingState.RELEASED, RatingState.ARCHIVED]
HANDED_IN = [PartState.SUBMITTED, PartState.LOCKED, PartState.RELEASED, PartState.ARCHIVED]


# ── for reward and growth ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class LockedResult:
    """One person's final result. `total` in hundredths, `coefficient` in ten-thousandths."""

    person_id: int
    grade: str
    coefficient: int
    total: int
    review_id: int
    state: str


LOCKED_RESULTS = """
    SELECT rating.subject_id, content.final, content.coefficient, rating.review_id
    FROM reviews_rating rating JOIN reviews_ratingcontent content ON content.rating_id = rating.review_id
    WHERE rating.cycle_id = %(cycle)s AND rating.state IN ('locked', 'released', 'archived')
"""
"""Person, grade, coefficient and review of `locked_results`, for statements over a whole company run by a job."""


@query
def locked_results(actor: Actor, cycle_id: int) -> list[LockedResult]:
    """Locked and released results of a cycle that the actor may read, by person. Cost: one statement."""
    found = RatingContent.objects.filter(rating__cycle_id=cycle_id, rating__state__in=FINAL)
    return _results(_readable(actor, found))


@query
def read_locked(actor: Actor, cycle_id: int) -> list[LockedResult]:
    """`locked_results` before a person's eyes: leaves an audit row. Cost: two statements."""
    found = locked_results(actor, cycle_id)
    audit.record_read(actor, "reviews.result", [line.person_id for line in found], {"cycle": cycle_id})
    return found


@query
def released(actor: Actor, person_id: int) -> list[LockedResult]:
    """A person's released results, newest first, as far as the actor may read them. Cost: one statement."""
    states = [RatingState.RELEASED, RatingState.ARCHIVED]
    found = RatingContent.objects.filter(rating__subject_id=person_id, rating__state__in=states)
    return _results(_readable(actor, found).order_by("-rating_id"))


@query
def person_results(actor: Actor, person_id: int) -> list[tuple[LockedResult, str]]:
    """Released results with the names of their plans, newest first; leaves an audit row when there are any.

    Cost: three statements.
    """
    found = released(actor, person_id)
    if found:
        audit.record_read(actor, "reviews.result", [person_id])
    reviews = Review.objects.filter(access.visible_reviews(), pk__in=[line.review_id for line in found])
    names = {
        pk: for_reader(own, english) for pk, own, english in reviews.values_list("pk", "plan__name", "plan__name_en")
    }
    return [(line, names[line.review_id]) for line in found if line.review_id in names]


def _readable(actor: Actor, found: Any) -> Any:
    return found if actor.person_id is None else found.filter(access.readable_rating_contents())


def _results(found: Any) -> list[LockedResult]:
    fields = ("rating__subject_id", "final", "coefficient", "total", "rating_id", "rating__state")
    ordered = found if found.query.order_by else found.order_by("rating__subject_id")
    return [LockedResult(*line) for line in ordered.values_list(*fields)]


# ── one review, for those who write and decide ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Voice:
    """One part with its words. `card` is None where the reader may not know who wrote it (M1)."""

    role: str
    card: PartCard | None
    text: PartText


@dataclass(frozen=True, slots=True)
class RatingCard:
    """The rating as far as it is readable: `content` None where only its state is."""

    state: str
    decided_by: int | None
    decided_at: datetime | None
    locked_at: datetime | None
    released_at: datetime | None
    version: int
    content: Decision | None


@dataclass(frozen=True, slots=True)
class Decision:
    """Total (hundredths) and grades."""

    total: int
    suggested: str
    decided: str
    reason: str
    final: str
    final_reason: str


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    """Everything on one review that its reader may see."""

    review_id: int
    state: str
    subject: PersonCard
    manager: PersonCard
    plan: PlanCard
    voices: tuple[Voice, ...]
    waiting: tuple[PartCard, ...]
    goals: tuple[GoalLine, ...]
    rating: RatingCard | None
    live: Result | None
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A grade moved in calibration."""

    before: str
    after: str
    reason: str
    by: PersonCard
    at: datetime


def _head(review_id: int) -> tuple[Review, PlanCard]:
    """A review has a launched plan, which is open to whoever reads one of its reviews (41b)."""
    found = Review.objects.filter(access.visible_reviews(), pk=review_id)
    head = found.select_related(*(f"plan__{part}" for part in PARTS)).first()
    if head is None:
        raise NotFound
    return head, card_of(head.plan)


@query
def review_sheet(actor: Actor, review_id: int) -> ReviewSheet:
    """One review with its words and its live total, for LM, SK and BP. Cost: 13 statements, one of them the audit's."""
    head, card = _head(review_id)
    if head.subject_id == actor.person_id:
        raise NotFound
    parts = list(Part.objects.filter(access.visible_parts(), review_id=review_id).order_by("role", "rater_id"))
    faces = people.persons(actor, {head.subject_id, head.manager_id} | people_of(parts))
    cards = {part.id: part for part in part_cards(actor, parts, faces)}
    voices = _voices(review_id, cards)
    goals = goal_lines(actor, head.subject_id, head.cycle_id)
    rating = _rating(review_id)
    reads = rating is not None and any(v.role == PartRole.MANAGER for v in voices)
    audit.record_read(actor, "reviews.review", [head.subject_id])
    return ReviewSheet(
        review_id=review_id, state=head.state, subject=faces[head.subject_id], manager=faces[head.manager_id],
        plan=card, voices=tuple(map(unscored, voices)), goals=goals, rating=rating,
        waiting=tuple(part for part in cards.values() if part.state == PartState.DRAFT),
        live=outcome(card, voices, goals, head.manager_id) if reads else None,
        moves=_moves(actor, review_id),
    )  # fmt: skip


@query
def move_sheet(actor: Actor, review_id: int) -> ReviewSheet:
    """What a facilitator reads before moving a grade; NotFound without a grade. Cost: that of `review_sheet`."""
    require(actor, access.SIT_AS_FACILITATOR)
    sheet = review_sheet(actor, review_id)
    if sheet.rating is None or sheet.rating.content is None:
        raise NotFound
    return sheet


def _voices(review_id: int, cards: Mapping[UUID, PartCard]) -> tuple[Voice, ...]:
    """Readable contents; a peer's without a readable head stands without a name, in an order that tells nothing."""
    found = PartContent.objects.filter(access.readable_part_contents(), review_id=review_id)
    voices = [
        Voice(content.role, cards.get(content.pk), PartText(content.answers, content.version))
        for content in found.order_by("pk")
    ]
    order = {PartRole.SELF: 0, PartRole.MANAGER: 1, PartRole.PEER: 2}
    return tuple(sorted(voices, key=lambda v: (order[PartRole(v.role)], v.card.rater.id if v.card else 0)))


def unscored(voice: Voice) -> Voice:
    """A peer's words without the scores: one peer's number is nobody's to read, only the mean of enough of them."""
    if voice.role != PartRole.PEER:
        return voice
    said = {key: {"text": a.get("text", "")} if isinstance(a, Mapping) else a for key, a in voice.text.answers.items()}
    return replace(voice, text=replace(voice.text, answers=said))


def outcome(card: PlanCard, voices: Iterable[Voice], goals: tuple[GoalLine, ...], manager_id: int) -> Result:
    """The result from readable parts: what was handed in, and the decider's own draft. No statement."""
    counted = [v for v in voices if v.card is not None and _counts(v.card, manager_id)]
    raters = [Scored(v.role, v.card.rater.id, scores(v.text), v.card.days) for v in counted if v.card is not None]
    return compute(card.rules, raters, goal_terms(goals), _given(counted, manager_id))


def _counts(card: PartCard, manager_id: int) -> bool:
    return card.state in HANDED_IN or (card.role == PartRole.MANAGER and card.rater.id == manager_id)


def scores(text: PartText) -> dict[str, Fraction]:
    """The scores of a part by section, where there is one."""
    return {
        key: fraction(given["score"], "score")
        for key, given in text.answers.items()
        if isinstance(given, Mapping) and given.get("score") not in (None, "")
    }


def _given(voices: Sequence[Voice], manager_id: int) -> Given | None:
    """A goals score entered by a manager; the one who decides goes first, then whoever led longest."""
    lines = [
        (v.card.rater.id == manager_id, v.card.days, v) for v in voices
        if v.card and v.role == PartRole.MANAGER and v.text.answers.get("goals", {}).get("score")
    ]  # fmt: skip
    if not lines:
        return None
    _, _, voice = max(lines, key=lambda line: line[:2])
    answer = voice.text.answers["goals"]
    return Given(fraction(answer["score"], "score"), voice.card.rater.id if voice.card else 0, answer.get("text", ""))


def _rating(review_id: int) -> RatingCard | None:
    """With its content where that is readable. Cost: one statement, two where it is not."""
    seen = Rating.objects.filter(access.visible_ratings(), pk=review_id)
    contents = RatingContent.objects.filter(access.readable_rating_contents(), rating__in=seen)
    found = contents.select_related("rating").first()
    head = found.rating if found else seen.first()
    if head is None:
        return None
    content = None if found is None else Decision(
        found.total, found.suggested, found.decided, found.reason, found.final, found.final_reason
    )  # fmt: skip
    return RatingCard(
        head.state, head.decided_by_id, head.decided_at, head.locked_at, head.released_at, head.version, content
    )


def _moves(actor: Actor, review_id: int) -> tuple[Move, ...]:
    found = list(GradeMove.objects.filter(access.visible_moves(), review_id=review_id).order_by("moved_at"))
    faces = people.persons(actor, [move.moved_by_id for move in found]) if found else {}
    return tuple(Move(m.before, m.after, m.reason, faces[m.moved_by_id], m.moved_at) for m in found)


# ── the result unfolded ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ResultSheet:
    """A result with everything that made it, without peers' names."""

    review_id: int
    state: str
    subject: PersonCard
    manager: PersonCard
    plan: PlanCard
    rating: RatingCard
    decision: Decision
    story: Mapping[str, Any]
    people: Mapping[int, PersonCard]
    voices: tuple[Voice, ...]
    answer: tuple[str, str, datetime] | None

    def said(self, role: str) -> list[PartText]:
        """What everybody of one role wrote, a peer's without scores."""
        return [voice.text for voice in self.voices if voice.role == role]


@query
def result(actor: Actor, review_id: int) -> ResultSheet:
    """The unfolded result, or NotFound while the actor may not read it. Cost: 13 statements, one the audit's."""
    head, card = _head(review_id)
    rating = _rating(review_id)
    story = Explanation.objects.filter(access.readable_explanations(), pk=review_id).first()
    if rating is None or rating.content is None or story is None:
        raise NotFound
    parts = list(Part.objects.filter(access.visible_parts(), review_id=review_id).exclude(role=PartRole.PEER))
    faces = people.persons(actor, _named(head, rating, story.terms) | people_of(parts))
    voices = _voices(review_id, {part.id: part for part in part_cards(actor, parts, faces)})
    audit.record_read(actor, "reviews.result", [head.subject_id])
    return ResultSheet(
        review_id=review_id, state=head.state, subject=faces[head.subject_id], manager=faces[head.manager_id],
        plan=card, rating=rating, decision=rating.content, story=story.terms, people=faces,
        voices=tuple(map(unscored, voices)), answer=_answer(review_id),
    )  # fmt: skip


def _named(head: Review, rating: RatingCard, story: Mapping[str, Any]) -> set[int | None]:
    raters = {
        by["person"] for section in story["sections"] for role in section.get("roles", ()) for by in role.get("by", ())
    }
    given = {section["given"]["by"] for section in story["sections"] if section.get("given")}
    return {head.subject_id, head.manager_id, rating.decided_by, *raters, *given}


def _answer(review_id: int) -> tuple[str, str, datetime] | None:
    found = (
        AcknowledgementContent.objects.filter(access.readable_acknowledgement_contents(), pk=review_id)
        .values_list("answer", "comment", "acknowledgement__at")
        .first()
    )
    return found


@query
def decided(actor: Actor, review_ids: Sequence[int]) -> set[int]:
    """Which of these reviews have a decided grade. Cost: one statement."""
    found = Rating.objects.filter(access.visible_ratings(), pk__in=review_ids, decided_by__isnull=False)
    return set(found.values_list("pk", flat=True))


@query
def acknowledged(actor: Actor, review_ids: Sequence[int]) -> set[int]:
    """Which of these reviews were answered. Cost: one statement."""
    found = Acknowledgement.objects.filter(access.visible_acknowledgements(), pk__in=review_ids)
    return set(found.values_list("pk", flat=True))
