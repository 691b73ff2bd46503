"""Reads wait for each other, never in front of a write or a sign-in.

A web process has more threads than reads may hold at once. A read that finds no room within a second is told to come
back, at once where the reads before it are stuck themselves; so slow pages fill their own lane and no other.
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
PATIENCE = 1.0
"""Seconds a read waits, and after which one that runs counts as stuck."""
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
        """Take a place; whether there was one in time."""
        until = time.monotonic() + PATIENCE
        with self._left:
            while len(self._begun) >= READS:
                now = time.monotonic()
                stuck = now - max(self._begun.values()) > PATIENCE
                if stuck or now >= until:
                    return False
                self._left.wait(until - now)
            self._begun[threading.get_ident()] = time.monotonic()
        return True
