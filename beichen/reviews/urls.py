"""Addresses under /reviews/."""

from django.urls import URLPattern, path
from django.http import HttpResponse

app_name = "reviews"
urlpatterns: list[URLPattern] = [path("<int:review_id>/result/", lambda r, review_id: HttpResponse(), name="result")]
