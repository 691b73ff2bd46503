"""What waits for a second person, from whatever area: acts, changes of the organisation, seats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise

from beichen.people import access
from beichen.people.choices import ChangeKind, ChangeState, SeatKind
from beichen.people.models import OrgChange, Person, Seat
from beichen.platform.access import two_person
from beichen.platform.access.current import query
from beichen.platform.access.permissions import seats_of
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


_ASKER = Subquery(Person.objects.filter(pk=OuterRef("asked_by")).values("name")[:1])


@query
def second_person(actor: Actor, limit: int = 50) -> list[SecondCard]:
    """What the actor could do as the second person, or asked for; the oldest first.

    Cost: two statements, none for those without a seat.
    """
    found = _acts(actor, limit)
    if "HA" in seats_of(actor):
        found += _organisation(actor, limit)
    return sorted(found, key=lambda card: (card.mine, card.asked_at is None, card.asked_at, card.key))[:limit]


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


def _organisation(actor: Actor, limit: int) -> list[SecondCard]:
    """Changes and seats in one statement; asked ones of the actor stand on their own pages."""
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
    return [_card(*line) for line in changes.union(seats, all=True)[:limit]]


def _card(
    what: str, pk: int, kind: str, about: str, asked_by: int | None, asker: str | None, asked_at: datetime | None
) -> SecondCard:
    change = what == "change"
    title = ChangeKind(kind).label if change else SeatKind(kind).label
    url = reverse("people:changes" if change else "people:seats")
    return SecondCard(f"{what}:{pk}", title, about, asked_by or 0, asker or "", asked_at, None, url, mine=False)
