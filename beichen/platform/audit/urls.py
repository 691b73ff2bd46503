"""Addresses under /company/."""

from django.urls import path

from beichen.platform.audit import pages

app_name = "audit"
urlpatterns = [
    path("audit/", pages.search, name="search"),
    path("audit/export/", pages.export, name="export"),
    path("audit/bulk/<uuid:row_id>/", pages.batches, name="batches"),
    path("audit/verify/", pages.verify, name="verify"),
    path("looked/", pages.looked, name="looked"),
]
