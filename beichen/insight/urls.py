from django.urls import path

from beichen.insight import pages

app_name = "insight"
urlpatterns = [
    path("", pages.home, name="home"),
    path("home/people/", pages.people, name="people"),
    path("home/unit/", pages.unit, name="unit"),
]
