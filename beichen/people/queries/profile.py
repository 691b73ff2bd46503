"""What stands behind a person's card: employment (20d), past and planned assignments (20b), seats (20e), changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, F, Q, QuerySet, Value

from beichen.people import access
from beichen.people.choices import ChangeState
from beichen.people.models import Assignment, Employment, FormerEmployment, OrgChange, OrgUnit, Seat
from beichen.platform.access.current import query
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.language import for_reader

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class EmploymentCard:
    """Level and dates of joining and leaving."""

    hired_on: date
    left_on: date | None
    level: str


@dataclass(frozen=True, slots=True)
class AssignmentCard:
    """One stretch; `last` None while it goes on."""

    id: int
    person_id: int
    unit_id: int
    unit_name: str
    manager_id: int | None
    manager_name: str
    position: str
    level: str
    first: date
    last: date | None

    @property
    def is_now(self) -> bool:
        """Whether it holds today."""
        return self.first <= clock.today() and (self.last is None or self.last >= clock.today())

    @property
    def is_planned(self) -> bool:
        """Whether it has yet to begin."""
        return self.first > clock.today()


@dataclass(frozen=True, slots=True)
class SeatCard:
    """A seat, asked for or held."""

    id: int
    person_id: int
    person_name: str
    unit_name: str
    seat: str
    label: str
    scope_id: int
    scope_name: str
    asked_by: int | None
    granted_by: int | None
    granted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChangeCard:
    """A change that waits for a second person, or was done."""

    id: int
    kind: str
    label: str
    state: str
    person_id: int | None
    person_name: str
    payload: dict[str, Any]
    asked_by: int
    asked_at: datetime


@query
def employment(actor: Actor, person_id: int) -> EmploymentCard | None:
    """Level and dates of a person, None where they are not the actor's to see. Cost: one statement."""
    found = Employment.objects.filter(access.visible_employments(), pk=person_id).first()
    return EmploymentCard(found.hired_on, found.left_on, found.level) if found else None


@query
def employments(actor: Actor, person_id: int) -> tuple[EmploymentCard | None, list[EmploymentCard]]:
    """`employment`, and those that ended before it, newest first; the line of today sees none of these.

    Cost: one statement.
    """
    said = ("hired_on", "left_on", "level")
    now = Employment.objects.filter(access.visible_employments(), pk=person_id).annotate(n=Value(0, BigIntegerField()))
    before = FormerEmployment.objects.filter(access.visible_former_employments(), person_id=person_id)
    found = now.values_list("n", *said).union(before.annotate(n=F("pk")).values_list("n", *said), all=True)
    cards = [(n, EmploymentCard(*facts)) for n, *facts in found]
    former = sorted((card for n, card in cards if n), key=lambda card: card.hired_on, reverse=True)
    return next((card for n, card in cards if not n), None), former


@query
def levels(actor: Actor, person_ids: Iterable[int]) -> dict[int, str]:
    """Levels of many people, of those whose level is the actor's to see (20d). Cost: one statement."""
    found = Employment.objects.filter(access.visible_employments(), pk__in=list(person_ids))
    return dict(found.values_list("pk", "level"))


@dataclass(frozen=True, slots=True)
class Portal:
    """What whoever left may still do: the last day of work and the last of the portal."""

    person_id: int
    left_on: date
    until: date

    @property
    def days(self) -> int:
        """How many days are left, today included."""
        return (self.until - clock.today()).days + 1


@query
def portal(actor: Actor) -> Portal:
    """The portal of the actor, or NotFound for whoever works here. Cost: one statement."""
    open_ = {"portal_until__gte": clock.today(), "left_on__isnull": False, "person__is_active": False}
    found = Employment.objects.filter(pk=actor.person_id or 0, **open_).first()
    if found is None or found.left_on is None or found.portal_until is None:
        raise NotFound
    return Portal(found.pk, found.left_on, found.portal_until)


@query
def history(actor: Actor, person_id: int) -> list[AssignmentCard]:
    """A person's assignments, newest first, as far as the actor may see them. Cost: one statement.

    People see their own past, not what is planned for them (20b, M10).
    """
    mine = Q(person_id=actor.person_id or 0, period__startswith__lte=clock.now())
    found = Assignment.objects.filter(access.visible_assignments() | mine, person_id=person_id)
    return _stretches(found.order_by("-period"))


@query
def unit_on(actor: Actor, unit_place: tuple[int, int], day: date, limit: int = 500) -> list[AssignmentCard]:
    """Who was assigned in a unit or below it on a day (20b): for HR. Cost: one statement. Errors: Forbidden."""
    require(actor, access.SEE_AS_OF)
    at = datetime.combine(day, datetime.min.time(), tzinfo=clock.now().astimezone().tzinfo) + DAY / 2
    found = Assignment.objects.filter(
        access.visible_assignments(),
        unit__place__gte=unit_place[0],
        unit__place__lte=unit_place[1],
        period__contains=at,
    )
    return _stretches(found.order_by("person__sort_key", "person_id")[:limit])


def _called(unit: OrgUnit | None) -> str:
    return for_reader(unit.name, unit.name_en) if unit else ""


def _stretches(found: QuerySet[Assignment]) -> list[AssignmentCard]:
    lines = found.select_related("unit", "manager", "person__entity")
    return [_stretch(line, ZoneInfo(line.person.entity.time_zone)) for line in lines]


def _stretch(line: Assignment, zone: ZoneInfo) -> AssignmentCard:
    last = line.period.upper.astimezone(zone).date() - DAY if line.period.upper else None
    return AssignmentCard(
        id=line.pk, person_id=line.person_id, unit_id=line.unit_id, unit_name=_called(line.unit),
        manager_id=line.manager_id, manager_name=line.manager.name if line.manager else "", position=line.position,
        level=line.level, first=line.period.lower.astimezone(zone).date(), last=last,
    )  # fmt: skip


def _seats(found: QuerySet[Seat]) -> list[SeatCard]:
    return [
        SeatCard(
            seat.pk, seat.person_id, seat.person.name, _called(seat.person.unit), seat.seat,
            str(seat.get_seat_display()), seat.scope_id, _called(seat.scope), seat.asked_by, seat.granted_by,
            seat.granted_at,
        )
        for seat in found.select_related("person__unit", "scope").order_by("granted_at", "seat", "person__sort_key")
    ]  # fmt: skip


@query
def seats(actor: Actor) -> list[SeatCard]:
    """Every seat asked for or held. Cost: two statements. Errors: Forbidden."""
    require(actor, access.SEE_SEATS)
    return _seats(Seat.objects.filter(revoked_at=None))


@query
def my_seats(actor: Actor) -> list[SeatCard]:
    """The actor's own seats. Cost: one statement."""
    return _seats(Seat.objects.filter(person_id=actor.person_id or 0, granted_at__isnull=False, revoked_at=None))


@query
def waiting_changes(actor: Actor, person_id: int | None = None, limit: int = 200) -> list[ChangeCard]:
    """Changes of the organisation that wait for a second person, newest first. Cost: two statements."""
    require(actor, access.SEE_CHANGES)
    found = OrgChange.objects.filter(state=ChangeState.WAITING).select_related("person").order_by("-pk")
    if person_id is not None:
        found = found.filter(person_id=person_id)
    return [
        ChangeCard(
            change.pk, change.kind, str(change.get_kind_display()), change.state, change.person_id,
            change.person.name if change.person else str(change.payload.get("name", "")), change.payload,
            change.asked_by, change.asked_at,
        )
        for change in found[:limit]
    ]  # fmt: skip
