"""The desk before filing: plans of peers side by side, what stands out, and agreeing to several at once."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from beichen.goals import access, queries
from beichen.goals.pages import terms
from beichen.goals.pages.plans import cycle_of, frame
from beichen.goals.queries import PlanBeside
from beichen.people import queries as people
from beichen.platform.access.permissions import require
from beichen.platform.kit.numbers import as_number
from beichen.platform.ui.answers import page
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


def notes(line: PlanBeside) -> list[str]:
    """What stands out in a plan, in words."""
    far, safe = line.outline.far, line.outline.safe
    words = {
        "weights": _("weights make %(sum)s") % {"sum": terms.weight(line.weight)},
        "few": _("few goals"), "many": _("many goals"),
        "heavy": _("one goal weighs far more than is usual"), "safe_beside": _("no stretch goal, unlike most peers"),
        "far": ngettext("%(n)s target much further than last time", "%(n)s targets much further than last time", far)
        % {"n": far},
        "safe": ngettext("%(n)s target no further than last time", "%(n)s targets no further than last time", safe)
        % {"n": safe},
    }  # fmt: skip
    return [words[note] for note in line.notes]


@door(access.DESK)
def desk(request: PageRequest) -> HttpResponse:
    """Plans side by side, by role or by level, in a unit."""
    require(request.actor, access.DESK, access)
    cycle, every = cycle_of(request)
    by = "level" if request.GET.get("by") == "level" else "role"
    asked, units = as_number(request.GET.get("unit")), people.units(request.actor)
    unit_id = asked if asked in units else None
    found = queries.desk(request.actor, cycle, unit_id=unit_id, by=by) if cycle else None
    groups = [
        (
            group,
            [(line, terms.weight(line.weight), terms.weight(line.heaviest), notes(line)) for line in group.lines],
            terms.weight(int(group.usual.heaviest)) if group.usual else "",
            f"{float(group.usual.count):g}" if group.usual else "",
        )
        for group in (found.groups if found else ())
    ]  # fmt: skip
    return page(
        request, "goals/desk.html", found=found, groups=groups, by=by, unit_id=unit_id,
        units=[(unit.id, unit.title, unit.depth) for unit in units.values()], cycle=cycle, cycles=every,
        **frame(request, "desk"),
    )  # fmt: skip
