"""The language of a page: the account's when signed in, else the cookie's, else what the browser asks for."""

from __future__ import annotations

from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from beichen.platform.ui.requests import actor_of

ENGLISH = "en"


def for_reader(own: str, english: str) -> str:
    """What a thing is called in the reader's language: its English name on English pages, where it has one."""
    return english if english and translation.get_language() == ENGLISH else own


class LanguageMiddleware(LocaleMiddleware):
    """Stands after the actor middleware, because the actor carries the account's language."""

    def process_request(self, request: HttpRequest) -> None:
        actor = actor_of(request)
        locale = actor.locale if actor else translation.get_language_from_request(request)
        translation.activate(locale)
        request.LANGUAGE_CODE = translation.get_language()
