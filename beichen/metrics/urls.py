from django.urls import path

from beichen.metrics.pages import bands, figures, library, recommended, snapshots

app_name = "metrics"
urlpatterns = [
    path("", library.library, name="library"),
    path("new/", library.new_metric, name="new"),
    path("starter-set/", library.starters, name="starters"),
    path("activate/", library.enact_drafts, name="enact_drafts"),
    path("<int:metric_id>/", library.metric, name="metric"),
    path("<int:metric_id>/edit/", library.edit_metric, name="edit"),
    path("<int:metric_id>/enact/", library.enact, name="enact"),
    path("<int:metric_id>/retire/", library.retire, name="retire"),
    path("<int:metric_id>/figures/<str:period>/", figures.figures, name="figures"),
    path("<int:metric_id>/figures/<str:period>/enter/", figures.enter, name="enter"),
    path("<int:metric_id>/figures/<str:period>/compute/", figures.compute, name="compute"),
    path("<int:metric_id>/figures/<str:period>/sign/", figures.sign, name="sign"),
    path("<int:metric_id>/values/<int:value_id>/", figures.value, name="value"),
    path("desk/", figures.desk, name="desk"),
    path("cycles/<int:cycle_id>/", snapshots.snapshot, name="snapshot"),
    path("held/<int:held_id>/let-through/", figures.let_through, name="let_through"),
    path("held/<int:held_id>/throw-out/", figures.throw_out, name="throw_out"),
    path("options/", library.options, name="options"),
    path("roles/<int:profile_id>/", recommended.recommended, name="recommended"),
    path("roles/<int:profile_id>/edit/", recommended.edit_recommended, name="edit_recommended"),
    path("bands/new/", bands.new_band, name="new_band"),
    path("bands/<int:table_id>/edit/", bands.edit_band, name="edit_band"),
    path("bands/<int:table_id>/freeze/", bands.freeze, name="freeze_band"),
]
