"""Persons leave and come back. A leaver keeps the portal for a while; who comes back begins anew, and the past stays.

What was theirs before follows the employment that ended: seats, sessions and tokens are not given back, and the line
of today reads nothing older than the return (G8).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from beichen.people.events import PersonLeft, PersonMoved
from beichen.people.models import Assignment, Employment, FormerEmployment, OrgUnit, Person, Seat
from beichen.people.rules import accounts, places
from beichen.people.rules.persons.moving import (
    DAY,
    BeforeJoining,
    Move,
    NumberTaken,
    OverlappingAssignment,
    begins,
    locked,
    move,
    no_circle,
    take_effect,
    zone_of,
)
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Invalid, NotFound, Refused, gettext_noop

PORTAL_DAYS = 90
"""How long after the last day somebody may still sign in to the own records."""


class AlreadyGone(Refused):
    code = "already_gone"
    text = gettext_noop("%(name)s already left on %(day)s.")


class StillHere(Refused):
    code = "still_here"
    text = gettext_noop("%(name)s still works here. Only somebody who has left can be rehired.")


class BeforeReturning(Invalid):
    code = "before_returning"
    text = gettext_noop("%(name)s left on %(day)s; choose a later day.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """The first day of somebody who comes back, and the new assignment; what is empty stays as it was."""

    first: date
    unit_id: int
    manager_id: int | None = None
    position: str = ""
    level: str = ""
    email: str = ""


def portal_until(last: date) -> date:
    """The last day of the portal of somebody whose last day this is."""
    return last + timedelta(days=PORTAL_DAYS)


@rule
def leave(actor: Actor, person_id: int, last: date) -> None:
    """Somebody's last day. Assignments end with it, later ones are taken back, the reports go to the manager's manager.

    When the day is past, seats and sessions end in this commit and the account opens the portal alone; else when it is
    over (`apply_due`). Errors: NotFound, AlreadyGone, BeforeJoining.
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
    open_portals([person.pk])
    end_seats([person.pk])
    places.rebuild_branches([person.pk])
    accounts.follow(actor, [person.pk])
    publish(PersonLeft(person_id=person.pk))


def open_portals(person_ids: Iterable[int]) -> None:
    """Write down until when these leavers may sign in. Cost: one statement."""
    left = Employment.objects.filter(pk__in=list(person_ids), left_on__isnull=False)
    left.update(portal_until=F("left_on") + timedelta(days=PORTAL_DAYS))


def end_seats(person_ids: Iterable[int]) -> None:
    """No seat and no membership outlives an employment, and none comes back with the person. Cost: four statements."""
    ids = list(person_ids)
    Seat.objects.filter(person_id__in=ids, revoked_at=None).update(revoked_at=clock.now())
    with connection.cursor() as cursor:
        for statement in _END_MEMBERSHIPS:
            cursor.execute(statement, [ids])


_END_MEMBERSHIPS = (
    """
    DELETE FROM people_membership m USING people_employment e
    WHERE e.person_id = m.person_id AND m.person_id = ANY (%s) AND lower(m.period) > e.left_on
    """,
    """
    UPDATE people_membership m SET period = daterange(lower(m.period), e.left_on + 1) FROM people_employment e
    WHERE e.person_id = m.person_id AND m.person_id = ANY (%s) AND m.period @> e.left_on + 1
    """,
    """
    UPDATE people_project j SET lead_id = p.manager_id, version = j.version + 1 FROM people_person p
    WHERE p.id = j.lead_id AND p.id = ANY (%s) AND p.manager_id IS NOT NULL
    """,
)
"""Memberships end with the last day; the projects somebody led pass to the manager."""


@rule
def come_back(actor: Actor, person_id: int, to: Return) -> None:
    """Somebody who left works here again from a day on; a later day waits for `apply_due`.

    The days between stay empty, the employment that ended is kept, seats and tokens are not given back.
    Errors: NotFound, StillHere, BeforeReturning, OverlappingAssignment, CircularLine, NumberTaken.
    """
    person = locked(person_id)
    employment = Employment.objects.get(pk=person_id)
    if person.is_active or employment.left_on is None:
        raise StillHere(person, name=person.name)
    if to.first <= employment.left_on:
        raise BeforeReturning(person, field="first", name=person.name, day=employment.left_on)
    after = begins(person.entity, employment.left_on + DAY)
    planned = Assignment.objects.filter(person=person, period__startswith__gte=after).first()
    if planned is not None:
        raise OverlappingAssignment(person, field="first", first=planned.period.lower.date())
    unit = OrgUnit.objects.filter(pk=to.unit_id, is_active=True).first()
    if unit is None:
        raise NotFound
    manager_id = to.manager_id or unit.head_id
    no_circle(person, manager_id, to.first)
    _give_address(person, to.email)
    Assignment.objects.create(
        person=person, unit=unit, manager_id=manager_id, position=to.position or person.position,
        level=to.level or employment.level, period=(begins(person.entity, to.first), None),
    )  # fmt: skip
    audit.record(
        actor, "people.come_back", person, subjects=[person.pk],
        details={"first": to.first, "unit": unit.pk, "manager": manager_id, "left": employment.left_on},
    )  # fmt: skip
    if to.first <= clock.today():
        _here_again(actor, person, to.first)


def _give_address(person: Person, email: str) -> None:
    """The old address may belong to somebody else by now."""
    address = email.strip().lower() or person.email
    if Person.objects.filter(email=address, is_active=True).exclude(pk=person.pk).exists():
        raise NumberTaken(field="email")
    if address != person.email:
        person.email = address
        person.save(update_fields=["email"])


def keep_former(employment: Employment, first: date) -> None:
    """The employment that ended is put on record, and the present one begins."""
    if employment.left_on is None:
        return
    FormerEmployment.objects.create(
        person_id=employment.pk, hired_on=employment.hired_on, left_on=employment.left_on, level=employment.level
    )
    employment.hired_on, employment.left_on, employment.portal_until = first, None, None
    employment.save(update_fields=["hired_on", "left_on", "portal_until"])


def _here_again(actor: Actor, person: Person, first: date) -> None:
    keep_former(Employment.objects.get(pk=person.pk), first)
    person.is_active, person.version = True, person.version + 1
    try:
        with transaction.atomic():
            person.save(update_fields=["is_active", "version"])
    except IntegrityError:
        raise NumberTaken(field="email") from None
    if not take_effect(actor, person):
        places.moved(person.pk, (), None, person.unit_id)
        publish(PersonMoved(person_id=person.pk))
    accounts.follow(actor, [person.pk])


_DUE = """
    SELECT p.id, p.is_active, lower(a.period)
    FROM people_person p
    JOIN people_assignment a ON a.person_id = p.id AND a.period @> %(now)s::timestamptz
    LEFT JOIN people_employment e ON e.person_id = p.id
    WHERE p.is_active AND (a.unit_id, a.position) IS DISTINCT FROM (p.unit_id, p.position)
       OR p.is_active AND a.manager_id IS DISTINCT FROM p.manager_id
       OR NOT p.is_active AND e.left_on < %(today)s AND lower(a.period) > e.left_on::timestamptz
"""


@rule
def apply_due(actor: Actor) -> int:
    """Let dated changes whose day has come take effect; how many did. Cost: three statements, and the changes.

    A person is due when the assignment of this moment says something else than the person's row; a portal, when its
    last day is over.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"now": clock.now(), "today": clock.today()})
        due = cursor.fetchall()
    done = 0
    for person_id, here, since in due:
        person = locked(person_id)
        if here:
            done += take_effect(actor, person)
            continue
        _here_again(actor, person, since.astimezone(zone_of(person.entity)).date())
        done += 1
    gone = Employment.objects.filter(left_on__lt=clock.today(), person__is_active=True).values_list("pk", flat=True)
    for person_id in list(gone):
        _gone(actor, locked(person_id))
        done += 1
    return done + _close_portals(actor)


def _close_portals(actor: Actor) -> int:
    over = list(Employment.objects.filter(portal_until__lt=clock.today()).values_list("pk", flat=True))
    if over:
        accounts.follow(actor, over)
        Employment.objects.filter(pk__in=over).update(portal_until=None)
    return len(over)
