"""Splitting a goal into parts for several people."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from beichen.goals import access, queries, rules
from beichen.goals.choices import WRITING
from beichen.goals.forms import SplitForm
from beichen.goals.queries import GoalCard
from beichen.people import queries as people
from beichen.platform.kit import clock
from beichen.platform.kit.errors import Forbidden
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


def _choices(request: PageRequest, card: GoalCard) -> dict[str, Any]:
    """Whom a part may go to, and the cycles whose goals are being set, the goal's own first."""
    actor = request.actor
    owners = [("", "–"), *((str(p.id), p.name) for p in people.reports_of(actor)), (str(actor.person_id), _("Me"))]
    set_now = [c for c in people.cycles(actor) if c.phase in WRITING and (c.id == card.cycle_id or _to_come(c))]
    ordered = sorted(set_now, key=lambda c: (c.id != card.cycle_id, c.first))
    return {"owners": owners, "cycles": [(str(c.id), c.period_key) for c in ordered]}


def _to_come(cycle: people.CycleCard) -> bool:
    return cycle.last >= clock.today()


@door(access.SPLIT, methods=("GET", "POST"))
def split(request: PageRequest, goal_id: int) -> HttpResponse:
    """Make drafts of the parts of a goal."""
    card = queries.goal(request.actor, goal_id)
    how = _choices(request, card)
    if request.method == "POST":
        parts, cycle_id = SplitForm(request.POST, **how).entered()
        made = rules.split_goal(request.actor, goal_id, parts, request.version, cycle_id=cycle_id)
        said = ngettext("%(n)s draft made.", "%(n)s drafts made.", len(made)) % {"n": len(made)}
        tell(request, f"{said} {_('Add key results, then submit them.')}")
        return see(reverse("goals:goal", args=[goal_id]))
    if not queries.may_split(request.actor, card):
        raise Forbidden
    typed = request.drawn.refusal is not None and request.POST
    form = SplitForm(request.POST, **how) if typed else SplitForm(**how)
    return page(request, "goals/split.html", form=form, goal=card)
