"""Addresses under /notices/."""

from django.urls import path

from beichen.platform.notify import pages

app_name = "notify"
urlpatterns = [
    path("", pages.listing, name="list"),
    path("read/", pages.read_all, name="read_all"),
    path("<uuid:notice_id>/", pages.follow, name="follow"),
]
