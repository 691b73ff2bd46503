"""Persons come, move and rise; every day of it stays on record.

These are the acts themselves. People reach them through `changes` (asked by one, confirmed by another);
jobs and imports call them as named system actors.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction

from beichen.people import access
from beichen.people.choices import PersonKind, RoleType
from beichen.people.events import PersonMoved
from beichen.people.formulas.stretches import Span, settled
from beichen.people.models import Assignment, Employment, LegalEntity, OrgUnit, Person
from beichen.people.rules import accounts, places
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound, Refused, gettext_noop
from beichen.platform.kit.names import pinyin_key

DAY = timedelta(days=1)


class CircularLine(Refused):
    """Nobody leads themselves through others."""

    code = "circular_line"
    text = gettext_noop("These people would report to each other in a circle: %(names)s. Choose another manager.")


class OverlappingAssignment(Refused):
    """One person, one assignment at a time."""

    code = "overlapping_assignment"
    text = gettext_noop("Another assignment is already planned for this person from %(first)s. Cancel that one first.")


class NumberTaken(Invalid):
    code = "number_taken"
    text = gettext_noop("This employee number or e-mail address is already in use.")


class BeforeJoining(Invalid):
    code = "before_joining"
    text = gettext_noop("%(name)s joined on %(day)s; choose that day or a later one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hire:
    """A newcomer and the first assignment. Nobody leads an external: such a person holds an outside seat (G21)."""

    number: str
    name: str
    email: str
    hired: date
    unit_id: int
    manager_id: int | None = None
    position: str = ""
    level: str = ""
    role_type: str = RoleType.STABLE
    name_en: str = ""
    kind: str = PersonKind.EMPLOYEE


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """From `first` on another unit, manager, position or level; what is None stays as it is."""

    first: date
    unit_id: int | None = None
    manager_id: int | None = None
    position: str | None = None
    level: str | None = None


def zone_of(entity: LegalEntity) -> ZoneInfo:
    """The zone in which an assignment's day begins."""
    return ZoneInfo(entity.time_zone)


def begins(entity: LegalEntity, day: date) -> datetime:
    """The instant at which a day begins where the legal entity is."""
    return datetime.combine(day, time(), tzinfo=zone_of(entity))


def locked(person_id: int) -> Person:
    """The person, held for this change, or NotFound. Cost: one statement."""
    found = Person.objects.select_for_update(of=("self",)).select_related("entity").filter(pk=person_id).first()
    if found is None:
        raise NotFound
    return found


@rule
def hire(actor: Actor, new: Hire) -> int:
    """Somebody joins: person, employment, first assignment, place, account. Errors: NumberTaken, NotFound."""
    unit = OrgUnit.objects.select_related("entity").filter(pk=new.unit_id, is_active=True).first()
    if unit is None:
        raise NotFound
    is_external = new.kind == PersonKind.EXTERNAL
    manager_id = None if is_external else new.manager_id or unit.head_id
    person = Person(
        kind=PersonKind(new.kind),
        number=new.number.strip(), entity=unit.entity, name=new.name.strip(), name_en=new.name_en.strip(),
        email=new.email.strip().lower(), sort_key=pinyin_key(new.name), position=new.position,
        role_type=new.role_type, unit=unit, manager_id=manager_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        raise NumberTaken(field="number") from None
    Employment.objects.create(person=person, hired_on=new.hired, level=new.level)
    Assignment.objects.create(
        person=person, unit=unit, manager_id=manager_id, position=new.position, level=new.level,
        period=(begins(unit.entity, new.hired), None),
    )  # fmt: skip
    places.give_place(person.pk)
    places.moved(person.pk, (), None, unit.pk)
    accounts.follow(actor, [person.pk])
    audit.record(actor, "people.hire", person, subjects=[person.pk], details={"hired": new.hired, "unit": unit.pk})
    publish(PersonMoved(person_id=person.pk))
    return person.pk


@rule
def move(actor: Actor, person_id: int, to: Move) -> None:
    """Another unit, manager, position or level from a day on. A later day waits for `apply_due`.

    Errors: NotFound, CircularLine, OverlappingAssignment, BeforeJoining. Cost: about twelve statements.
    """
    person = locked(person_id)
    spans = _known(person)
    current = _on(spans, to.first)
    if current is None:
        raise BeforeJoining(
            person, field="first", name=person.name, day=min((s.first for s in spans), default=to.first)
        )
    old = Assignment.objects.get(pk=current.key)
    fresh = Assignment(
        person=person,
        unit_id=to.unit_id or old.unit_id,
        manager_id=to.manager_id or old.manager_id,
        position=old.position if to.position is None else to.position,
        level=old.level if to.level is None else to.level,
        fte_percent=old.fte_percent,
    )
    no_circle(person, fresh.manager_id, to.first)
    _write(person, spans, current, fresh, to.first)
    audit.record(
        actor, "people.move", person, subjects=[person.pk],
        details={
            "from": to.first,
            "back_dated": to.first < clock.today(),
            "before": {"unit": old.unit_id, "manager": old.manager_id, "level": old.level},
            "after": {"unit": fresh.unit_id, "manager": fresh.manager_id, "level": fresh.level},
        },
    )  # fmt: skip
    take_effect(actor, person)


def _known(person: Person) -> list[Span]:
    zone = zone_of(person.entity)
    found = Assignment.objects.filter(person=person).order_by("period").values_list("id", "period")
    return [
        Span(
            key,
            period.lower.astimezone(zone).date(),
            period.upper.astimezone(zone).date() - DAY if period.upper else None,
        )
        for key, period in found
    ]


def _on(spans: list[Span], day: date) -> Span | None:
    """The span of the day, else the latest that begins before it."""
    before = [span for span in spans if span.first <= day]
    return before[-1] if before else None


def _write(person: Person, spans: list[Span], current: Span, fresh: Assignment, first: date) -> None:
    """End the assignment of that day and begin the new one; on the very first day of one, it is put right instead."""
    replaced = current.first == first
    others = [span for span in spans if not (replaced and span.key == current.key)]
    result, clashes = settled([*others, Span(0, first, None, fresh=True)])
    if clashes:
        later = max(one.first if not one.fresh else other.first for one, other in clashes)
        raise OverlappingAssignment(person, field="first", first=later)
    entity = person.entity
    for span in result:
        known = next((old for old in spans if old.key == span.key), None)
        if known and known.last != span.last and span.last is not None:
            Assignment.objects.filter(pk=span.key).update(
                period=(begins(entity, span.first), begins(entity, span.last + DAY))
            )
    fresh.period = (begins(entity, first), None)
    if replaced:
        fresh.pk = current.key
        fresh.save(force_update=True)
    else:
        fresh.save(force_insert=True)


_LINE_ON = """
    WITH RECURSIVE above(id, n) AS (
        SELECT %(manager)s::bigint, 1
        UNION ALL
        SELECT a.manager_id, above.n + 1 FROM above
        JOIN people_assignment a ON a.person_id = above.id AND a.period @> %(at)s::timestamptz
        WHERE above.n < 100
    )
    SELECT p.id, p.name FROM above JOIN people_person p ON p.id = above.id ORDER BY n
"""


def no_circle(person: Person, manager_id: int | None, first: date) -> None:
    """Walk up from the new manager as things stand on that day, or today where the day is past."""
    if manager_id is None:
        return
    at = max(begins(person.entity, first), clock.now())
    with connection.cursor() as cursor:
        cursor.execute(_LINE_ON, {"manager": manager_id, "at": at})
        line = cursor.fetchall()
    ids = [found for found, _name in line]
    if person.pk in ids:
        names = [person.name, *(name for _id, name in line[: ids.index(person.pk) + 1])]
        raise CircularLine(person, field="manager_id", names=" → ".join(names))


def take_effect(actor: Actor, person: Person) -> bool:
    """Let the assignment of this moment stand on the person, and bring the lines of managers up to date."""
    now = Assignment.objects.filter(person=person, period__contains=clock.now()).first()
    if now is None or (person.unit_id, person.manager_id, person.position) == (
        now.unit_id,
        now.manager_id,
        now.position,
    ):
        return False
    old_line, old_unit = places.line_above(person.pk), person.unit_id
    person.unit_id, person.manager_id, person.position = now.unit_id, now.manager_id, now.position
    person.version += 1
    person.save(update_fields=["unit", "manager", "position", "version"])
    Employment.objects.filter(pk=person.pk).exclude(level=now.level).update(level=now.level)
    places.moved(person.pk, old_line, old_unit, now.unit_id)
    publish(PersonMoved(person_id=person.pk))
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What everyone may know of a person (20c)."""

    name: str
    name_en: str
    email: str
    role_type: str


@rule
def edit_profile(actor: Actor, person_id: int, profile: Profile, version: int) -> None:
    """Another name, address or role type; one HR administrator does it. Errors: NotFound, Forbidden, Changed."""
    person = locked(person_id)
    require(actor, access.EDIT_PROFILE, person)
    if person.version != version:
        raise Changed(person)
    before = {"name": person.name, "email": person.email, "role_type": person.role_type}
    person.name, person.name_en = profile.name.strip(), profile.name_en.strip()
    person.email, person.role_type = profile.email.strip().lower(), profile.role_type
    person.sort_key, person.version = pinyin_key(person.name), person.version + 1
    try:
        with transaction.atomic():
            person.save(update_fields=["name", "name_en", "email", "role_type", "sort_key", "version"])
    except IntegrityError:
        raise NumberTaken(field="email") from None
    accounts.follow(actor, [person.pk])
    audit.record(actor, access.EDIT_PROFILE, person, subjects=[person.pk], details={"before": before})
