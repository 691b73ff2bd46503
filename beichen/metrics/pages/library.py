"""The metric library: the list, one metric with its versions, and what people do with it."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from beichen.metrics import access, queries, rules
from beichen.metrics.choices import BandMode, MetricKind, MetricState
from beichen.metrics.forms import FIELD_LABELS, MetricForm
from beichen.metrics.queries import Change, MetricCard, VersionCard
from beichen.people import queries as people
from beichen.platform.access.permissions import may, require
from beichen.platform.kit import clock
from beichen.platform.kit.errors import Forbidden, Invalid
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest

SUGGESTED = 20
KEPT = {kind.value for kind in MetricKind}


@door(access.VIEW)
def library(request: PageRequest) -> HttpResponse:
    """All metrics and band tables."""
    actor, text = request.actor, request.GET.get("q", "")
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in KEPT else ""
    metrics = queries.metrics(actor, text, kind=kind)
    bands = _bands(request)
    may_edit = may(actor, access.EDIT)
    drafts = [card for card in metrics if card.state == MetricState.DRAFT]
    kinds = [("", _("All"), "?"), *((one.value, one.label, f"?kind={one.value}") for one in MetricKind)]
    return page(
        request, "metrics/library.html", metrics=metrics, bands=bands, may_edit=may_edit, text=text, kinds=kinds,
        kind=kind, may_band=may(actor, access.EDIT_BAND), me=actor.person_id,
        drafts=sum(card.last_editor_id != actor.person_id for card in drafts),
        starters=_starters_left(metrics) if may_edit and not (text or kind) else 0,
    )  # fmt: skip


def _bands(request: PageRequest) -> list[tuple[Any, str, str]]:
    """Band tables with how they read between points, and for whom they are. Cost: at most six statements."""
    actor = request.actor
    found = list(queries.band_tables(actor).values())
    if not any(card.cycle_id or card.role or card.level or card.unit_id for card in found):
        return [(card, str(BandMode(card.mode).label), "") for card in found]
    cycles = {card.id: card.period_key for card in people.cycles(actor)}
    roles = {card.code: card.title for card in people.profiles(actor)}
    units = people.units(actor, [card.unit_id for card in found])
    return [
        (card, str(BandMode(card.mode).label), " · ".join(filter(None, (
            cycles.get(card.cycle_id or 0, ""), roles.get(card.role, card.role), card.level,
            units[card.unit_id].title if card.unit_id in units else "",
        ))))
        for card in found
    ]  # fmt: skip


def _starters_left(known: list[MetricCard]) -> int:
    codes = {card.code for card in known}
    return 0 if len(codes) > len(rules.starters()) // 2 else sum(one.code not in codes for one in rules.starters())


@door(access.VIEW)
def metric(request: PageRequest, metric_id: int) -> HttpResponse:
    """One metric: what it means, its figures by period, its versions."""
    actor = request.actor
    card = queries.metric(actor, metric_id)
    versions = queries.versions(actor, metric_id)
    proposal = next((one for one in versions if one.is_proposed), None)
    now = queries.begins(clock.today(), card.rhythm)
    profiles = {one.code: one.title for one in people.profiles(actor)}
    return page(
        request, "metrics/metric.html", metric=card,
        owner=people.persons(actor, [card.owner_id]).get(card.owner_id or 0),
        roles=[profiles.get(code, code) for code in card.roles], periods=queries.period_cards(actor, card), now=now,
        may_edit=may(actor, access.EDIT), proposal=proposal, versions=_told(versions), me=actor.person_id,
        readers=[one for one in queries.metrics(actor) if card.code in queries.reads(one)],
        inputs=[one for one in queries.metrics(actor) if one.code in queries.reads(card)] if card.formula else [],
    )  # fmt: skip


def _told(versions: list[VersionCard]) -> list[tuple[VersionCard, list[tuple[str, str, str]]]]:
    """Each version with what it changed against the one before, in words."""
    return [
        (one, _differences(queries.changes(before.content, one.content)) if before else [])
        for one, before in zip_longest(versions, versions[1:])
    ]


def _differences(changes: list[Change]) -> list[tuple[str, str, str]]:
    return [(str(FIELD_LABELS.get(one.field, one.field)), _said(one.before), _said(one.after)) for one in changes]


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "–" if value in (None, "") else str(value)


def _owner(request: PageRequest, form: MetricForm) -> int | None:
    number = form.owner_number
    if not number:
        return None
    found = people.by_number(request.actor, [number])
    if number not in found:
        raise Invalid(fields={"owner": _("Nobody has this employee number.")})
    return found[number].id


def _roles(request: PageRequest) -> list[tuple[str, str]]:
    return [(one.code, one.title) for one in people.profiles(request.actor)]


@door(access.EDIT, methods=("GET", "POST"))
def new_metric(request: PageRequest) -> HttpResponse:
    """Add a metric."""
    roles = _roles(request)
    if request.method == "POST":
        form = MetricForm(request.POST, roles=roles)
        made = rules.create_metric(request.actor, form.entered(_owner(request, form)))
        tell(request, _("Added as a draft. Somebody else needs to activate it."))
        return see(reverse("metrics:metric", args=[made.id]))
    if not may(request.actor, access.EDIT):
        raise Forbidden
    typed = request.POST if request.drawn.refusal is not None and request.POST else None
    return page(request, "metrics/metric_form.html", form=MetricForm(typed, roles=roles), metric=None)


@door(access.EDIT, methods=("GET", "POST"))
def edit_metric(request: PageRequest, metric_id: int) -> HttpResponse:
    """Change a draft, or propose a new version of an active metric."""
    roles = _roles(request)
    if request.method == "POST":
        form = MetricForm(request.POST, roles=roles)
        card = rules.edit_metric(request.actor, metric_id, form.entered(_owner(request, form)), request.version)
        draft = card.state == MetricState.DRAFT
        tell(request, _("Saved.") if draft else _("Proposed as a new version. Somebody else needs to agree."))
        return see(reverse("metrics:metric", args=[metric_id]))
    card = queries.metric(request.actor, metric_id)
    if not may(request.actor, access.EDIT):
        raise Forbidden
    owner = people.persons(request.actor, [card.owner_id]).get(card.owner_id or 0)
    typed = request.POST if request.drawn.refusal is not None and request.POST else None
    first = MetricForm.initial_of(card, f"{owner.number} {owner.name}" if owner else "")
    form = MetricForm(typed, roles=roles) if typed else MetricForm(initial=first, roles=roles)
    return page(request, "metrics/metric_form.html", form=form, metric=card)


@door(access.ENACT, methods=("POST",))
def enact(request: PageRequest, metric_id: int) -> HttpResponse:
    """Put a metric, or its proposed version, into force."""
    rules.enact_metric(request.actor, metric_id, request.version)
    tell(request, _("Activated."))
    return see(reverse("metrics:metric", args=[metric_id]))


@door(access.RETIRE, methods=("POST",))
def retire(request: PageRequest, metric_id: int) -> HttpResponse:
    """Take a metric out of use."""
    rules.retire_metric(request.actor, metric_id, request.POST.get("reason", ""), request.version)
    tell(request, _("Retired. Its figures and versions stay."))
    return see(reverse("metrics:metric", args=[metric_id]))


@door(access.TAKE_STARTERS, methods=("POST",))
def starters(request: PageRequest) -> HttpResponse:
    """Take the starter set."""
    made = rules.take_starter_set(request.actor)
    text = ngettext(
        "%(count)s metric added as a draft. Another HR administrator activates it.",
        "%(count)s metrics added as drafts. Another HR administrator activates them.", made,
    )  # fmt: skip
    tell(request, text % {"count": made})
    return see(reverse("metrics:library"))


@door(access.ENACT, methods=("POST",))
def enact_drafts(request: PageRequest) -> HttpResponse:
    """Activate the drafts of others."""
    made = rules.enact_drafts(request.actor)
    text = ngettext("%(count)s metric activated.", "%(count)s metrics activated.", made)
    tell(request, text % {"count": made})
    return see(reverse("metrics:library"))


@door(access.VIEW)
def options(request: PageRequest) -> HttpResponse:
    """Suggestions for a field that takes a metric in force."""
    require(request.actor, access.VIEW)
    text = next((str(value) for value in request.GET.values() if value), "")
    metrics = [m for m in queries.metrics(request.actor, text) if m.state == MetricState.IN_FORCE]
    return page(request, "metrics/options.html", metrics=metrics[:SUGGESTED])
