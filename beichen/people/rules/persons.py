"""Persons come, move, rise, leave and come back; every day of it stays on record.

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
from beichen.people.events import PersonLeft, PersonMoved
from beichen.people.formulas.stretches import Span, settled
from beichen.people.models import Assignment, Employment, LegalEntity, OrgUnit, Person, Seat
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
    text = gettext_noop("These people would lead each other in a circle: %(names)s. Choose another manager.")


class OverlappingAssignment(Refused):
    """One person, one assignment at a time."""

    code = "overlapping_assignment"
    text = gettext_noop(
        "From %(first)s another assignment is already planned for this person. Take that one back first."
    )


class NumberTaken(Invalid):
    code = "number_taken"
    text = gettext_noop("Somebody already has this number or address.")


class AlreadyGone(Refused):
    code = "already_gone"
    text = gettext_noop("%(name)s already left on %(day)s.")


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
    places.moved(person.pk, (), [unit.pk])
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
    _no_circle(person, fresh.manager_id, to.first)
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


def _no_circle(person: Person, manager_id: int | None, first: date) -> None:
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
    places.moved(person.pk, old_line, [old_unit, now.unit_id])
    publish(PersonMoved(person_id=person.pk))
    return True


@rule
def leave(actor: Actor, person_id: int, last: date) -> None:
    """Somebody's last day. Assignments end with it, later ones are taken back, the reports go to the manager's manager.

    When the day is past, the account is shut and the seats end in this commit; else when it is over (`apply_due`).
    Errors: NotFound, AlreadyGone, BeforeJoining.
    """
    person = locked(person_id)
    employment = Employment.objects.get(pk=person_id)
    if employment.left_on is not None and not person.is_active:
        raise AlreadyGone(person, name=person.name, day=employment.left_on)
    if last < employment.hired_on:
        raise BeforeJoining(person, field="last", name=person.name, day=employment.hired_on)
    employment.left_on = last
    employment.save(update_fields=["left_on"])
    after = begins(person.entity, last + DAY)
    Assignment.objects.filter(person=person, period__startswith__gte=after).delete()
    for line in Assignment.objects.filter(person=person, period__contains=after):
        line.period = (line.period.lower, after)
        line.save(update_fields=["period"])
    _hand_over(actor, person, last + DAY)
    audit.record(
        actor, "people.leave", person, subjects=[person.pk], details={"last": last, "back_dated": last < clock.today()}
    )
    if last < clock.today():
        _gone(actor, person)


def _hand_over(actor: Actor, person: Person, first: date) -> None:
    """From the day after, the reports are led by the manager of who leaves; nobody is left without."""
    if person.manager_id is None:
        return
    reports = Assignment.objects.filter(manager=person, period__contains=begins(person.entity, first))
    for report_id in list(reports.values_list("person_id", flat=True)):
        move(actor, report_id, Move(first=first, manager_id=person.manager_id))
    OrgUnit.objects.filter(head=person).update(head=person.manager_id)


def _gone(actor: Actor, person: Person) -> None:
    person.is_active, person.version = False, person.version + 1
    person.save(update_fields=["is_active", "version"])
    Seat.objects.filter(person=person, revoked_at=None).update(revoked_at=clock.now())
    places.rebuild_branches([person.pk])
    accounts.follow(actor, [person.pk])
    publish(PersonLeft(person_id=person.pk))


@rule
def come_back(actor: Actor, person_id: int, first: date, unit_id: int, manager_id: int | None = None) -> None:
    """Somebody who left works here again from a day on; the days between stay empty."""
    person = locked(person_id)
    employment = Employment.objects.get(pk=person_id)
    if employment.left_on is None or employment.left_on >= first:
        raise OverlappingAssignment(person, field="first", first=employment.hired_on)
    Assignment.objects.create(
        person=person, unit_id=unit_id, manager_id=manager_id, position=person.position, level=employment.level,
        period=(begins(person.entity, first), None),
    )  # fmt: skip
    employment.left_on = None
    employment.save(update_fields=["left_on"])
    person.is_active = True
    person.save(update_fields=["is_active"])
    audit.record(actor, "people.come_back", person, subjects=[person.pk], details={"first": first})
    take_effect(actor, person)
    accounts.follow(actor, [person.pk])


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


@rule
def apply_due(actor: Actor) -> int:
    """Let dated changes whose day has come take effect; how many did. Cost: two statements, then moves.

    A person is due when the assignment of this moment says something else than the person's row.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id FROM people_person p
            JOIN people_assignment a ON a.person_id = p.id AND a.period @> %s::timestamptz
            WHERE p.is_active AND (a.unit_id, a.position) IS DISTINCT FROM (p.unit_id, p.position)
               OR p.is_active AND a.manager_id IS DISTINCT FROM p.manager_id
            """,
            [clock.now()],
        )
        due = [line[0] for line in cursor.fetchall()]
    moved = sum(take_effect(actor, locked(person_id)) for person_id in due)
    gone = Employment.objects.filter(left_on__lt=clock.today(), person__is_active=True).values_list("pk", flat=True)
    for person_id in list(gone):
        _gone(actor, locked(person_id))
        moved += 1
    return moved
