"""Parts: what I owe, what I wrote, and the evidence beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from beichen.people import queries as people
from beichen.people.queries import PersonCard
from beichen.platform.access.current import query
from beichen.platform.forms.schema import Answers, Form
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.reviews import access
from beichen.reviews.choices import PartRole, PartState
from beichen.reviews.models import Acknowledgement, Nomination, Part, PartContent, PartVersion, Review
from beichen.reviews.queries.cards import PlanCard, plan
from beichen.reviews.queries.evidence import SOURCES, GoalLine, goal_lines, without


@dataclass(frozen=True, slots=True)
class PartCard:
    """A part as its head shows it."""

    id: UUID
    review_id: int
    plan_id: int
    cycle_id: int
    role: str
    subject: PersonCard
    rater: PersonCard
    days: int
    state: str
    submitted_at: datetime | None
    returned: bool
    declined_because: str
    decides: bool
    version: int


@dataclass(frozen=True, slots=True)
class PartText:
    """What a part says, by question; `version` 0 means nothing was written yet."""

    answers: Answers
    version: int
    saved_at: datetime | None = None

    @property
    def closing(self) -> str:
        """The words that look ahead."""
        return str(self.answers.get("closing", ""))


EMPTY = PartText({}, 0)


@dataclass(frozen=True, slots=True)
class PartSheet:
    """A part open before its rater: form, what was typed, and the evidence."""

    card: PartCard
    plan: PlanCard
    text: PartText
    goals: tuple[GoalLine, ...]

    @property
    def form(self) -> Form:
        """What this part is asked, the goals score among it where nothing was measured."""
        return self.plan.form.for_part(self.card.role, without(self.goals))


def part_cards(actor: Actor, parts: Sequence[Part], faces: Mapping[int, PersonCard] | None = None) -> list[PartCard]:
    """Heads with their people. Cost: one statement, none with `faces`."""
    cards = people.persons(actor, people_of(parts)) if faces is None else faces
    return [
        PartCard(
            part.pk, part.review_id, part.plan_id, part.cycle_id, part.role, cards[part.subject_id],
            cards[part.rater_id], part.days, part.state, part.submitted_at, part.returned,
            part.declined_because, part.rater_id == part.manager_id, part.version,
        )
        for part in parts
        if part.subject_id in cards and part.rater_id in cards
    ]  # fmt: skip


def people_of(parts: Sequence[Part]) -> set[int | None]:
    """Everybody named on these heads."""
    return {i for part in parts for i in (part.subject_id, part.rater_id)}


@query
def my_parts(actor: Actor, limit: int = 200) -> list[PartCard]:
    """What I write or wrote in cycles that are not released, to write first. Cost: two statements."""
    states = [PartState.DRAFT, PartState.SUBMITTED, PartState.DECLINED]
    found = Part.objects.filter(rater_id=actor.person_id, state__in=states)
    return part_cards(actor, list(found.order_by("state", "role", "subject_id")[:limit]))


def own_part(actor: Actor, part_id: UUID) -> Part:
    """The actor's own part, or NotFound. Cost: one statement."""
    found = Part.objects.filter(pk=part_id, rater_id=actor.person_id).first()
    if found is None:
        raise NotFound
    return found


@query
def sheet(actor: Actor, part_id: UUID) -> PartSheet:
    """The actor's own part with form, text and evidence. Cost: eight statements."""
    part = own_part(actor, part_id)
    card = plan(actor, part.plan_id)
    goals = goal_lines(actor, part.subject_id, part.cycle_id)
    return PartSheet(part_cards(actor, [part])[0], card, text_of(part_id), goals)


@query
def part_form(actor: Actor, part_id: UUID) -> Form:
    """Everything the actor's own part may be asked, or NotFound. Cost: three statements."""
    part = own_part(actor, part_id)
    return plan(actor, part.plan_id).form.for_part(part.role, SOURCES)


def text_of(part_id: UUID) -> PartText:
    """What the part says now, when readable. Cost: two statements."""
    found = PartContent.objects.filter(pk=part_id).first()
    if found is None:
        return EMPTY
    last = PartVersion.objects.filter(part_id=part_id, number=found.version).values_list("saved_at", flat=True).first()
    return PartText(found.answers, found.version, last)


@query
def versions(actor: Actor, part_id: UUID) -> list[PartText]:
    """Every acknowledged save of the actor's own part, newest first. Cost: two statements."""
    own_part(actor, part_id)
    found = PartVersion.objects.filter(part_id=part_id).order_by("-number")
    return [PartText(v.answers, v.number, v.saved_at) for v in found]


@dataclass(frozen=True, slots=True)
class NominationCard:
    """One proposed peer and what became of it; `declined` is the reason the peer chose, where the reader may know."""

    id: UUID
    peer: PersonCard
    by_subject: bool
    state: str
    declined: str = ""


@dataclass(frozen=True, slots=True)
class PeerSheet:
    """The peers of one review, for the person and for the manager who chooses."""

    review_id: int
    subject: PersonCard
    manager_id: int
    plan: PlanCard
    nominations: tuple[NominationCard, ...]


@query
def peer_sheet(actor: Actor, review_id: int) -> PeerSheet:
    """Nominations of a review the actor knows of. Cost: seven statements."""
    head = Review.objects.filter(access.visible_reviews(), pk=review_id).first()
    if head is None:
        raise NotFound
    found = list(
        Nomination.objects.filter(access.visible_nominations(), review_id=review_id).order_by("nominated_at", "id")
    )
    cards = people.persons(actor, {head.subject_id, *(n.peer_id for n in found)})
    declined = dict(
        Part.objects.filter(access.visible_parts(), review_id=review_id, role=PartRole.PEER, state=PartState.DECLINED)
        .values_list("rater_id", "declined_because")
    )  # fmt: skip
    nominations = tuple(
        NominationCard(
            n.pk, cards[n.peer_id], n.nominated_by_id == head.subject_id, n.state, declined.get(n.peer_id, "")
        )
        for n in found
    )  # fmt: skip
    return PeerSheet(review_id, cards[head.subject_id], head.manager_id, plan(actor, head.plan_id), nominations)


@dataclass(frozen=True, slots=True)
class PeerChoice:
    """A review whose proposed peers wait for the actor's choice."""

    review_id: int
    cycle_id: int
    subject: PersonCard


@query
def peers_to_choose(actor: Actor) -> list[PeerChoice]:
    """Reviews I decide in which proposed peers wait. Cost: two statements."""
    found = (
        Nomination.objects.filter(access.visible_nominations(), manager_id=actor.person_id, state="nominated")
        .order_by("review_id").values_list("review_id", "review__cycle_id", "subject_id").distinct()
    )  # fmt: skip
    lines = list(found)
    cards = people.persons(actor, [subject for _, _, subject in lines]) if lines else {}
    return [PeerChoice(review, cycle, cards[subject]) for review, cycle, subject in lines if subject in cards]


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """A review as its head shows it."""

    id: int
    plan_id: int
    cycle_id: int
    subject_id: int
    manager_id: int
    unit_id: int
    state: str
    released_at: datetime | None


def _review_card(head: Review) -> ReviewCard:
    return ReviewCard(
        head.pk, head.plan_id, head.cycle_id, head.subject_id, head.manager_id, head.unit_id, head.state,
        head.released_at,
    )  # fmt: skip


@query
def my_reviews(actor: Actor) -> list[ReviewCard]:
    """Reviews of me, newest first. Cost: one statement."""
    found = Review.objects.filter(access.visible_reviews(), subject_id=actor.person_id)
    return [_review_card(head) for head in found.order_by("-pk")]


@query
def unanswered(actor: Actor) -> list[ReviewCard]:
    """Released reviews of me that I have not answered to, newest first. Cost: one statement."""
    answers = Acknowledgement.objects.filter(access.visible_acknowledgements(), pk=OuterRef("pk"))
    found = Review.objects.filter(access.visible_reviews(), subject_id=actor.person_id, state="released")
    return [_review_card(head) for head in found.exclude(Exists(answers)).order_by("-pk")]


@query
def to_decide(actor: Actor) -> list[ReviewCard]:
    """Reviews I decide, those still open first. Cost: one statement."""
    found = Review.objects.filter(access.visible_reviews(), manager_id=actor.person_id)
    return [_review_card(head) for head in found.order_by("-cycle_id", "subject_id")[:200]]


@query
def review(actor: Actor, review_id: int) -> ReviewCard:
    """One review's head, or NotFound. Cost: one statement."""
    head = Review.objects.filter(access.visible_reviews(), pk=review_id).first()
    if head is None:
        raise NotFound
    return _review_card(head)
