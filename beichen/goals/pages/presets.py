"""Who sees the goals of a unit: what holds there and why, and for HR the choice."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.goals import access, queries, rules
from beichen.goals.choices import Preset
from beichen.goals.forms import ABOVE, PresetForm
from beichen.goals.queries import UnitPreset
from beichen.platform.access.permissions import may
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


@door(access.READ_PRESET)
def company_preset(request: PageRequest) -> HttpResponse:
    """Who sees the goals of the company, unless a unit has a preset of its own."""
    return _drawn(request, queries.unit_preset(request.actor))


@door(access.READ_PRESET, methods=("GET", "POST"))
def unit_preset(request: PageRequest, unit_id: int) -> HttpResponse:
    """Who sees the goals of a unit and all below it."""
    found = queries.unit_preset(request.actor, unit_id)
    if request.method == "POST":
        preset, reason = PresetForm(request.POST, above=_above(found)).entered()
        rules.choose_preset(request.actor, unit_id, preset, reason, request.version)
        tell(request, _("Saved. It holds from now on."))
        return see(reverse("goals:unit_preset", args=[unit_id]))
    return _drawn(request, found)


def _above(found: UnitPreset | None) -> str:
    """What the units above chose, in words; "" at the top of the company."""
    if found is None or len(found.path) == 1:
        return ""
    return str(Preset(found.inherited).label)


def _drawn(request: PageRequest, found: UnitPreset | None) -> HttpResponse:
    how: dict[str, Any] = {"above": _above(found)}
    may_choose = found is not None and may(request.actor, access.CHOOSE_PRESET, found.unit)
    first = {"preset": found.own.preset if found and found.own else ABOVE if how["above"] else Preset.OPEN}
    typed = request.drawn.refusal is not None and request.POST
    form = PresetForm(request.POST, **how) if typed else PresetForm(initial=first, **how)
    return page(request, "goals/preset.html", found=found, form=form if may_choose else None)
