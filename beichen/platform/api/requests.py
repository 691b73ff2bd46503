"""What an API operation may ask its request for."""

from __future__ import annotations

import json
from typing import cast

from django.http import HttpRequest

from beichen.platform.kit.actor import Actor
from beichen.platform.kit.numbers import as_number

NO_VERSION = 0
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class ApiRequest(HttpRequest):
    """The request as the door hands it to an operation.

    `version` is what the client read last: `If-Match: "3"` or `version` in the body. Without one it is 0, which no
    row carries, so the rule answers "changed" and the door turns that into 428.
    """

    actor: Actor
    version: int


def actor_of(request: HttpRequest) -> Actor | None:
    actor = getattr(request, "actor", None)
    return actor if isinstance(actor, Actor) else None


def prepared(request: HttpRequest) -> ApiRequest:
    asked = cast(ApiRequest, request)
    asked.version = _version(request)
    return asked


def _version(request: HttpRequest) -> int:
    text = request.headers.get("If-Match", "").removeprefix("W/").strip('" ')
    if not text and request.method != "GET" and request.content_type == "application/json":
        text = str(_body_version(request.body))
    found = as_number(text, digits=9)
    return NO_VERSION if found is None else found


def _body_version(body: bytes) -> object:
    """The version a JSON object carries; what is no JSON is refused later, with the field's name."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    version = found.get("version", "") if isinstance(found, dict) else ""
    return "" if isinstance(version, bool) else version


def body_fields(request: HttpRequest) -> set[str]:
    """The names of what a body holds; `body` for one that is neither a JSON object nor a form."""
    if request.content_type in FORMS:
        return set(request.POST) | set(request.FILES)
    if not request.body.strip():
        return set()
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        return {"body"}
    return set(found) if isinstance(found, dict) else {"body"}
