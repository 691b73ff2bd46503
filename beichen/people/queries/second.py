"""What waits for a second person, from whatever area: acts, changes of the organisation, seats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, CharField, DateTimeField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils.functional import Promise

from beichen.people import access
from beichen.people.choices import ChangeKind, ChangeState, SeatKind
from beichen.people.models import OrgChange, Person, RoleProfile, Seat
from beichen.platform.access import two_person
from beichen.platform.access.current import query
from beichen.platform.access.permissions import seats_of
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor


@dataclass(frozen=True, slots=True)
class SecondCard:
    """An act that one person asked for. `mine`: the actor did, and waits; else the actor can do it."""

    key: str
    title: str | Promise
    about: str
    asked_by: int
    asker: str
    asked_at: datetime | None
    expires_at: datetime | None
    url: str
    mine: bool
    pending_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Looking:
    """A role profile of the actor's that is due to be looked through."""

    id: int
    name: str
    name_en: str
    due: date


_ASKER = Subquery(Person.objects.filter(pk=OuterRef("asked_by")).values("name")[:1])


@query
def second_person(actor: Actor, limit: int = 50) -> list[SecondCard]:
    """What the actor could do as the second person, or asked for; the oldest first.

    Cost: two statements, none for those without a seat.
    """
    return owed(actor, limit)[0]


@query
def owed(actor: Actor, limit: int = 50) -> tuple[list[SecondCard], list[Looking]]:
    """The same, and the actor's own role profiles that are due. Cost: two statements, one of them for seats alone."""
    found = _acts(actor, limit)
    lines = list(_organisation(actor)[:limit])
    found += [_card(*line) for line in lines if line[0] != "profile"]
    due = [Looking(line[1], line[3], line[2], line[6].date()) for line in lines if line[0] == "profile"]
    return _in_order(found)[:limit], due


def _in_order(found: list[SecondCard]) -> list[SecondCard]:
    return sorted(found, key=lambda card: (card.mine, card.asked_at is None, card.asked_at, card.key))


def _acts(actor: Actor, limit: int) -> list[SecondCard]:
    lines = two_person.open_acts(actor).annotate(asker=_ASKER).order_by("asked_at")[:limit]
    cards = [(two_person.asked(line), line.asker or "") for line in lines]
    return [
        SecondCard(
            f"second:{one.id}", two_person.offered(one.act).title, one.about, one.asked_by, asker, one.asked_at,
            one.expires_at, two_person.offered(one.act).address(one), one.asked_by == actor.person_id, one.id,
        )
        for one, asker in cards
    ]  # fmt: skip


def _organisation(actor: Actor) -> QuerySet[Any, Any]:
    """Own profiles due and, for HR administrators, changes and seats: one statement for what stands in three tables."""
    profiles = _profiles(actor)
    if "HA" not in seats_of(actor):
        return profiles
    about = Coalesce("person__name", KeyTextTransform("name", "payload"), Value(""), output_field=CharField())
    changes = (
        OrgChange.objects.filter(access.confirmable_changes(), state=ChangeState.WAITING)
        .annotate(what=Value("change"), about=about, asker=_ASKER)
        .values_list("what", "pk", "kind", "about", "asked_by", "asker", "asked_at")
    )
    none = Value(None, output_field=OrgChange._meta.get_field("asked_at"))
    seats = (
        Seat.objects.filter(access.grantable_seats(), granted_at=None, revoked_at=None)
        .annotate(what=Value("seat"), about=Coalesce("person__name", Value("")), asker=_ASKER, at=none)
        .values_list("what", "pk", "seat", "about", "asked_by", "asker", "at")
    )
    return changes.union(seats, profiles, all=True)


def _profiles(actor: Actor) -> QuerySet[Any, Any]:
    mine = RoleProfile.objects.filter(access.visible_profiles(), owner_id=actor.person_id or 0)
    return (
        mine.filter(review_on__lte=clock.today())
        .annotate(
            what=Value("profile"), about=F("name"), nobody=Value(None, output_field=BigIntegerField()),
            asker=Value(None, output_field=CharField()), at=Cast("review_on", DateTimeField()),
        )
        .values_list("what", "pk", "name_en", "about", "nobody", "asker", "at")
    )  # fmt: skip


def _card(
    what: str, pk: int, kind: str, about: str, asked_by: int | None, asker: str | None, asked_at: datetime | None
) -> SecondCard:
    change = what == "change"
    title = ChangeKind(kind).label if change else SeatKind(kind).label
    url = reverse("people:changes" if change else "people:seats")
    return SecondCard(f"{what}:{pk}", title, about, asked_by or 0, asker or "", asked_at, None, url, mine=False)
