from django.urls import path

from beichen.strategy import pages

app_name = "strategy"
urlpatterns = [
    path("", pages.page, name="page"),
    path("edit/", pages.edit, name="edit"),
    path("publish/", pages.publish, name="publish"),
    path("editors/", pages.editors, name="editors"),
    path("limit/", pages.limit, name="limit"),
    path("targets/<int:target_id>/confirm/", pages.confirm, name="confirm"),
    path("history/", pages.history, name="history"),
    path("<int:map_id>/versions/<int:number>/", pages.version, name="version"),
    path("<int:map_id>/versions/<int:number>/restore/", pages.restore, name="restore"),
]
