"""Sending and reading notices."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import connection

from beichen.platform.access.current import acting
from beichen.platform.audit.rules import new_id
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.notify.choices import LONGEST, Params, find

# Nothing is returned: the sender may not read what it sent to somebody else.
INSERT = """
INSERT INTO notify_notice (id, addressee_id, template, params, url, dedupe_key, created_at)
SELECT id, addressee, template, params, url, nullif(dedupe, ''), %s
FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::jsonb[], %s::text[], %s::text[])
     AS letter (id, addressee, template, params, url, dedupe)
ON CONFLICT DO NOTHING
"""
BATCH = 5_000


@dataclass(frozen=True)
class Letter:
    """One notice to send. With `dedupe`, a second of the same name is not sent."""

    to: int
    template: str
    url: str
    params: Params = field(default_factory=dict)
    dedupe: str = ""


def send(actor: Actor, to: int, template: str, url: str, params: Params | None = None, *, dedupe: str = "") -> None:
    """Send one notice in the transaction of its cause. Cost: one statement, two when mail is on."""
    send_many(actor, [Letter(to, template, url, params or {}, dedupe)])


def send_many(actor: Actor, letters: Sequence[Letter]) -> None:
    """Send any number of notices. Cost: one or two statements for each 5,000."""
    for letter in letters:
        find(letter.template, letter.params)
    with acting(actor):
        for start in range(0, len(letters), BATCH):
            _send(letters[start : start + BATCH])


# Ids grow with time like those made in Python.
ABOUT = """
INSERT INTO notify_notice (id, addressee_id, template, params, url, dedupe_key, created_at)
SELECT (lpad(to_hex((extract(epoch FROM %(now)s::timestamptz) * 1000)::bigint), 12, '0') || '7'
        || substr(mixed, 1, 3) || '8' || substr(mixed, 4, 15))::uuid,
       addressee, %(template)s, %(params)s::jsonb, replace(%(url)s, '/0/', '/' || object || '/'),
       %(dedupe)s || ':' || object, %(now)s
FROM (SELECT addressee, object, md5(gen_random_uuid()::text) AS mixed
      FROM unnest(%(to)s::bigint[], %(objects)s::bigint[]) AS line (addressee, object)) line
ON CONFLICT DO NOTHING
"""


def send_about(
    actor: Actor,
    template: str,
    about: Sequence[tuple[int, int]],
    *,
    url: str,
    dedupe: str,
    params: Params | None = None,
) -> None:
    """The same notice to many, each about an object of their own: pairs (addressee, object), once for each object.

    `url` is that of the object 0. Cost: one statement; where mail is on, that of `send_many`.
    """
    if settings.NOTIFY_BY_MAIL and find(template, params or {}).mail:
        paths = [(to, pk, url.replace("/0/", f"/{pk}/")) for to, pk in about]
        send_many(actor, [Letter(to, template, path, params or {}, f"{dedupe}:{pk}") for to, pk, path in paths])
        return
    find(template, params or {})
    given = {"template": template, "params": _short(params or {}), "url": url, "dedupe": dedupe}
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(
            ABOUT, {**given, "now": clock.now(), "to": [to for to, _ in about], "objects": [pk for _, pk in about]}
        )


def _send(letters: Sequence[Letter]) -> None:
    ids = [new_id() for _ in letters]
    columns: list[list[object]] = [
        list(ids),
        [letter.to for letter in letters],
        [letter.template for letter in letters],
        [_short(letter.params) for letter in letters],
        [letter.url for letter in letters],
        [letter.dedupe for letter in letters],
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [clock.now(), *columns])
    if settings.NOTIFY_BY_MAIL:
        _post(ids, letters)


def _short(params: Params) -> str:
    shortened = {name: value[:LONGEST] if isinstance(value, str) else value for name, value in params.items()}
    return json.dumps(shortened, ensure_ascii=False)


def _post(ids: list[UUID], letters: Sequence[Letter]) -> None:
    from beichen.platform.notify.jobs import mail

    pairs = zip(ids, letters, strict=True)
    mail.defer_each([{"notice": str(id_)} for id_, letter in pairs if find(letter.template, letter.params).mail])


def mark_read(actor: Actor, notice: UUID | None = None) -> int:
    """Note that the actor read one of their notices, or all; how many were unread. Cost: one statement."""
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notify_notice SET read_at = %s "
            "WHERE addressee_id = %s AND read_at IS NULL AND (%s::uuid IS NULL OR id = %s)",
            [clock.now(), actor.person_id, notice, notice],
        )
        return int(cursor.rowcount)


def mark_answered(actor: Actor, url: str) -> None:
    """Note that the actor did what their notices of this address were about. Cost: one statement."""
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notify_notice SET read_at = %s WHERE addressee_id = %s AND read_at IS NULL AND url = %s",
            [clock.now(), actor.person_id, url],
        )
