from django.urls import path

from beichen.people.pages import changes, codes, cycles, imports, organisation, seats

app_name = "people"
urlpatterns = [
    path("", organisation.home, name="home"),
    path("search/", organisation.search, name="search"),
    path("options/<slug:kind>/", organisation.options, name="options"),
    path("units/new/", changes.unit_form, name="unit_new"),
    path("units/<int:unit_id>/", organisation.unit, name="unit"),
    path("units/<int:unit_id>/children/", organisation.children, name="children"),
    path("units/<int:unit_id>/as-of/", organisation.as_of, name="as_of"),
    path("units/<int:unit_id>/edit/", changes.unit_form, name="unit_edit"),
    path("hire/", changes.hire, name="hire"),
    path("changes/", changes.changes, name="changes"),
    path("changes/<int:change_id>/confirm/", changes.confirm, name="change_confirm"),
    path("changes/<int:change_id>/withdraw/", changes.withdraw, name="change_withdraw"),
    path("waiting/", codes.waiting, name="waiting"),
    path("waiting/<uuid:pending_id>/withdraw/", codes.withdraw, name="waiting_withdraw"),
    path("codes/", codes.codes, name="codes"),
    path("seats/", seats.seats, name="seats"),
    path("seats/ask/", seats.ask, name="seat_ask"),
    path("seats/<int:seat_id>/grant/", seats.grant, name="seat_grant"),
    path("seats/<int:seat_id>/revoke/", seats.revoke, name="seat_revoke"),
    path("cycles/", cycles.cycles, name="cycles"),
    path("cycles/start/", cycles.start, name="cycle_start"),
    path("cycles/<int:cycle_id>/ready/", cycles.ready, name="cycle_ready"),
    path("cycles/<int:cycle_id>/move/", cycles.move_cycle, name="cycle_move"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:batch_id>/", imports.batch, name="import"),
    path("imports/<int:batch_id>/confirm/", imports.confirm, name="import_confirm"),
    path("imports/<int:batch_id>/discard/", imports.discard, name="import_discard"),
    path("<int:person_id>/", organisation.person, name="person"),
    path("<int:person_id>/code/", codes.code, name="code"),
    path("<int:person_id>/move/", changes.move, name="move"),
    path("<int:person_id>/leave/", changes.leave, name="leave"),
    path("<int:person_id>/edit/", changes.edit, name="edit"),
]
