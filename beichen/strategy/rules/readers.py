"""Whoever a statement is for: reading it, and being reminded to."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.notify import rules as notify
from beichen.strategy import access, queries
from beichen.strategy.choices import ASKED_OF_ALL, READ_ASKED
from beichen.strategy.models import Acknowledgement
from beichen.strategy.queries import StatementCard
from beichen.strategy.queries.rates import to_remind


@rule
def acknowledge(actor: Actor, kind: str, number: int) -> StatementCard:
    """Note that the actor has read the version in force; again is no error. NotFound for any other version.

    Cost: about seven statements.
    """
    require(actor, access.ACKNOWLEDGE, _Reader(actor.person_id or 0))
    card = queries.statement(actor, kind, number)
    if not card.is_current or kind not in ASKED_OF_ALL:
        raise NotFound
    made, new = Acknowledgement.objects.get_or_create(
        version_id=card.id, person_id=actor.person_id or 0, defaults={"at": clock.now()}
    )
    if new:
        audit.record(
            actor, access.ACKNOWLEDGE, made, subjects=[made.person_id], details={"kind": kind, "number": number}
        )
    notify.mark_answered(actor, reverse("strategy:statement", args=[kind]))
    return queries.statement(actor, kind, number)


@dataclass(frozen=True, slots=True)
class _Reader:
    person_id: int


@rule
def remind_readers(actor: Actor, kind: str) -> int:
    """A notice to everybody in the scope of an HR administrator who has not read the version in force, once a day.

    Returns how many have not. Cost: five statements, however many people work here.
    """
    require(actor, access.REMIND)
    card = queries.statement_in_force(actor, kind)
    if card is None or not card.asks_all:
        raise NotFound
    unread = to_remind(card.id)
    url, day = reverse("strategy:statement", args=[kind]), clock.today().isoformat()
    notify.send_about(
        actor, READ_ASKED, [(pk, pk) for pk in unread], url=url, dedupe=f"read:{card.id}:{day}",
        params={"name": card.title},
    )  # fmt: skip
    audit.record_bulk(actor, access.REMIND, "people.person", unread, {"kind": kind, "number": card.number})
    return len(unread)
