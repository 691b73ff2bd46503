"""How open reviews would be made today: who decides and who wrote as manager for how long, after people moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from beichen.people import queries as people
from beichen.people.queries import CycleCard, PersonCard, Stretch
from beichen.platform.access.current import query
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.reviews.choices import NominationState, PartRole, PartState, PlanState, ReviewState
from beichen.reviews.models import Nomination, Part, Review, ReviewPlan
from beichen.reviews.queries.seeds import acting, days_led


@dataclass(frozen=True, slots=True)
class Standing:
    """One open review by today's lines. `led`: who led for how many days, and who writes where that person left."""

    review_id: int
    subject: PersonCard
    decides: int
    led: tuple[tuple[int, int, int], ...]


@query
def standings(actor: Actor, person_ids: Sequence[int]) -> list[Standing]:
    """Open reviews of these people as they stand today; where nobody can be found, the manager stays.

    Inside the cycle, who leads on its last day decides; afterwards, who leads now. Cost: four statements and one for
    each cycle, however many people; one more for each person whom nobody leads.
    """
    heads = list(Review.objects.filter(subject_id__in=person_ids, state=ReviewState.OPEN).order_by("pk"))
    cycles = {card.id: card for card in people.cycles(actor)} if heads else {}
    subjects = people.persons(actor, [head.subject_id for head in heads])
    lines = {
        cycle_id: people.stretches(actor, sorted(subjects), cycles[cycle_id].first, cycles[cycle_id].last)
        for cycle_id in {head.cycle_id for head in heads}
    }
    leads = {card.manager_id for card in subjects.values()} | {head.manager_id for head in heads}
    leads |= {part.manager_id for found in lines.values() for parts in found.values() for part in parts}
    cards = {**subjects, **people.persons(actor, leads)}
    return [
        _standing(head, cards, cycles[head.cycle_id], lines[head.cycle_id].get(head.subject_id, []))
        for head in heads
        if head.subject_id in cards
    ]


def _standing(head: Review, cards: Mapping[int, PersonCard], cycle: CycleCard, found: list[Stretch]) -> Standing:
    subject = cards[head.subject_id]
    lead = found[-1].manager_id if found and clock.today() <= cycle.last else subject.manager_id
    decides = acting(cards, lead, subject.id)
    led = [(manager, acting(cards, manager, subject.id), days) for manager, days in days_led(cycle, found)]
    kept = tuple((manager, stands, days) for manager, stands, days in led if stands is not None)
    return Standing(head.pk, subject, head.manager_id if decides in (None, subject.id) else decides or 0, kept)


@dataclass(frozen=True, slots=True)
class Open:
    """What somebody who left had open: the own review, people led, and reviews in which a peer's words were awaited."""

    own: int | None
    led: tuple[int, ...]
    peers: tuple[int, ...]


@query
def open_with(actor: Actor, person_id: int) -> Open:
    """Open reviews somebody is in: as the person, as manager (subjects), as a peer (reviews). Cost: four statements."""
    open_ = Review.objects.filter(state=ReviewState.OPEN)
    own = open_.filter(subject_id=person_id).values_list("pk", flat=True).first()
    mine = Part.objects.filter(rater_id=person_id, state=PartState.DRAFT, review__state=ReviewState.OPEN)
    led = set(open_.filter(manager_id=person_id).values_list("subject_id", flat=True))
    written = list(mine.values_list("role", "subject_id", "review_id"))
    led |= {subject for role, subject, _ in written if role == PartRole.MANAGER}
    peers = {review for role, _, review in written if role == PartRole.PEER}
    proposed = Nomination.objects.filter(peer_id=person_id, state=NominationState.NOMINATED)
    peers |= set(proposed.values_list("review_id", flat=True))
    return Open(own, tuple(sorted(led)), tuple(sorted(peers)))


@query
def plans_to_join(actor: Actor, person_ids: Sequence[int], phases: Sequence[str]) -> list[tuple[int, list[int]]]:
    """Launched plans of cycles in these phases, each with those of the people who have no review in its cycle yet.

    Cost: one statement and one for each plan.
    """
    plans = ReviewPlan.objects.filter(state=PlanState.LAUNCHED, cycle__phase__in=phases).order_by("pk")
    found = []
    for plan_id, cycle_id in plans.values_list("pk", "cycle_id"):
        there = set(
            Review.objects.filter(cycle_id=cycle_id, subject_id__in=person_ids).values_list("subject_id", flat=True)
        )
        missing = [person for person in person_ids if person not in there]
        if missing:
            found.append((plan_id, missing))
    return found
