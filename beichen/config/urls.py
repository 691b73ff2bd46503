"""Every address of the product: the frame's own, then one line per area."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("beichen.platform.ui.urls")),
    path("account/", include("beichen.platform.auth.urls")),
]

handler404 = "beichen.platform.ui.pages.not_found"
handler403 = "beichen.platform.ui.pages.forbidden"
handler500 = "beichen.platform.ui.pages.broken"
