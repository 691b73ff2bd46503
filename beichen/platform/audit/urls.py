"""Addresses under /company/."""

from django.urls import path

from beichen.platform.audit import pages

app_name = "audit"
urlpatterns = [
    path("audit/", pages.search, name="search"),
    path("audit/verify/", pages.verify, name="verify"),
    path("looked/", pages.looked, name="looked"),
]
