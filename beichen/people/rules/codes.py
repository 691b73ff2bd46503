"""One-time codes: the first way in, and the way back where no mail is connected (18e, 18f).

The person and the auditors are told, sessions end, the code is used up by choosing a password. Whoever holds a seat,
leads the one who acts or sits in the same HR team takes two HR administrators; oneself, nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from beichen.people import access, queries
from beichen.people.choices import CODE_FOR_YOU, CODE_GIVEN, CODES_GIVEN, SeatKind
from beichen.people.models import Person, Seat
from beichen.people.queries import WayIn
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.access.two_person import TokensCannot, two_person, waiting
from beichen.platform.auth import queries as accounts
from beichen.platform.auth import rules as auth
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound, Refused, gettext_noop
from beichen.platform.notify import rules as notify
from beichen.platform.notify.rules import Letter

MOST = 2_000


class TooMany(Refused):
    code = "too_many_codes"
    text = gettext_noop("That is more than %(most)s people at once. Choose a unit.")


class NobodyWaits(Refused):
    code = "nobody_waits"
    text = gettext_noop("Everyone here has signed in, or holds a code that still works.")


@dataclass(frozen=True, slots=True)
class Slip:
    """A code and whom it is for: shown once, handed over, never kept."""

    way: WayIn
    code: str


@rule
def issue_code(actor: Actor, person_id: int) -> Slip | None:
    """A one-time code for one person; earlier ones and open sessions end. None: a second administrator does the same.

    Errors: NotFound, Forbidden (oneself, or outside the seat's scope), TokensCannot. Cost: about fifteen statements.
    """
    way = queries.way_in(actor, person_id)
    require(actor, access.ISSUE_CODE, way)
    if actor.scopes is not None:
        raise TokensCannot
    key = f"code:{person_id}"
    alone = gives_alone(actor, way)
    takes_two = (way.is_guarded and not alone) or bool(waiting(access.ISSUE_CODE, [key]))
    if takes_two and two_person(actor, access.ISSUE_CODE, key, {"person": person_id}, about=way.name) is None:
        audit.record(actor, "people.ask_code", subjects=[person_id])
        return None
    return _issue(actor, [way], alone=alone)[0]


@rule
def issue_codes(actor: Actor, unit_id: int | None = None) -> list[Slip]:
    """Codes for everyone in a unit (in the whole scope, without one) who never signed in and holds none that works.

    Whoever takes two people is left out, except while there is one HR administrator only. Errors: Forbidden,
    NobodyWaits, TooMany, TokensCannot. Cost: about fifteen statements, however many people.
    """
    require(actor, access.SEE_CODES)
    if actor.scopes is not None:
        raise TokensCannot
    alone = _only_one(actor)
    ways = [
        way
        for way in queries.without_way_in(actor, unit_id)
        if way.code_until is None and (alone or not way.is_guarded)
    ]
    if not ways:
        raise NobodyWaits
    if len(ways) > MOST:
        raise TooMany(most=MOST)
    return _issue(actor, ways, alone=alone)


@rule
def issue_by_operator(actor: Actor, person_ids: Sequence[int]) -> list[Slip]:
    """Codes from the machine's own command line: for the first administrators, and when nobody else is left to act."""
    ways = queries.ways_in(actor, person_ids)
    if actor.job is None or len(ways) < len(set(person_ids)):
        raise NotFound
    return _issue(actor, ways, alone=True)


def gives_alone(actor: Actor, way: WayIn) -> bool:
    """Whether a code that takes two people is given by one, since nobody else can sign in yet. Cost: two statements."""
    return way.is_guarded and not way.signed_in and _only_one(actor)


def _only_one(actor: Actor) -> bool:
    """Whether no other HR administrator can sign in yet: then there is nobody to be the second."""
    others = set(
        Seat.objects.filter(seat=SeatKind.HR_ADMIN, granted_at__isnull=False, revoked_at=None, person__is_active=True)
        .exclude(person_id=actor.person_id or 0)
        .values_list("person_id", flat=True)
    )
    return others <= set(accounts.never_signed_in(others))


def _issue(actor: Actor, ways: Sequence[WayIn], *, alone: bool) -> list[Slip]:
    found = accounts.accounts_of([way.person_id for way in ways])
    if len(found) < len(ways):
        raise NotFound
    codes = auth.issue_codes(actor, [account.pk for account in found.values()])
    people = [way.person_id for way in ways]
    audit.record(actor, access.ISSUE_CODE, subjects=people, details={"people": len(ways), "alone": alone})
    _tell(actor, ways)
    return [Slip(way, codes[found[way.person_id].pk]) for way in ways]


def _tell(actor: Actor, ways: Sequence[WayIn]) -> None:
    """Nobody's account is opened unnoticed: the person reads it here (and by mail), the auditors as well."""
    who = Person.objects.filter(pk=actor.person_id or 0).values_list("name", flat=True).first() or "manage"
    letters = [Letter(way.person_id, CODE_FOR_YOU, "/account/sessions/", {"who": who}) for way in ways]
    one = ways[0].name if len(ways) == 1 else ""
    auditors = Seat.objects.filter(seat=SeatKind.AUDITOR, granted_at__isnull=False, revoked_at=None)
    for auditor in sorted(set(auditors.values_list("person_id", flat=True))):
        given = Letter(auditor, CODE_GIVEN, "/audit/", {"who": who, "name": one})
        several = Letter(auditor, CODES_GIVEN, "/audit/", {"who": who, "count": len(ways)})
        letters.append(given if one else several)
    notify.send_many(actor, letters)
