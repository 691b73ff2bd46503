from django.urls import path

from beichen.metrics import pages

app_name = "metrics"
urlpatterns = [
    path("", pages.library, name="library"),
    path("new/", pages.new_metric, name="new"),
    path("<int:metric_id>/edit/", pages.edit_metric, name="edit"),
    path("<int:metric_id>/enact/", pages.enact, name="enact"),
    path("options/", pages.options, name="options"),
    path("roles/<int:profile_id>/", pages.recommended, name="recommended"),
    path("roles/<int:profile_id>/edit/", pages.edit_recommended, name="edit_recommended"),
    path("bands/new/", pages.new_band, name="new_band"),
    path("bands/<int:table_id>/edit/", pages.edit_band, name="edit_band"),
    path("bands/<int:table_id>/freeze/", pages.freeze, name="freeze_band"),
]
