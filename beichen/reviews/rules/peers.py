"""Peers: proposed by the person, chosen by the manager."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse

from beichen.people import queries as people
from beichen.people.rules import open_cycle
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.audit import rules as audit
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.notify import rules as notify
from beichen.reviews import access, queries
from beichen.reviews.choices import PEER_INVITED, NominationState, PartRole, PartState
from beichen.reviews.models import Nomination, Part, Review
from beichen.reviews.rules.errors import Nominated, NotAPeer, Settled, TooManyPeers
from beichen.reviews.rules.launch import new_part

WINDOW = ("C04",)


def _head(review_id: int) -> Review:
    found = Review.objects.filter(access.visible_reviews(), pk=review_id).first()
    if found is None:
        raise NotFound
    return found


@rule
def nominate(actor: Actor, review_id: int, peer_ids: Sequence[int]) -> None:
    """The person proposes peers, or the manager invites them at once; who declined leaves room for another.

    Errors: NotFound, WrongPhase, NotAPeer, Nominated, TooManyPeers. Cost: ten statements, two more per invitation.
    """
    review = _head(review_id)
    require(actor, access.NOMINATE, review)
    open_cycle(actor, review.cycle_id, *WINDOW)
    _check(actor, review, peer_ids)
    invited = actor.person_id != review.subject_id
    made = [_nomination(actor, review, peer, invited=invited) for peer in peer_ids]
    Nomination.objects.bulk_create(made)
    if invited:
        _invite(actor, review, list(peer_ids))
    audit.record(actor, access.NOMINATE, review, subjects=[review.subject_id], details={"peers": list(peer_ids)})


def _check(actor: Actor, review: Review, peer_ids: Sequence[int]) -> None:
    cards = people.persons(actor, peer_ids)
    wrong = {review.subject_id, review.manager_id}
    if not peer_ids or any(peer not in cards or not cards[peer].is_active or peer in wrong for peer in peer_ids):
        raise NotAPeer(field="peers")
    there = list(
        Nomination.objects.filter(access.visible_nominations(), review=review)
        .exclude(state=NominationState.REFUSED)
        .values_list("peer_id", flat=True)
    )
    declined = Part.objects.filter(
        access.visible_parts(), review=review, role=PartRole.PEER, state=PartState.DECLINED
    ).count()
    if set(there) & set(peer_ids) or len(set(peer_ids)) < len(peer_ids):
        raise Nominated
    limit = int(queries.plan(actor, review.plan_id).settings["peers"]["nominate_max"])
    if len(there) - declined + len(peer_ids) > limit:
        raise TooManyPeers(limit=limit)


def _nomination(actor: Actor, review: Review, peer: int, *, invited: bool) -> Nomination:
    return Nomination(
        review=review, subject_id=review.subject_id, subject_place=review.subject_place, manager_id=review.manager_id,
        peer_id=peer, nominated_by_id=actor.person_id or 0, nominated_at=clock.now(),
        state=NominationState.INVITED if invited else NominationState.NOMINATED,
        settled_by_id=actor.person_id if invited else None,
    )  # fmt: skip


def _invite(actor: Actor, review: Review, peers: Sequence[int]) -> None:
    parts = Part.objects.bulk_create([new_part(review, peer, PartRole.PEER) for peer in peers])
    subject = people.person(actor, review.subject_id)
    notify.send_many(
        actor,
        [
            notify.Letter(part.rater_id, PEER_INVITED, reverse("reviews:part", args=[part.pk]), {"who": subject.name})
            for part in parts
        ],
    )


@rule
def settle(actor: Actor, review_id: int, invite: Sequence[UUID], refuse: Sequence[UUID] = ()) -> None:
    """The manager or the HR partner chooses among the nominated. Settled ones again: nothing happens.

    Errors: NotFound, Forbidden, WrongPhase, Settled where the choice was the other. Cost: nine statements.
    """
    review = _head(review_id)
    require(actor, access.SETTLE_PEERS, review)
    found = {
        n.pk: n
        for n in Nomination.objects.select_for_update().filter(
            access.visible_nominations(), review=review, pk__in=[*invite, *refuse]
        )
    }
    if set(found) != {*invite, *refuse}:
        raise NotFound
    open_cycle(actor, review.cycle_id, *WINDOW)
    chosen = _turn(actor, [found[key] for key in invite], NominationState.INVITED)
    _turn(actor, [found[key] for key in refuse], NominationState.REFUSED)
    _invite(actor, review, chosen)
    audit.record(actor, access.SETTLE_PEERS, review, subjects=[review.subject_id], details={"invited": chosen})


def _turn(actor: Actor, nominations: Sequence[Nomination], to: NominationState) -> list[int]:
    turned: list[int] = []
    for nomination in nominations:
        if nomination.state == to:
            continue
        if nomination.state == NominationState.INVITED:
            raise Settled
        nomination.state, nomination.settled_by_id = to, actor.person_id
        nomination.save(update_fields=["state", "settled_by"])
        turned.append(nomination.peer_id)
    return turned


@rule
def withdraw(actor: Actor, nomination_id: UUID) -> None:
    """Take back an own proposal that nobody has settled."""
    found = Nomination.objects.filter(
        access.visible_nominations(), pk=nomination_id, nominated_by_id=actor.person_id
    ).first()
    if found is None:
        raise NotFound
    require(actor, access.NOMINATE, found)
    if found.state != NominationState.NOMINATED:
        raise Settled
    open_cycle(actor, _head(found.review_id).cycle_id, *WINDOW)
    audit.record(actor, "reviews.withdraw_nomination", found, subjects=[found.subject_id])
    found.delete()
