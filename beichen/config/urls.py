"""Every address of the product: the frame's own, then one line per area."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from beichen.config.api import api
from beichen.platform.api.pages import docs

AREAS = {
    "people/": "beichen.people",
    "metrics/": "beichen.metrics",
    "strategy/": "beichen.strategy",
    "goals/": "beichen.goals",
    "talks/": "beichen.conversations",
    "reviews/": "beichen.reviews",
    "reward/": "beichen.reward",
    "company/jobs/": "beichen.platform.events",
    "company/": "beichen.platform.audit",
    "notices/": "beichen.platform.notify",
    "files/": "beichen.platform.files",
    "": "beichen.insight",
}

urlpatterns: list[URLPattern | URLResolver] = [
    *(path(prefix, include(f"{area}.urls")) for prefix, area in AREAS.items() if find_spec(f"{area}.urls")),
    path("", include("beichen.platform.ui.urls")),
    path("account/", include("beichen.platform.auth.urls")),
    path("api/v1/docs/", docs, name="api_docs"),
    path("api/v1/", api.urls),
]

handler404 = "beichen.platform.ui.pages.not_found"
handler403 = "beichen.platform.ui.pages.forbidden"
handler500 = "beichen.platform.ui.pages.broken"
