"""Addresses under /company/jobs/."""

from django.urls import path

from beichen.platform.events import pages

app_name = "jobs"
urlpatterns = [
    path("", pages.monitor, name="monitor"),
    path("retry/", pages.try_all_again, name="try_all_again"),
    path("<int:job_id>/retry/", pages.try_again, name="try_again"),
]
