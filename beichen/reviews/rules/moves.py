"""Reviews follow people who move, leave and join (domain: who reviews whom when people move).

Only open reviews follow: from calibration on, who decided stays the signer. Nothing written is ever deleted; a draft
stays its writer's, who finishes it as an earlier manager. Jobs run this again and again: a second run changes nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import F, Q
from django.urls import reverse

from beichen.people import queries as people
from beichen.platform.access.current import rule
from beichen.platform.audit import rules as audit
from beichen.platform.kit.actor import Actor
from beichen.platform.notify import rules as notify
from beichen.platform.notify.rules import Letter
from beichen.reviews import queries
from beichen.reviews.choices import (
    PASSED_ON,
    PEER_GONE,
    REVIEW_YOURS,
    WENT_ON,
    YOU_LED,
    NominationState,
    PartRole,
    PartState,
    ReviewState,
)
from beichen.reviews.models import Nomination, Part, Rating, Review
from beichen.reviews.queries import Standing
from beichen.reviews.rules.launch import LAUNCH_PHASES, make_missing, new_part


@dataclass(slots=True)
class _Changes:
    """What has to be written, collected so that many people cost as much as one."""

    deciders: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    fresh: list[Part] = field(default_factory=list)
    days: list[Part] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)


@rule
def follow_people(actor: Actor, person_ids: Sequence[int]) -> list[int]:
    """Bring the open reviews of these people in line with who leads them; the ids of those that changed.

    The new manager decides; the former one keeps the own part and its days. Cost: about fourteen statements, however
    many people.
    """
    standings = queries.standings(actor, person_ids)
    ids = [standing.review_id for standing in standings]
    reviews = {r.pk: r for r in Review.objects.select_for_update().filter(pk__in=ids, state=ReviewState.OPEN)}
    parts: dict[int, list[Part]] = defaultdict(list)
    for part in Part.objects.select_for_update().filter(review_id__in=reviews, role=PartRole.MANAGER):
        parts[part.review_id].append(part)
    changes = _Changes()
    for standing in standings:
        if standing.review_id in reviews:
            _settle(changes, standing, reviews[standing.review_id], parts[standing.review_id])
    _pass_on(changes)
    Part.objects.bulk_update(changes.days, ["days"], batch_size=1000)
    Part.objects.bulk_create(changes.fresh, batch_size=1000)
    notify.send_many(actor, changes.letters)
    changed = sorted({review for found in changes.deciders.values() for review in found})
    if changed:
        audit.record_bulk(actor, "reviews.follow_people", "reviews.review", changed)
    return changed


def _settle(changes: _Changes, standing: Standing, review: Review, parts: Sequence[Part]) -> None:
    """One review: who decides, and everybody's days."""
    before = review.manager_id
    if before != standing.decides:
        changes.deciders[standing.decides].append(review.pk)
        review.manager_id = standing.decides
        changes.letters += _letters(standing, before, parts)
    there = {part.rater_id: part for part in parts}
    days = _days(standing, there)
    for rater, part in there.items():
        if part.days != days[rater]:
            part.days = days[rater]
            changes.days.append(part)
    changes.fresh += [
        new_part(review, rater, PartRole.MANAGER, led) for rater, led in days.items() if rater not in there
    ]  # fmt: skip


def _days(standing: Standing, there: dict[int, Part]) -> Counter[int]:
    """Calendar days by rater: what somebody handed in counts for the own days, also after leaving."""
    days: Counter[int] = Counter({standing.decides: 0})
    for manager, stands_in, led in standing.led:
        spoke = manager in there and there[manager].state != PartState.DRAFT
        days[manager if spoke else stands_in] += led
    return days


def _letters(standing: Standing, before: int, parts: Sequence[Part]) -> list[Letter]:
    who = {"who": standing.subject.name}
    mine = next((part for part in parts if part.rater_id == before and part.state == PartState.DRAFT), None)
    letters = [Letter(standing.decides, REVIEW_YOURS, reverse("reviews:review", args=[standing.review_id]), who)]
    if mine is not None:
        letters.append(Letter(before, YOU_LED, reverse("reviews:part", args=[mine.pk]), who))
    return letters


def _pass_on(changes: _Changes) -> None:
    """Write who decides on every head. A peer who leads now speaks as manager: what was not handed in is declined."""
    for manager, ids in changes.deciders.items():
        peer = Q(role=PartRole.PEER, rater_id=manager, state=PartState.DRAFT)
        Part.objects.filter(peer, review_id__in=ids).update(state=PartState.DECLINED, version=F("version") + 1)
        proposed = Nomination.objects.filter(review_id__in=ids, peer_id=manager, state=NominationState.NOMINATED)
        proposed.update(state=NominationState.REFUSED)
        for model in (Part, Nomination):
            model._default_manager.filter(review_id__in=ids).update(manager_id=manager)
        Review.objects.filter(pk__in=ids).update(manager_id=manager, version=F("version") + 1)
        Rating.objects.filter(pk__in=ids).update(manager_id=manager, version=F("version") + 1)


@rule
def follow_leaver(actor: Actor, person_id: int) -> list[int]:
    """Somebody left: what waited for that person goes to the manager's manager, and the HR partner is told.

    Parts asked for as a peer are declined and the manager told; the own review goes on with its manager. Cost: that of
    `follow_people` and about ten statements.
    """
    open_ = queries.open_with(actor, person_id)
    changed = follow_people(actor, list(open_.led)) if open_.led else []
    who = people.person(actor, person_id).name
    letters = _without_peer(person_id, who, open_.peers)
    concerned = [*open_.led, *([person_id] if open_.own is not None else [])]
    partners = Counter(partner for one in concerned if (partner := people.who_acts("BP", one)) is not None)
    letters += [
        Letter(partner, PASSED_ON, "/reviews/", {"who": who, "count": count}, f"left:{person_id}:{partner}")
        for partner, count in partners.items()
        if partner != person_id
    ]  # fmt: skip
    if open_.own is not None:
        manager = Review.objects.values_list("manager_id", flat=True).get(pk=open_.own)
        url = reverse("reviews:review", args=[open_.own])
        letters.append(Letter(manager, WENT_ON, url, {"who": who}, f"left:{person_id}:{open_.own}"))
    notify.send_many(actor, letters)
    audit.record(actor, "reviews.follow_leaver", subjects=[person_id], details={"reviews": len(concerned)})
    return changed


def _without_peer(person_id: int, who: str, review_ids: Sequence[int]) -> list[Letter]:
    mine = Part.objects.filter(review_id__in=review_ids, role=PartRole.PEER, rater_id=person_id, state=PartState.DRAFT)
    mine.update(state=PartState.DECLINED, version=F("version") + 1)
    proposed = Nomination.objects.filter(
        review_id__in=review_ids, peer_id=person_id, state=NominationState.NOMINATED
    )  # fmt: skip
    proposed.update(state=NominationState.REFUSED)
    managers = Review.objects.filter(pk__in=review_ids).values_list("pk", "manager_id")
    return [
        Letter(manager, PEER_GONE, reverse("reviews:peers", args=[review]), {"who": who}, f"peer:{person_id}:{review}")
        for review, manager in managers
    ]


@rule
def take_in(actor: Actor, person_ids: Sequence[int]) -> int:
    """Who joined while a launched plan is being set up or written gets what the launch would have made; how many.

    Cost: that of a launch for these people alone.
    """
    made = 0
    for plan_id, missing in queries.plans_to_join(actor, person_ids, LAUNCH_PHASES):
        made += len(make_missing(actor, plan_id, missing))
    return made
