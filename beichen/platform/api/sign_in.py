"""Who an API request comes from: the actor middleware found out, here ninja is told."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware
from ninja.errors import HttpError
from ninja.security import APIKeyCookie, HttpBearer

from beichen.platform.api.requests import actor_of
from beichen.platform.kit.actor import Actor


class TokenAuth(HttpBearer):
    """`Authorization: Bearer bct_…`: a personal token."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        del token
        actor = actor_of(request)
        return actor if actor is not None and actor.scopes is not None else None


class _Csrf(CsrfViewMiddleware):
    """Django's check, without drawing its page: the answer is a problem."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponseForbidden:
        del request, reason
        return HttpResponseForbidden()


def _forged(request: HttpRequest) -> bool:
    """Whether a write of a session lacks its CSRF token; ninja's views stand outside the middleware's check."""
    check = _Csrf(lambda asked: HttpResponse())
    request.csrf_processing_done = False  # type: ignore[attr-defined]
    check.process_request(request)
    return check.process_view(request, lambda asked: HttpResponse(), (), {}) is not None


class SessionAuth(APIKeyCookie):
    """The session of a browser; writes need the CSRF token as well."""

    param_name = "sessionid"

    def __call__(self, request: HttpRequest) -> Any:
        actor = actor_of(request)
        if actor is None or actor.scopes is not None:
            return None
        if _forged(request):
            raise HttpError(403, "CSRF")
        return actor

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        del key
        return actor_of(request)
