"""Seats: asked for by a system administrator, granted by an HR administrator, revoked by either (20e)."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from beichen.people import access
from beichen.people.choices import SeatKind
from beichen.people.models import OrgUnit, Person, Seat
from beichen.people.rules import accounts, places
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.access.two_person import TokensCannot
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound, Refused, gettext_noop


class SeatHeld(Refused):
    code = "seat_held"
    text = gettext_noop("%(name)s already holds this seat here, or it has already been requested.")


class SeatEnded(Refused):
    code = "seat_ended"
    text = gettext_noop("This seat has already been revoked.")


class LastAdministrator(Refused):
    code = "last_administrator"
    text = gettext_noop("This is the last HR administrator. Grant the seat to somebody else first.")


@rule
def ask_seat(actor: Actor, person_id: int, seat: str, scope_id: int) -> int:
    """Ask that somebody holds a seat over a unit and all below it; the id of the seat. Works once granted.

    While the company has one HR administrator only, that person names the second alone, and the audit says so:
    otherwise nobody could ever grant anything. Errors: NotFound, Forbidden, SeatHeld.
    """
    require(actor, access.ASK_SEAT)
    if actor.scopes is not None:
        raise TokensCannot
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    scope = OrgUnit.objects.filter(pk=scope_id, is_active=True).first()
    if person is None or scope is None or seat not in SeatKind.values:
        raise NotFound
    alone = seat == SeatKind.HR_ADMIN and person_id != actor.person_id and _is_only_administrator(actor)
    try:
        with transaction.atomic():
            made = Seat.objects.create(
                person=person, seat=seat, scope=scope, asked_by=actor.person_id,
                granted_at=clock.now() if alone else None,
            )  # fmt: skip
    except IntegrityError:
        raise SeatHeld(person, field="person_id", name=person.name) from None
    details = {"seat": seat, "scope": scope_id, "alone": alone}
    audit.record(actor, access.ASK_SEAT, made, subjects=[person_id], details=details)
    if alone:
        _takes_effect(actor, made)
    return made.pk


def _is_only_administrator(actor: Actor) -> bool:
    held = Seat.objects.filter(
        seat=SeatKind.HR_ADMIN, granted_at__isnull=False, revoked_at=None, person__is_active=True
    ).values_list("person_id", flat=True)  # fmt: skip
    return set(held) == {actor.person_id}


def _locked(seat_id: int) -> Seat:
    found = Seat.objects.select_for_update().filter(pk=seat_id).first()
    if found is None:
        raise NotFound
    return found


def _takes_effect(actor: Actor, seat: Seat) -> None:
    places.rebuild_branches([seat.person_id])
    if seat.granted_at is not None:
        accounts.sign_out(actor, seat.person_id)
    if seat.revoked_at is None:
        accounts.guard_seats(actor, [(seat.person_id, seat.seat)])


@rule
def grant_seat(actor: Actor, seat_id: int) -> None:
    """Grant a seat that somebody else asked for, to somebody else than oneself; effective with the next request.

    Errors: NotFound, Forbidden, SeatEnded.
    """
    require(actor, access.SEE_SEATS)
    seat = _locked(seat_id)
    if seat.granted_by == actor.person_id and seat.revoked_at is None:
        return
    require(actor, access.GRANT_SEAT, seat)
    if seat.revoked_at is not None:
        raise SeatEnded(seat)
    if actor.scopes is not None:
        raise TokensCannot
    seat.granted_by, seat.granted_at = actor.person_id, clock.now()
    seat.save(update_fields=["granted_by", "granted_at"])
    _takes_effect(actor, seat)
    audit.record(actor, access.GRANT_SEAT, seat, subjects=[seat.person_id], details={"seat": seat.seat})


@rule
def revoke_seat(actor: Actor, seat_id: int) -> None:
    """Take a seat or a request for one back; effective with the next request. Errors: NotFound, LastAdministrator."""
    require(actor, access.SEE_SEATS)
    seat = _locked(seat_id)
    if seat.revoked_at is not None:
        return
    require(actor, access.REVOKE_SEAT, seat)
    held = Seat.objects.filter(
        seat=SeatKind.HR_ADMIN, granted_at__isnull=False, revoked_at=None, person__is_active=True
    )  # fmt: skip
    if seat.seat == SeatKind.HR_ADMIN and seat.granted_at and not held.exclude(pk=seat.pk).exists():
        raise LastAdministrator(seat)
    seat.revoked_at = clock.now()
    seat.save(update_fields=["revoked_at"])
    _takes_effect(actor, seat)
    audit.record(actor, access.REVOKE_SEAT, seat, subjects=[seat.person_id], details={"seat": seat.seat})
