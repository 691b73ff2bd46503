"""Every refusal of the API as application/problem+json: a sentence, a code, never the inside of the program."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _noop
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from beichen.platform.api.idempotency import AlreadyDone, told_again
from beichen.platform.api.requests import NO_VERSION, actor_of
from beichen.platform.audit.rules import record_refusal
from beichen.platform.kit.errors import Changed, Forbidden, Invalid, NotFound, Refused, gettext_noop

log = logging.getLogger("beichen.api")
TYPE = "application/problem+json"


class VersionMissing(Refused):
    code = "version_missing"
    status = 428
    text = gettext_noop("Say which version you read: send it as `If-Match` or as `version` in the body.")


class OutOfScope(Forbidden):
    code = "out_of_scope"
    text = gettext_noop("This token cannot do this: it lacks the scope, or the action is closed to all tokens.")


_CODES = {
    400: ("bad_request", _noop("The request could not be read.")),
    401: ("not_signed_in", _noop("Sign in, or send a personal token that is still valid.")),
    403: ("forbidden", _noop("You can see this, but you cannot take this step.")),
    404: ("not_found", _noop("There is nothing here, or you do not have access.")),
    405: ("method_not_allowed", _noop("This address does not support this method.")),
    413: ("too_large", _noop("The request is too large.")),
    415: ("unsupported_media_type", _noop("Send JSON.")),
    429: ("too_many_requests", _noop("Too many requests. Please wait a moment.")),
    500: ("broken", _noop("Something went wrong. It has been logged; nothing from your request was saved.")),
    503: ("busy", _noop("The system is busy. Please try again in a moment.")),
}
_SAID = {
    "missing": _noop("This is required."),
    "extra_forbidden": _noop("There is no such field."),
}


def problem(status: int, code: str = "", detail: str = "", fields: Mapping[str, str] | None = None) -> HttpResponse:
    """The answer; without a code the general one of this status."""
    general = _CODES.get(status, _CODES[400 if status < 500 else 500])
    body = {
        "type": f"urn:beichen:{code or general[0]}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code or general[0],
        "detail": detail or gettext(general[1]),
        "fields": dict(fields or {}),
    }
    return JsonResponse(body, status=status, content_type=TYPE, json_dumps_params={"ensure_ascii": False})


def refused(request: HttpRequest, refusal: Exception) -> HttpResponse:
    """A refusal of ours. What is hidden and what does not exist answer byte for byte the same."""
    if not isinstance(refusal, Refused):
        return broken(request, refusal)
    if isinstance(refusal, NotFound) or refusal.status == 404:
        return problem(404)
    actor = actor_of(request)
    if actor is not None and refusal.status == HTTPStatus.FORBIDDEN:
        record_refusal(actor, str(refusal.params.get("key", "")), request.path)
    if isinstance(refusal, Changed) and getattr(request, "version", None) == NO_VERSION:
        refusal = VersionMissing()
    return problem(refusal.status, refusal.code, refusal.sentence(gettext), _fields(refusal))


def _fields(refusal: Refused) -> dict[str, str]:
    if isinstance(refusal, Invalid):
        return refusal.messages(gettext)
    return {refusal.field: refusal.sentence(gettext)} if refusal.field else {}


def invalid(request: HttpRequest, error: Exception) -> HttpResponse:
    """Input that no schema takes: one sentence per field, without repeating what was sent."""
    del request
    found = error.errors if isinstance(error, ValidationError) else []
    fields = {_place(one["loc"]): _sentence(one) for one in found}
    return problem(422, "invalid", gettext("Some fields are not valid. See `fields` for details."), fields)


def _place(location: tuple[str | int, ...]) -> str:
    """`title` for a field of the body, `limit` for one of the query: without the names of our own variables."""
    parts = location[2:] if location[0] == "body" and len(location) > 2 else location[1:]
    return ".".join(map(str, parts)) or "body"


def _sentence(error: Mapping[str, object]) -> str:
    kind = str(error.get("type", ""))
    return gettext(_SAID[kind]) if kind in _SAID else str(error.get("msg", ""))


def broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """Something nobody expected: the log has it, the answer says nothing of the inside."""
    if isinstance(error, OperationalError | InterfaceError):
        log.error("database unavailable for %s %s: %s", request.method, request.path, type(error).__name__)
        answer = problem(503)
        answer["Retry-After"] = "1"
        return answer
    if isinstance(error, DataError):  # a number or text that no column holds
        log.error("a value out of range for %s %s: %s", request.method, request.path, error)
        return problem(400)
    log.exception("%s %s broke", request.method, request.path, exc_info=error)
    return problem(500)


def http_error(request: HttpRequest, error: Exception) -> HttpResponse:
    """What the framework refuses: bad JSON, a missing CSRF token, too many requests."""
    del request
    answer = problem(error.status_code if isinstance(error, HttpError) else 400)
    if isinstance(error, AuthenticationError):
        answer["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Throttled) and error.wait is not None:
        answer["Retry-After"] = str(error.wait)
    return answer


def install(api: NinjaAPI) -> None:
    """Tell the API which answer belongs to which exception."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        Exception: broken,
        Refused: refused,
        AlreadyDone: told_again,
        ValidationError: invalid,
        HttpError: http_error,
        Http404: lambda request, error: problem(404),
        PermissionDenied: lambda request, error: problem(403),
        SuspiciousOperation: lambda request, error: problem(400),
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)
