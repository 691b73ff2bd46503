"""Maker and checker: an act with `!` in the table happens when a second person does the same act.

The first call writes down what was asked; the same call by another person, on the same content, lets it happen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from beichen.platform.access.models import PendingAct
from beichen.platform.access.permissions import Permission
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Forbidden, gettext_noop

OPEN_FOR = timedelta(days=14)


class TokensCannot(Forbidden):
    """An act of two people is done by people at a page."""

    code = "token_cannot"
    text = gettext_noop("An act that takes two people cannot be done by a token.")


@dataclass(frozen=True, slots=True)
class Asked:
    """An open request for a second person."""

    act: str
    object_key: str
    asked_by: int
    asked_at: datetime
    reason: str


def digest(payload: Mapping[str, Any]) -> str:
    """A stable fingerprint of what is asked for."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()


def two_person(actor: Actor, permission: Permission, key: str, payload: Mapping[str, Any], reason: str = "") -> bool:
    """Whether the act may happen now. False: it was asked for, and waits for a second person.

    Called inside the rule, after `require`. Cost: two statements.
    """
    if actor.person_id is None:
        return True
    if actor.scopes is not None:
        raise TokensCannot
    now, wanted = clock.now(), digest(payload)
    open_acts = PendingAct.objects.select_for_update().filter(act=permission.key, object_key=key)
    open_acts.filter(expires_at__lte=now, confirmed_at__isnull=True).delete()
    pending = open_acts.filter(confirmed_at__isnull=True).first()
    if pending is not None and pending.digest != wanted:
        pending.delete()
        pending = None
    if pending is None:
        PendingAct.objects.create(
            act=permission.key, object_key=key, digest=wanted, reason=reason,
            asked_by=actor.person_id, asked_at=now, expires_at=now + OPEN_FOR,
        )  # fmt: skip
        return False
    if pending.asked_by == actor.person_id:
        return False
    pending.confirmed_by, pending.confirmed_at = actor.person_id, now
    pending.save(update_fields=["confirmed_by", "confirmed_at"])
    return True


def waiting(permission: Permission, keys: Sequence[str]) -> dict[str, Asked]:
    """Open requests for this act by object key. Cost: one statement."""
    found = PendingAct.objects.filter(
        act=permission.key, object_key__in=keys, confirmed_at__isnull=True, expires_at__gt=clock.now()
    )
    return {p.object_key: Asked(p.act, p.object_key, p.asked_by, p.asked_at, p.reason) for p in found}
