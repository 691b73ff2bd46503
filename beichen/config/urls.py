"""Every page of the product, area by area."""

from django.urls import URLPattern, URLResolver, include, path

from beichen.config.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("beichen.platform.auth.urls")),
    path("api/v1/", api.urls),
]
