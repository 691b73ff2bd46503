"""Band tables."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.metrics import access, queries, rules
from beichen.metrics.forms import BandForm, checked
from beichen.people import queries as people
from beichen.people.choices import Phase
from beichen.platform.access.permissions import may
from beichen.platform.kit.errors import Forbidden, Invalid
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


def _choices(request: PageRequest) -> dict[str, list[tuple[str, str]]]:
    """The cycles that take bands, and the roles."""
    cycles = [
        (str(card.id), card.period_key) for card in people.cycles(request.actor)
        if card.phase in (Phase.SETUP, Phase.GOALS)
    ]  # fmt: skip
    return {"cycles": cycles, "roles": [(one.code, one.title) for one in people.profiles(request.actor)]}


def _whom(request: PageRequest, values: dict[str, Any]) -> rules.ForWhom:
    """For whom the table is, its metric and unit found by code."""
    library = queries.metrics(request.actor) if values["metric"] else []
    metric = next((one for one in library if values["metric"] in (one.code, f"{one.code} {one.title}")), None)
    if values["metric"] and metric is None:
        raise Invalid(
            fields={
                "metric": _("There is no such metric in the library. Type part of its name and choose from the list.")
            }
        )
    unit = people.by_code(request.actor, [values["unit"]]).get(values["unit"]) if values["unit"] else None
    if values["unit"] and unit is None:
        raise Invalid(fields={"unit": _("No unit has this code.")})
    return rules.ForWhom(
        metric_id=metric.id if metric else None, cycle_id=int(values["cycle"]) if values["cycle"] else None,
        role=values["role"], level=values["level"].strip(), unit_id=unit.id if unit else None,
        reason=values["reason"].strip(),
    )  # fmt: skip


@door(access.EDIT_BAND, methods=("GET", "POST"))
def new_band(request: PageRequest) -> HttpResponse:
    """Add a band table."""
    if request.method == "POST":
        form = BandForm(request.POST, **_choices(request))
        points, values = form.points, checked(form)
        whom = _whom(request, values)
        rules.create_band_table(request.actor, values["key"], values["name"], values["mode"], points, whom)
        tell(request, _("Saved as a draft. Freeze it before goals can use it."))
        return see(reverse("metrics:library"))
    if not may(request.actor, access.EDIT_BAND):
        raise Forbidden
    typed = request.POST if request.drawn.refusal is not None and request.POST else None
    return page(request, "metrics/band_form.html", form=BandForm(typed, **_choices(request)), band=None)


@door(access.EDIT_BAND, methods=("GET", "POST"))
def edit_band(request: PageRequest, table_id: int) -> HttpResponse:
    """Change a draft table."""
    if request.method == "POST":
        form = BandForm(request.POST, **_choices(request))
        points, values = form.points, checked(form)
        rules.edit_band_table(
            request.actor, table_id, values["name"], values["mode"], points, version=request.version,
            whom=_whom(request, values),
        )  # fmt: skip
        tell(request, _("Saved."))
        return see(reverse("metrics:library"))
    card = queries.band_table(request.actor, table_id)
    if not may(request.actor, access.EDIT_BAND):
        raise Forbidden
    typed = request.POST if request.drawn.refusal is not None and request.POST else None
    how, first = _choices(request), BandForm.initial_of(card)
    if card.metric_id is not None:
        metric = queries.metric(request.actor, card.metric_id)
        first["metric"] = f"{metric.code} {metric.title}"
    if card.unit_id is not None:
        unit = people.unit(request.actor, card.unit_id)
        first["unit"] = f"{unit.code} {unit.title}"
    form = BandForm(typed, **how) if typed else BandForm(initial=first, **how)
    return page(request, "metrics/band_form.html", form=form, band=card)


@door(access.FREEZE_BAND, methods=("POST",))
def freeze(request: PageRequest, table_id: int) -> HttpResponse:
    """Freeze a table, so that goals can be scored with it."""
    rules.freeze_band_table(request.actor, table_id, request.version)
    tell(request, _("Frozen. Goals can now be scored with it."))
    return see(reverse("metrics:library"))
