"""The weights of a whole plan on one screen, with the sums while they are typed."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from beichen.goals import access, queries, rules
from beichen.goals.choices import GoalState
from beichen.goals.forms import WeightsForm, trimmed
from beichen.goals.pages.plans import cycle_of, frame
from beichen.goals.queries import Plan
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


def _lines(plan: Plan) -> list[queries.PlanLine]:
    """Goals whose weights may be set: drafts and running ones that no change waits for."""
    return [line for line in plan.lines if line.goal.state in (GoalState.DRAFT, GoalState.ACTIVE)]


@door(access.WEIGH, methods=("GET", "POST"))
def weights(request: PageRequest, person_id: int) -> HttpResponse:
    """Set all weights of a plan."""
    cycle, every = cycle_of(request)
    if cycle is None:
        raise NotFound
    plan = queries.plan(request.actor, person_id, cycle.id, known=cycle)
    lines = _lines(plan)
    if request.method == "POST":
        wanted, reason = WeightsForm(request.POST, lines=lines).entered()
        done = rules.set_weights(request.actor, wanted, reason)
        tell(request, _said(done))
        return see(f"{reverse('goals:person_plan', args=[person_id])}?cycle={cycle.id}")
    typed = request.drawn.refusal is not None and request.POST
    first = WeightsForm.initial_of(lines)
    form = WeightsForm(request.POST, lines=lines) if typed else WeightsForm(initial=first, lines=lines)
    fixed = [(line.goal, trimmed(Decimal(line.goal.weight) / 100)) for line in plan.lines if line not in lines]
    runs = any(line.goal.runs for line in lines) and plan.is_own
    return page(
        request, "goals/weights.html", plan=plan, form=form, cycle=cycle, cycles=every, asks=runs,
        fixed=fixed, **frame(request, "plan" if plan.is_own else ""),
    )  # fmt: skip


def _said(done: rules.Weighed) -> str:
    if not done.changed:
        return _("Nothing was different.")
    said = ngettext("New weights of %(n)s goal.", "New weights of %(n)s goals.", done.changed) % {"n": done.changed}
    if not done.asked:
        return said
    waits = ngettext(
        "%(n)s waits for approval; until then the weights agreed before hold.",
        "%(n)s wait for approval; until then the weights agreed before hold.", done.asked,
    )  # fmt: skip
    return f"{said} {waits % {'n': done.asked}}"
