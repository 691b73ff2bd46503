"""Two doors that say who asks, beside the real ones."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from beichen.platform.auth import pages


def who(request: HttpRequest) -> JsonResponse:
    actor = pages.actor_of(request)
    return JsonResponse(
        {"actor": actor.name if actor else None, "scopes": sorted(actor.scopes or ()) if actor else None}
    )


urlpatterns = [
    path("account/", include("beichen.platform.auth.urls")),
    path("api/who", who),
    path("who/", who),
]
