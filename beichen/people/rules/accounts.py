"""Accounts follow persons: opened when somebody comes, renamed when the address changes, shut when somebody leaves."""

from __future__ import annotations

from collections.abc import Iterable

from beichen.people.models import Employment, Person
from beichen.platform.auth import queries as accounts
from beichen.platform.auth import rules as auth
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor

HR_SEATS = ("HA", "BP", "CA")
HR_IDLE_MINUTES = 30


def follow(actor: Actor, person_ids: Iterable[int] | None = None) -> list[int]:
    """Bring the accounts of these persons (of all, without ids) in step; returns the persons who got a new one.

    Whoever left keeps an account that opens the portal alone, until its last day. Cost: three statements, one per
    thousand new accounts, and a few for each account that changes.
    """
    found = Person.objects.all() if person_ids is None else Person.objects.filter(pk__in=person_ids)
    persons = {person.pk: person for person in found}
    known = accounts.accounts_of(list(persons))
    left = [person.pk for person in persons.values() if not person.is_active]
    portals = set(Employment.objects.filter(pk__in=left, portal_until__gte=clock.today()).values_list("pk", flat=True))
    for person_id, account in known.items():
        person = persons[person_id]
        if not person.is_active:
            end = auth.limit_account if person_id in portals else auth.disable_account
            end(actor, account.pk)
            continue
        if not account.is_active or account.limited_at is not None:
            auth.enable_account(actor, account.pk)
        if (account.email, account.name) != (person.email, person.name):
            auth.change_account(actor, account.pk, email=person.email, name=person.name)
    fresh = [
        auth.NewAccount(email=person.email, name=person.name, person_id=person.pk)
        for person in persons.values()
        if person.is_active and person.pk not in known
    ]
    if fresh:
        auth.open_accounts(actor, fresh)
    return [new.person_id for new in fresh]


def guard_seats(actor: Actor, seats: Iterable[tuple[int, str]]) -> None:
    """Sessions of people with HR seats rest for half an hour at most. `seats`: (person, seat)."""
    people = sorted({person_id for person_id, seat in seats if seat in HR_SEATS})
    if people:
        auth.shorten_idle(actor, people, HR_IDLE_MINUTES)


def sign_out(actor: Actor, person_id: int) -> None:
    """A seat was given or taken: earlier sessions of this person end, wherever they are."""
    auth.end_sessions_of(actor, [person_id])
