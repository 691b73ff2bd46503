"""Who asks: sets `request.actor` from the session or, on API paths only, from a bearer token."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

from beichen.platform.auth import queries, rules
from beichen.platform.auth.models import Account
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor

API = "/api/"
ACCOUNT = "/account/"
_BEGUN, _SEEN = "session_begun", "session_seen"
_SEEN_EVERY = 60


class ActorMiddleware:
    """`request.actor` is an Actor or None. Comes after the middlewares that know sessions and users."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        actor = _by_token(request) if _bearer(request) else _by_session(request)
        request.actor = actor  # type: ignore[attr-defined]
        response = self.get_response(request)
        if actor is not None or request.path.startswith((API, ACCOUNT)):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _bearer(request: HttpRequest) -> str:
    """The token of an API request: everywhere else a bearer header means nothing."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" and request.path.startswith(API) else ""


def _by_token(request: HttpRequest) -> Actor | None:
    token = queries.live_token(_bearer(request))
    if token is None or token.account.person_id is None:
        return None
    rules.mark_used(token)
    return rules.actor_of(token.account, scopes=frozenset(token.scopes))


def _by_session(request: HttpRequest) -> Actor | None:
    account = request.user
    if not isinstance(account, Account) or account.person_id is None:
        return None
    if not _fresh(request, account):
        logout(request)
        return None
    return rules.actor_of(account)


def _fresh(request: HttpRequest, account: Account) -> bool:
    """Inside both limits: so long since sign-in, so long since the last request (written once a minute)."""
    now = int(clock.now().timestamp())
    session = request.session
    begun, seen = session.setdefault(_BEGUN, now), session.setdefault(_SEEN, now)
    if now - begun > settings.SESSION_COOKIE_AGE or now - seen > account.idle_minutes * 60:
        return False
    if now - seen >= _SEEN_EVERY:
        session[_SEEN] = now
    return True
