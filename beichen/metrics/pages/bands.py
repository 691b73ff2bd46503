"""Band tables."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.metrics import access, queries, rules
from beichen.metrics.forms import BandForm, checked
from beichen.platform.access.permissions import may
from beichen.platform.kit.errors import Forbidden
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


@door(access.EDIT_BAND, methods=("GET", "POST"))
def new_band(request: PageRequest) -> HttpResponse:
    """Add a band table."""
    if request.method == "POST":
        form = BandForm(request.POST)
        points, values = form.points, checked(form)
        rules.create_band_table(request.actor, values["key"], values["name"], values["mode"], points)
        tell(request, _("Saved as a draft. Freeze it before goals can use it."))
        return see(reverse("metrics:library"))
    if not may(request.actor, access.EDIT_BAND):
        raise Forbidden
    typed = request.drawn.refusal is not None and request.POST
    return page(request, "metrics/band_form.html", form=BandForm(request.POST) if typed else BandForm(), band=None)


@door(access.EDIT_BAND, methods=("GET", "POST"))
def edit_band(request: PageRequest, table_id: int) -> HttpResponse:
    """Change a draft table."""
    if request.method == "POST":
        form = BandForm(request.POST)
        points, values = form.points, checked(form)
        rules.edit_band_table(request.actor, table_id, values["name"], values["mode"], points, version=request.version)
        tell(request, _("Saved."))
        return see(reverse("metrics:library"))
    card = queries.band_table(request.actor, table_id)
    if not may(request.actor, access.EDIT_BAND):
        raise Forbidden
    typed = request.drawn.refusal is not None and request.POST
    form = BandForm(request.POST) if typed else BandForm(initial=BandForm.initial_of(card))
    return page(request, "metrics/band_form.html", form=form, band=card)


@door(access.FREEZE_BAND, methods=("POST",))
def freeze(request: PageRequest, table_id: int) -> HttpResponse:
    """Freeze a table, so that goals can be scored with it."""
    rules.freeze_band_table(request.actor, table_id, request.version)
    tell(request, _("Frozen. Goals can now be scored with it."))
    return see(reverse("metrics:library"))
