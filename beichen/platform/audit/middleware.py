"""Every request has an id and a door: audit rows, the log and the answer carry the same id."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from beichen.platform.audit.choices import Channel
from beichen.platform.audit.rules import channel, request_id

GIVEN = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)


class RequestIdMiddleware:
    """Takes the id a proxy gave, if it is one, else makes one; answers with `X-Request-ID`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        token = request_id.set(given if GIVEN.fullmatch(given) else secrets.token_hex(12))
        door = channel.set(Channel.API if request.path.startswith("/api/") else Channel.PAGE)
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id.get()
            return response
        finally:
            channel.reset(door)
            request_id.reset(token)
