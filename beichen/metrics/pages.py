"""The metric library and its band tables."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.metrics import access, queries, rules
from beichen.metrics.choices import BandMode, Direction, MetricState
from beichen.metrics.forms import BandForm, MetricForm, RecommendedForm, checked
from beichen.people import queries as people
from beichen.platform.access.permissions import may, require
from beichen.platform.kit.errors import Forbidden, Invalid
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest

SUGGESTED = 20


@door(access.VIEW)
def library(request: PageRequest) -> HttpResponse:
    """All metrics and band tables."""
    actor, text = request.actor, request.GET.get("q", "")
    metrics = [(m, Direction(m.direction).label, MetricState(m.state).label) for m in queries.metrics(actor, text)]
    bands = [
        (card, BandMode(card.mode).label, [(f"{p.value.normalize():f}", p.score) for p in card.points])
        for card in queries.band_tables(actor).values()
    ]
    return page(
        request, "metrics/library.html", metrics=metrics, bands=bands, may_edit=may(actor, access.EDIT), text=text,
        may_band=may(actor, access.EDIT_BAND), me=actor.person_id,
    )  # fmt: skip


def _owner(request: PageRequest, form: MetricForm) -> int | None:
    number = form.owner_number
    if not number:
        return None
    found = people.by_number(request.actor, [number])
    if number not in found:
        raise Invalid(fields={"owner": _("Nobody has this employee number.")})
    return found[number].id


@door(access.EDIT, methods=("GET", "POST"))
def new_metric(request: PageRequest) -> HttpResponse:
    """Add a metric."""
    if request.method == "POST":
        form = MetricForm(request.POST)
        rules.create_metric(request.actor, form.entered(_owner(request, form)))
        tell(request, _("Added as a draft. Somebody else needs to activate it."))
        return see(reverse("metrics:library"))
    if not may(request.actor, access.EDIT):
        raise Forbidden
    typed = request.drawn.refusal is not None and request.POST
    return page(
        request, "metrics/metric_form.html", form=MetricForm(request.POST) if typed else MetricForm(), metric=None
    )


@door(access.EDIT, methods=("GET", "POST"))
def edit_metric(request: PageRequest, metric_id: int) -> HttpResponse:
    """Change a metric."""
    if request.method == "POST":
        form = MetricForm(request.POST)
        rules.edit_metric(request.actor, metric_id, form.entered(_owner(request, form)), request.version)
        tell(request, _("Saved."))
        return see(reverse("metrics:library"))
    card = queries.metric(request.actor, metric_id)
    if not may(request.actor, access.EDIT):
        raise Forbidden
    owner = people.persons(request.actor, [card.owner_id]).get(card.owner_id or 0)
    first = {name: getattr(card, name) for name in ("code", "name", "name_en", "unit", "direction", "definition")}
    first["owner"] = f"{owner.number} {owner.name}" if owner else ""
    typed = request.drawn.refusal is not None and request.POST
    form = MetricForm(request.POST) if typed else MetricForm(initial=first)
    return page(request, "metrics/metric_form.html", form=form, metric=card)


@door(access.ENACT, methods=("POST",))
def enact(request: PageRequest, metric_id: int) -> HttpResponse:
    """Put a metric into force."""
    rules.enact_metric(request.actor, metric_id, request.version)
    tell(request, _("Activated."))
    return see(reverse("metrics:library"))


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


@door(access.VIEW)
def options(request: PageRequest) -> HttpResponse:
    """Suggestions for a field that takes a metric in force."""
    require(request.actor, access.VIEW)
    text = next((str(value) for value in request.GET.values() if value), "")
    metrics = [m for m in queries.metrics(request.actor, text) if m.state == MetricState.IN_FORCE]
    return page(request, "metrics/options.html", metrics=metrics[:SUGGESTED])


@door(access.VIEW_RECOMMENDED)
def recommended(request: PageRequest, profile_id: int) -> HttpResponse:
    """The metrics recommended to a role, on the page of its role profile."""
    card = queries.recommended(request.actor, profile_id)
    return page(
        request, "metrics/recommended.html", card=card, may_edit=may(request.actor, access.RECOMMEND)
    )  # fmt: skip


@door(access.RECOMMEND, methods=("GET", "POST"))
def edit_recommended(request: PageRequest, profile_id: int) -> HttpResponse:
    """Say which metrics a role is followed by."""
    actor = request.actor
    if request.method == "POST":
        lines = RecommendedForm(request.POST).entered(queries.metrics(actor))
        rules.set_recommended(actor, profile_id, lines, request.version)
        tell(request, _("Saved."))
        return see(reverse("people:profile", args=[profile_id]))
    profile, card = people.role_profile(actor, profile_id), queries.recommended(actor, profile_id)
    require(actor, access.RECOMMEND)
    typed = request.drawn.refusal is not None and request.POST
    form = RecommendedForm(request.POST) if typed else RecommendedForm(initial=RecommendedForm.initial_of(card))
    return page(request, "metrics/recommended_form.html", form=form, card=card, profile=profile)
