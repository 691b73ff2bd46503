"""Addresses under /files/."""

from django.urls import path

from beichen.platform.files import pages

app_name = "files"
urlpatterns = [
    path("", pages.listing, name="list"),
    path("ask/<str:kind>/", pages.ask, name="ask"),
    path("<uuid:file_id>/", pages.one, name="file"),
    path("<uuid:file_id>/content/", pages.content, name="content"),
]
