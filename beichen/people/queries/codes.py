"""Who has no way in yet, and for whom a one-time code takes two people (18e, 18f)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.utils.translation import get_language

from beichen.people import access
from beichen.people.models import OrgUnit, Person, Seat
from beichen.platform.access.current import query
from beichen.platform.access.permissions import require
from beichen.platform.access.relations import InPeople
from beichen.platform.auth import queries as accounts
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound


@dataclass(frozen=True, slots=True)
class WayIn:
    """A person's way in. `is_guarded`: holds a seat, leads the viewer or sits in the same HR team, so two people."""

    person_id: int
    number: str
    name: str
    email: str
    unit_name: str
    is_guarded: bool
    in_scope: bool = True
    signed_in: bool = True
    code_until: datetime | None = None


def _guarded(found: QuerySet[Person]) -> QuerySet[Person]:
    held = Exists(Seat.objects.filter(person_id=OuterRef("pk"), granted_at__isnull=False, revoked_at=None))
    guarded = ExpressionWrapper(Q(held) | Q(InPeople("id", "masked")), output_field=BooleanField())
    return found.annotate(guarded=guarded)


def _ways(found: QuerySet[Person], most: int | None = None) -> list[WayIn]:
    unit = "unit__name_en" if get_language() == "en" else "unit__name"
    lines = _guarded(found).order_by("unit__place", "sort_key", "id")
    return [
        WayIn(pk, number, name, email, title or plain or "", is_guarded)
        for pk, number, name, email, title, plain, is_guarded in lines.values_list(
            "id", "number", "name", "email", unit, "unit__name", "guarded"
        )[:most]
    ]


def _known(ways: list[WayIn], waits: dict[int, datetime | None]) -> list[WayIn]:
    return [
        replace(way, signed_in=way.person_id not in waits, code_until=waits.get(way.person_id)) for way in ways
    ]  # fmt: skip


def way_in(actor: Actor, person_id: int) -> WayIn:
    """One person's way in, for the rule, or NotFound; the actor's own as well, to be refused. Cost: two statements."""
    found = Person.objects.filter(access.visible_persons(), pk=person_id, is_active=True)
    reach = ExpressionWrapper(access.reached_by_hr(), output_field=BooleanField())
    in_scope = found.annotate(reach=reach).values_list("reach", flat=True).first()
    if in_scope is None:
        raise NotFound
    [way] = _known(_ways(found), accounts.never_signed_in([person_id]))
    return replace(way, in_scope=bool(in_scope))


def ways_in(actor: Actor, person_ids: Iterable[int]) -> list[WayIn]:
    """The ways in of these people, for the operator of the machine. Cost: two statements."""
    ids = list(person_ids)
    return _known(_ways(Person.objects.filter(pk__in=ids, is_active=True)), accounts.never_signed_in(ids))


def _without(actor: Actor) -> QuerySet[Person]:
    require(actor, access.SEE_CODES)
    waits = accounts.without_password().values("person_id")
    return Person.objects.filter(access.reached_by_hr(), is_active=True, pk__in=waits)


@query
def without_way_in(actor: Actor, unit_id: int | None = None) -> list[WayIn]:
    """Everyone in the actor's scope who never signed in, by unit and name. Cost: two statements, three with a unit."""
    found = _without(actor)
    if unit_id is not None:
        unit = OrgUnit.objects.filter(pk=unit_id).first()
        if unit is None:
            raise NotFound
        found = found.filter(unit__place__gte=unit.place, unit__place__lte=unit.place_end)
    return _known(_ways(found), accounts.never_signed_in())


@dataclass(frozen=True, slots=True)
class WaysIn:
    """The first of those who never signed in; `whole`: how many, `ready`: how many a sheet of codes would serve."""

    lines: tuple[WayIn, ...]
    whole: int
    ready: int

    @property
    def more(self) -> int:
        """How many the lines leave out."""
        return self.whole - len(self.lines)


@query
def first_without_way_in(actor: Actor, most: int) -> WaysIn:
    """So many of `without_way_in`, and counts of all. Cost: three statements."""
    found = _without(actor)
    lines = _ways(found, most)
    has_code = Q(pk__in=accounts.with_code().values("person_id"))
    told = _guarded(found).aggregate(whole=Count("pk"), ready=Count("pk", filter=Q(guarded=False) & ~has_code))
    known = _known(lines, accounts.never_signed_in([way.person_id for way in lines]))
    return WaysIn(tuple(known), told["whole"], told["ready"])
