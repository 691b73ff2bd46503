"""The language of a page: the account's when signed in, else the cookie's, else what the browser asks for."""

from __future__ import annotations

from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from beichen.platform.ui.requests import actor_of


class LanguageMiddleware(LocaleMiddleware):
    """Stands after the actor middleware, because the actor carries the account's language."""

    def process_request(self, request: HttpRequest) -> None:
        actor = actor_of(request)
        locale = actor.locale if actor else translation.get_language_from_request(request)
        translation.activate(locale)
        request.LANGUAGE_CODE = translation.get_language()
