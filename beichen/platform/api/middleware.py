"""API answers that the API itself did not write (unknown address, wrong method, a crash) become problems too."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from beichen.platform.api.problems import TYPE, problem

API = "/api/"
_KEPT = ("Allow", "Cache-Control", "Retry-After", "WWW-Authenticate")


class ProblemMiddleware:
    """The last word on every answer below /api/; stands right before the actor middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.path.startswith(API) or response.status_code < 400:
            return response
        if response.headers.get("Content-Type", "").startswith(TYPE):
            return response
        answer = problem(response.status_code)
        for name in _KEPT:
            if name in response.headers:
                answer[name] = response[name]
        return answer
