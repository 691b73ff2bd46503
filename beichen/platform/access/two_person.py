"""Maker and checker: an act with `!` in the table happens when a second person does the same act.

The first call writes down what was asked; the same call by another person, on the same content, lets it happen.
What waits is shown to those who could be the second (`open_acts`), under the words and address its area offered.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.models import PendingAct
from beichen.platform.access.permissions import Permission, may
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Forbidden, NotFound, gettext_noop

OPEN_FOR = timedelta(days=14)


class TokensCannot(Forbidden):
    """An act of two people is done by people at a page."""

    code = "token_cannot"
    text = gettext_noop("An act that takes two people cannot be done by a token.")


@dataclass(frozen=True, slots=True)
class Asked:
    """An open request for a second person; after `expires_at` it is as if nobody had asked."""

    id: UUID
    act: str
    object_key: str
    asked_by: int
    asked_at: datetime
    expires_at: datetime
    reason: str
    payload: Mapping[str, Any]
    about: str

    @property
    def object_id(self) -> int:
        """The number in the key: 12 of "plan:12"."""
        return int(self.object_key.rpartition(":")[2])


@dataclass(frozen=True, slots=True)
class Agreed:
    """Two people did the same; `first` asked for it. None: a job, which acts alone."""

    first: int | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """How an act that waits is shown: what it is called, where it is done, and to whom at all."""

    title: str | Promise
    address: Callable[[Asked], str]
    to: Permission


_offers: dict[str, Offer] = {}


def offer(
    permission: Permission, title: str | Promise, address: Callable[[Asked], str], to: Permission | None = None
) -> None:
    """Have the act shown to those who may do it. `to` stands in where the permission asks about an object."""
    _offers[permission.key] = Offer(title, address, to or permission)


def offered(act: str) -> Offer:
    """The words and the address of an act."""
    return _offers[act]


def digest(payload: Mapping[str, Any]) -> str:
    """A stable fingerprint of what is asked for."""
    return hashlib.sha256(_plain(payload).encode()).hexdigest()


def _plain(payload: Mapping[str, Any]) -> str:
    return json.dumps(payload, sort_keys=True, default=str)


def two_person(
    actor: Actor, permission: Permission, key: str, payload: Mapping[str, Any], *, about: str = "", reason: str = ""
) -> Agreed | None:
    """Who agreed, when the act may happen now. None: it was asked for, and waits for a second person.

    Called inside the rule, after `require`. Cost: two statements.
    """
    now = clock.now()
    if actor.person_id is None:
        return Agreed(None, now)
    if actor.scopes is not None:
        raise TokensCannot
    open_acts = PendingAct.objects.select_for_update().filter(act=permission.key, object_key=key)
    open_acts.filter(expires_at__lte=now, confirmed_at__isnull=True).delete()
    pending = open_acts.filter(confirmed_at__isnull=True).first()
    if pending is not None and pending.digest != digest(payload):
        pending.delete()
        pending = None
    if pending is None:
        PendingAct.objects.create(
            act=permission.key, object_key=key, digest=digest(payload), payload=json.loads(_plain(payload)),
            about=about[:200], reason=reason, asked_by=actor.person_id, asked_at=now, expires_at=now + OPEN_FOR,
        )  # fmt: skip
        return None
    if pending.asked_by == actor.person_id:
        return None
    pending.confirmed_by, pending.confirmed_at = actor.person_id, now
    pending.save(update_fields=["confirmed_by", "confirmed_at"])
    return Agreed(pending.asked_by, pending.asked_at)


def _waits() -> QuerySet[PendingAct]:
    return PendingAct.objects.filter(confirmed_at__isnull=True, expires_at__gt=clock.now())


def asked(pending: PendingAct) -> Asked:
    """The row as others see it."""
    return Asked(
        pending.pk, pending.act, pending.object_key, pending.asked_by, pending.asked_at, pending.expires_at,
        pending.reason, pending.payload, pending.about,
    )  # fmt: skip


def waiting(permission: Permission, keys: Sequence[str]) -> dict[str, Asked]:
    """Open requests for this act by object key. Cost: one statement."""
    return {p.object_key: asked(p) for p in _waits().filter(act=permission.key, object_key__in=keys)}


def open_acts(actor: Actor) -> QuerySet[PendingAct]:
    """What waits that the actor could be the second for, or asked for; to go on with inside a read or a rule.

    What is about the actor (`payload["person"]`) is somebody else's to confirm.
    """
    acts = [key for key, shown in _offers.items() if may(actor, shown.to)]
    if not acts:
        return PendingAct.objects.none()
    mine = Q(asked_by=actor.person_id or 0)
    about_me = Q(payload__contains={"person": actor.person_id})
    return _waits().filter(mine | (Q(act__in=acts) & ~about_me), act__in=list(_offers))


def call_off(permission: Permission, key: str) -> None:
    """What was asked for has changed: the request is void. Called inside the rule. Cost: one statement."""
    _waits().filter(act=permission.key, object_key=key).delete()


@rule
def withdraw(actor: Actor, pending_id: UUID) -> None:
    """Take a request back, or turn down somebody else's that one could have confirmed. Again: nothing is left to do.

    Errors: NotFound. Cost: three statements.
    """
    found = open_acts(actor).select_for_update().filter(pk=pending_id).first()
    if found is None:
        raise NotFound
    audit.record(
        actor,
        "access.withdraw_act",
        found,
        details={"act": found.act, "key": found.object_key, "asked_by": found.asked_by},
    )
    found.delete()
