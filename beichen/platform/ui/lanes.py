"""Reads wait for each other, never in front of a write or a sign-in.

A web process has more threads than reads may hold at once. The others wait as long as reads begin and end; once none
began for two seconds, those before them are stuck, and they are told to come back. So slow pages fill their own lane
and no other, and a busy process is only slow.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from beichen.launch.environment import WEB_THREADS
from beichen.platform.ui.pages import away

READS = WEB_THREADS // 2
PATIENCE = 2.0
"""Seconds after which a read that runs counts as stuck."""
RESERVED = ("/account/", "/healthz", "/readyz", "/metrics")


class LanesMiddleware:
    """Stands behind the static files and in front of everything that asks the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._left = threading.Condition()
        self._begun: dict[int, float] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD") or request.path.startswith(RESERVED):
            return self.get_response(request)
        if not self._enter():
            return away(request)
        try:
            return self.get_response(request)
        finally:
            with self._left:
                del self._begun[threading.get_ident()]
                self._left.notify()

    def _enter(self) -> bool:
        """Take a place as soon as there is one; False when nobody who reads got anywhere for too long."""
        with self._left:
            while len(self._begun) >= READS:
                moving = PATIENCE - (time.monotonic() - max(self._begun.values()))
                if moving <= 0:
                    return False
                self._left.wait(moving)
            self._begun[threading.get_ident()] = time.monotonic()
        return True
