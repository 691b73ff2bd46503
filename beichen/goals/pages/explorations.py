"""Explorations: beside their goal, in drawers, and all of a cycle by unit."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.goals import access, queries, rules
from beichen.goals.forms import ConclusionForm, ExplorationForm
from beichen.goals.pages.plans import cycle_of, frame
from beichen.platform.access.permissions import may, require
from beichen.platform.kit.errors import Forbidden, NotFound
from beichen.platform.kit.numbers import as_number
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


def fault_words() -> dict[str, str]:
    """What is careless about a trial, in words."""
    return {
        "no_evidence": _("No evidence is written down for this conclusion."),
        "over_budget": _("It cost more than its budget."),
        "over_time": _("It went on beyond its last day."),
        "harmed": _("Something was hurt that must not be."),
    }


def _at(goal_id: int) -> str:
    return reverse("goals:goal", args=[goal_id])


@door(access.VIEW)
def exploration(request: PageRequest, goal_id: int) -> HttpResponse:
    """What a goal tries to find out, as a part of its page."""
    goal, found = queries.goal(request.actor, goal_id), queries.exploration(request.actor, goal_id)
    said = fault_words()
    open_ = found is None or not found.outcome
    return page(
        request, "goals/exploration.html", goal=goal, found=found,
        faults=[said[one] for one in found.faults] if found else [],
        may_describe=open_ and queries.may_write(request.actor, goal),
        may_conclude=found is not None and found.runs and may(request.actor, access.CONCLUDE, goal),
    )  # fmt: skip


@door(access.VIEW, methods=("GET", "POST"))
def explore(request: PageRequest, goal_id: int) -> HttpResponse:
    """Make a goal an exploration, or change its bounds."""
    if request.method == "POST":
        rules.describe_exploration(request.actor, goal_id, ExplorationForm(request.POST).entered(), request.version)
        tell(request, _("Saved. It counts once the question has a sound answer, whichever it is."))
        return see(_at(goal_id))
    goal, found = queries.goal(request.actor, goal_id), queries.exploration(request.actor, goal_id)
    if not queries.may_write(request.actor, goal):
        raise Forbidden
    names = ("hypothesis", "evidence", "stop_rule", "budget", "until", "unharmed")
    first = {name: getattr(found, name) for name in names} if found else {"until": goal.due}
    typed = request.drawn.refusal is not None and request.POST
    form = ExplorationForm(request.POST) if typed else ExplorationForm(initial=first)
    return page(request, "goals/exploration_form.html", form=form, goal=goal, found=found)


@door(access.CONCLUDE, methods=("GET", "POST"))
def conclude(request: PageRequest, goal_id: int) -> HttpResponse:
    """Close an exploration with its learning."""
    if request.method == "POST":
        rules.conclude_exploration(request.actor, goal_id, ConclusionForm(request.POST).entered(), request.version)
        tell(request, _("Concluded. The learning stays with the goal."))
        return see(_at(goal_id))
    goal, found = queries.goal(request.actor, goal_id), queries.exploration(request.actor, goal_id)
    if found is None:
        raise NotFound
    require(request.actor, access.CONCLUDE, goal)
    typed = request.drawn.refusal is not None and request.POST
    form = ConclusionForm(request.POST) if typed else ConclusionForm()
    return page(request, "goals/conclude.html", form=form, goal=goal, found=found)


@door(access.VIEW)
def explorations(request: PageRequest) -> HttpResponse:
    """Every exploration of a cycle that is open to me, by unit, with what was learned."""
    cycle, every = cycle_of(request)
    said, after = fault_words(), as_number(request.GET.get("after")) or 0
    found = queries.explorations(request.actor, cycle, after) if cycle else None
    units = [
        (tracks, [(line, [said[one] for one in line.faults]) for line in tracks.lines])
        for tracks in (found.units if found else ())
    ]
    return page(
        request, "goals/explorations.html", fragment="rows" if after else None, units=units, cycle=cycle, cycles=every,
        next=found.next if found else None, **frame(request, "explorations"),
    )  # fmt: skip
