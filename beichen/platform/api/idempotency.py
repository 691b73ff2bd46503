"""One act per key: both doors run a write through `once`.

The key is a UUIDv7 made when the form is drawn or by the client. Key and act commit together, in the rule's
transaction; a second request waits for the first and gets its status, address and id, never its content. A refused
act frees its key.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from beichen.platform.access.current import before_rule
from beichen.platform.api.models import Idempotency
from beichen.platform.api.requests import FORMS, actor_of
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Invalid, gettext_noop

KEPT = timedelta(hours=72)
AHEAD = timedelta(minutes=10)
REPLAYED = "Idempotent-Replayed"
NOT_CONTENT = ("csrfmiddlewaretoken", "idempotency_key")

CLAIM = """
INSERT INTO api_idempotency (actor, key, digest, status, location, result_id, created_at)
VALUES (%s, %s, %s, 0, '', '', %s) ON CONFLICT (actor, key) DO NOTHING
"""


class BadKey(Invalid):
    code = "bad_idempotency_key"
    text = gettext_noop("The idempotency key must be a version 7 UUID no older than 72 hours.")


class KeyReused(Invalid):
    code = "idempotency_key_reused"
    text = gettext_noop("This idempotency key has already been used for another request. Use a new one.")


class AlreadyDone(Exception):
    """This actor used the key before; `told_again` says what became of it, once the transaction is over."""

    def __init__(self, by: Actor, key: UUID, digest: str) -> None:
        self.by, self.key, self.digest = by, key, digest


def once(request: HttpRequest, run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The answer of `run`, or of the same act done before. Raises BadKey, KeyReused. Cost with a key: two statements.

    The key is claimed in the transaction of the rule that `run` calls: when the rule refuses, the key is free again.
    """
    text, actor = _key(request), actor_of(request)
    if not text or actor is None:
        return run()
    key, digest = _checked(text), _digest(request)

    def claim(by: Actor) -> None:
        if not _claimed(by.name, key, digest):
            raise AlreadyDone(by, key, digest)

    try:
        with before_rule(claim):
            response = run()
    except AlreadyDone as done:
        return told_again(request, done)
    if response.status_code < 400 and REPLAYED not in response.headers:
        _keep(actor.name, key, response)
    return response


def told_again(request: HttpRequest, done: AlreadyDone) -> HttpResponse:
    """The answer to the same act done before. Errors: KeyReused. Cost: one statement, and short waits."""
    return _again(request, _settled(done.by.name, done.key), done.digest)


def forget_old() -> int:
    """Delete keys that would be refused anyway; for a nightly job. One statement."""
    return Idempotency.objects.filter(created_at__lt=clock.now() - KEPT - AHEAD).delete()[0]


def _key(request: HttpRequest) -> str:
    header = request.headers.get("Idempotency-Key", "")
    if header or request.content_type not in FORMS:
        return header
    return request.POST.get("idempotency_key", "")


def _checked(text: str) -> UUID:
    try:
        key = UUID(text)
    except ValueError as bad:
        raise BadKey(field="idempotency_key") from bad
    made = datetime.fromtimestamp((key.int >> 80) / 1000, UTC) if key.version == 7 else None
    if made is None or not clock.now() - KEPT <= made <= clock.now() + AHEAD:
        raise BadKey(field="idempotency_key")
    return key


def _digest(request: HttpRequest) -> str:
    """What was asked for, without the parts that change from one drawing of a form to the next."""
    found = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type in FORMS:
        fields = sorted((name, values) for name, values in request.POST.lists() if name not in NOT_CONTENT)
        files = sorted((name, file.name, file.size) for name, files in request.FILES.lists() for file in files)
        found.update(json.dumps([fields, files]).encode())
    else:
        found.update(request.body)
    return found.hexdigest()


def _claimed(actor: str, key: UUID, digest: str) -> bool:
    """Waits while another request holds the key; False when that one committed."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [actor, key, digest, clock.now()])
        return bool(cursor.rowcount)


def _settled(actor: str, key: UUID) -> Idempotency:
    """What became of the first request. It is written down a moment after the act; a process that died between the two
    never does."""
    for pause in (0.02, 0.05, 0.1, 0.2, 0.4):
        if (found := Idempotency.objects.get(actor=actor, key=key)).status:
            return found
        time.sleep(pause)
    return Idempotency.objects.get(actor=actor, key=key)


def _keep(actor: str, key: UUID, response: HttpResponseBase) -> None:
    Idempotency.objects.filter(actor=actor, key=key).update(
        status=response.status_code,
        location=response.headers.get("Location") or response.headers.get("HX-Redirect", ""),
        result_id=_result_id(response),
    )


def _result_id(response: HttpResponseBase) -> str:
    if not isinstance(response, HttpResponse) or not response.headers.get("Content-Type", "").startswith(
        "application/json"
    ):
        return ""
    body = json.loads(response.content or b"null")
    return str(body.get("id", ""))[:64] if isinstance(body, dict) else ""


def _again(request: HttpRequest, done: Idempotency, digest: str) -> HttpResponse:
    if done.digest != digest:
        raise KeyReused(field="idempotency_key")
    if request.path.startswith("/api/"):
        body = {"replayed": True, "id": done.result_id or None, "location": done.location or None}
        response: HttpResponse = JsonResponse(body, status=done.status or 200)
    else:
        response = HttpResponse(status=done.status if done.location else 204)
    if done.location:
        response["Location"] = done.location
    elif not request.path.startswith("/api/"):
        response["HX-Refresh"] = "true"
    response[REPLAYED] = "true"
    return response
