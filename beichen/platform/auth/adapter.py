"""How allauth behaves here: nobody signs up, and guessing at an account does not lock its owner out."""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from beichen.platform.auth import rules
from beichen.platform.auth.models import Account

DEVICE_COOKIE = "beichen_device"
DEVICE_SALT = "beichen.platform.auth.device"
DEVICE_AGE = 90 * 24 * 3600


class AccountAdapter(DefaultAccountAdapter):
    """A device that has signed in before counts its own failures; all strangers share ten an hour per account."""

    error_messages = DefaultAccountAdapter.error_messages

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Whether people may be led there; an address that cannot be read leads nowhere."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """The address alone: whoever asks chooses the port of the host name, and each would be ten guesses more."""
        return str(credentials.get("email", "")).lower()

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        device = known_device(request, str(credentials.get("email", "")))
        if not device:
            super().pre_authenticate(request, **credentials)
            return
        self._login_failed_rl_usage = ratelimit.consume(
            request, app="allauth.account", action="login_failed_device", key=device
        )
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse | None:
        if isinstance(user, Account) and user.person_id is None:
            return redirect("account_inactive")
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if isinstance(user, Account):
            rules.signed_in(user, "password")
            remember_device(request, response, user)
        return response

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page one lands on says it; a second message would only be in the way."""


def known_device(request: HttpRequest, email: str) -> str:
    """The mark of a browser that has signed in to this very account before, or an empty text."""
    try:
        found = signing.loads(request.COOKIES.get(DEVICE_COOKIE, ""), salt=DEVICE_SALT, max_age=DEVICE_AGE)
    except signing.BadSignature:
        return ""
    return str(found["mark"]) if found.get("email") == email.strip().lower() else ""


def remember_device(request: HttpRequest, response: HttpResponse, account: Account) -> None:
    mark = known_device(request, account.email) or secrets.token_urlsafe(16)
    response.set_cookie(
        DEVICE_COOKIE,
        signing.dumps({"email": account.email, "mark": mark}, salt=DEVICE_SALT),
        max_age=DEVICE_AGE,
        path="/account/login/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
