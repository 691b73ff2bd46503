"""The page that explains the API: drawn here from its own description, so it works without a network or script."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from beichen.platform.access.current import acting
from beichen.platform.access.permissions import SIGNED_IN
from beichen.platform.api.reference import by_tag
from beichen.platform.api.requests import actor_of


def docs(request: HttpRequest) -> HttpResponse:
    """Every operation with its fields, for whoever is signed in."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    actor = actor_of(request)
    if actor is None:
        return redirect_to_login(request.get_full_path())
    schema = import_string("beichen.config.api.api").get_openapi_schema()
    with acting(actor):
        return HttpResponse(render_to_string("api/docs.html", {"operations": by_tag(schema)}, request))


docs.permission = SIGNED_IN  # type: ignore[attr-defined]
docs.methods = ("GET",)  # type: ignore[attr-defined]
