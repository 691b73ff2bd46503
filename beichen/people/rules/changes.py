"""A change of the organisation is asked for by one HR administrator and done when another agrees (20a `w!`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from django.db import transaction

from beichen.people import access
from beichen.people.choices import ChangeKind, ChangeState
from beichen.people.models import OrgChange, Person
from beichen.people.rules import persons, units
from beichen.people.rules.persons import Hire, Move, Return
from beichen.people.rules.units import UnitFields
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.access.two_person import TokensCannot
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Forbidden, NotFound, Refused, gettext_noop


class NoLongerWaiting(Refused):
    code = "no_longer_waiting"
    text = gettext_noop("This change is no longer waiting: it was confirmed or withdrawn.")


class OwnRequest(Forbidden):
    code = "own_request"
    text = gettext_noop("You requested this change. Another HR administrator has to confirm it.")


class _Undo(Exception):
    """Takes back what was only tried."""


@rule
def ask_hire(actor: Actor, new: Hire) -> int:
    """Ask that somebody joins; the id of the change. Errors: Forbidden, and those of `persons.hire`."""
    require(actor, access.EDIT_ORG)
    return _ask(actor, ChangeKind.HIRE, None, asdict(new))


@rule
def ask_move(actor: Actor, person_id: int, to: Move) -> int:
    """Ask for another unit, manager, position or level. Errors: NotFound, Forbidden, those of `persons.move`."""
    return _ask(actor, ChangeKind.MOVE, _person(actor, person_id), asdict(to))


@rule
def ask_leave(actor: Actor, person_id: int, last: date) -> int:
    """Ask to note somebody's last day. Errors: NotFound, Forbidden, those of `persons.leave`."""
    return _ask(actor, ChangeKind.LEAVE, _person(actor, person_id), {"last": last})


@rule
def ask_return(actor: Actor, person_id: int, to: Return) -> int:
    """Ask that somebody who left comes back. Errors: NotFound, Forbidden, those of `persons.come_back`."""
    return _ask(actor, ChangeKind.RETURN, _person(actor, person_id), asdict(to))


@rule
def ask_unit(actor: Actor, unit: UnitFields) -> int:
    """Ask to found, change or close a unit. Errors: Forbidden, those of `units.save_unit`."""
    require(actor, access.EDIT_ORG)
    return _ask(actor, ChangeKind.UNIT, None, asdict(unit))


def _person(actor: Actor, person_id: int) -> Person:
    person = Person.objects.filter(access.visible_persons(), pk=person_id).first()
    if person is None:
        raise NotFound
    require(actor, access.MOVE_PERSON, person)
    return person


def _ask(actor: Actor, kind: ChangeKind, person: Person | None, payload: Mapping[str, Any]) -> int:
    """Try it first, so that what cannot be is said now and not to the second person."""
    if actor.scopes is not None:
        raise TokensCannot
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in payload.items()}
    change = OrgChange(
        kind=kind, person=person, payload=plain, asked_by=actor.person_id or 0, asked_at=clock.now()
    )  # fmt: skip
    try:
        with transaction.atomic():
            _do(actor, change)
            raise _Undo
    except _Undo:
        change.save(force_insert=True)
    subjects = [person.pk] if person else []
    audit.record(actor, f"people.ask_{kind.value}", change, subjects=subjects, details=plain)
    return change.pk


def _do(actor: Actor, change: OrgChange) -> None:
    _ACTS[change.kind](actor, change)


def _hire(actor: Actor, change: OrgChange) -> None:
    persons.hire(actor, Hire(**_read(Hire, change.payload)))


def _move(actor: Actor, change: OrgChange) -> None:
    persons.move(actor, change.person_id or 0, Move(**_read(Move, change.payload)))


def _leave(actor: Actor, change: OrgChange) -> None:
    persons.leave(actor, change.person_id or 0, date.fromisoformat(change.payload["last"]))


def _come_back(actor: Actor, change: OrgChange) -> None:
    persons.come_back(actor, change.person_id or 0, Return(**_read(Return, change.payload)))


def _save_unit(actor: Actor, change: OrgChange) -> None:
    units.save_unit(actor, UnitFields(**_read(UnitFields, change.payload)))


_ACTS: dict[str, Callable[[Actor, OrgChange], None]] = {
    ChangeKind.HIRE: _hire, ChangeKind.MOVE: _move, ChangeKind.LEAVE: _leave,
    ChangeKind.RETURN: _come_back, ChangeKind.UNIT: _save_unit,
}  # fmt: skip


def _read(kind: type[Any], payload: Mapping[str, Any]) -> dict[str, Any]:
    """JSON back to the fields of the input; days are ISO text."""
    return {
        field.name: date.fromisoformat(payload[field.name]) if field.name in ("hired", "first") else payload[field.name]
        for field in fields(kind)
        if field.name in payload
    }


def _waiting(actor: Actor, change_id: int) -> OrgChange:
    require(actor, access.SEE_CHANGES)
    found = OrgChange.objects.select_for_update().filter(pk=change_id).first()
    if found is None:
        raise NotFound
    return found


@rule
def confirm(actor: Actor, change_id: int) -> None:
    """Agree to a change that another person asked for; it is done now. Errors: OwnRequest, NoLongerWaiting, its own."""
    change = _waiting(actor, change_id)
    if change.state == ChangeState.DONE and change.done_by == actor.person_id:
        return
    if change.state != ChangeState.WAITING:
        raise NoLongerWaiting(change)
    if actor.scopes is not None:
        raise TokensCannot
    if change.asked_by == actor.person_id:
        raise OwnRequest(change)
    require(actor, access.CONFIRM_CHANGE, change)
    _do(actor, change)
    change.state, change.done_by, change.done_at = ChangeState.DONE, actor.person_id, clock.now()
    change.save(update_fields=["state", "done_by", "done_at"])
    subjects = [change.person_id] if change.person_id else []
    audit.record(actor, access.CONFIRM_CHANGE, change, subjects=subjects, details={"kind": change.kind})


@rule
def withdraw(actor: Actor, change_id: int) -> None:
    """Take a change off the list before it is done; who asked or who would confirm may."""
    change = _waiting(actor, change_id)
    if change.state != ChangeState.WAITING:
        raise NoLongerWaiting(change)
    change.state = ChangeState.WITHDRAWN
    change.save(update_fields=["state"])
    audit.record(actor, "people.withdraw_change", change)
