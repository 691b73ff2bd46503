"""Writing the audit: one INSERT in the transaction of the act, nothing returned, no lock taken."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, transaction

from beichen.platform.kit.actor import Actor

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]
BATCH = 1_000

request_id: ContextVar[str] = ContextVar("beichen_request_id", default="")
"""The id of the web request being answered; the middleware sets it, every row of the request carries it."""
channel: ContextVar[str] = ContextVar("beichen_channel", default="")
"""By which door the request came (choices.Channel); every row of the request carries it among its details."""

# The row and its place in the sealing queue in one round trip; the time is the database's, so no caller can date back.
INSERT = """
WITH entry AS (
    INSERT INTO audit_entry
        (id, at, actor, person_id, job, reason, act, kind, object_id, subjects, details, request_id)
    VALUES (%(id)s, clock_timestamp(), %(actor)s, %(person_id)s, %(job)s, %(reason)s, %(act)s, %(kind)s,
            %(object_id)s, %(subjects)s::bigint[], %(details)s::jsonb, %(request_id)s)
)
INSERT INTO audit_pending (id) VALUES (%(id)s)
"""


class _Keyed(Protocol):
    """A declared permission, seen from below."""

    @property
    def key(self) -> str: ...


def new_id() -> UUID:
    """A UUIDv7: in time order, so that the table and its index grow at one end."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | (7 << 76) | (secrets.randbits(12) << 64) | (0b10 << 62) | secrets.randbits(62)
    return UUID(int=value)


def record(
    actor: Actor,
    act: _Keyed | str,
    obj: Any = None,
    *,
    subjects: Sequence[int] = (),
    details: Mapping[str, Any] | None = None,
) -> None:
    """Note that the actor did `act` to `obj` (a saved model instance). Cost: one statement."""
    what = (obj._meta.label_lower, str(obj.pk)) if obj is not None else ("", "")
    _insert(actor, act, what, subjects, details or {})


def record_bulk(
    actor: Actor, act: _Keyed | str, kind: str, ids: Sequence[int], details: Mapping[str, Any] | None = None
) -> None:
    """Note one act on many rows: count and digest of all, ids in batches of 1,000. Cost: one statement a batch."""
    digest = sha256(",".join(map(str, sorted(ids))).encode()).hexdigest()
    for start in range(0, max(len(ids), 1), BATCH):
        part = {"count": len(ids), "digest": digest, "batch": start // BATCH, "ids": list(ids[start : start + BATCH])}
        _insert(actor, act, (kind, ""), (), {**(details or {}), **part})


def record_read(actor: Actor, kind: str, subjects: Sequence[int], details: Mapping[str, Any] | None = None) -> None:
    """Note that confidential rows of `kind` about these people were read: once per request. Cost: one statement.

    `details` may name `seat` (a column of the table of rights), `row` (of that table) and `channel` (page, api,
    export); they are shown to the person who was looked at.
    """
    _insert(actor, "read", (kind, ""), subjects, details or {})


def record_refusal(actor: Actor, act: str, path: str) -> None:
    """Note that somebody was refused an act, after the act's own transaction is gone. Cost: one statement."""
    with transaction.atomic():
        _insert(actor, "refused", ("", ""), (), {"act": act, "path": path[:200]})


def _insert(
    actor: Actor,
    act: _Keyed | str,
    what: tuple[str, str],
    subjects: Sequence[int],
    details: Mapping[str, Any],
) -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an audit row belongs into the transaction of its act")
    door = {"channel": channel.get()} if channel.get() else {}
    values: dict[str, Any] = {
        "id": new_id(),
        "actor": actor.name,
        "person_id": actor.person_id,
        "job": actor.job or "",
        "reason": actor.reason,
        "act": act if isinstance(act, str) else act.key,
        "kind": what[0],
        "object_id": what[1],
        "subjects": sorted(set(subjects)),
        "details": json.dumps({**door, **details}, default=_plain, ensure_ascii=False),
        "request_id": request_id.get(),
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)


def _plain(value: object) -> str | list[Any]:
    """JSON for the values rules deal in; anything else is a mistake of the caller."""
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} does not belong into audit details")
