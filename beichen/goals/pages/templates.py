"""Goals to begin from: the library, its editor, and what stands beside the form while somebody writes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.goals import access, queries, rules
from beichen.goals.choices import Measure
from beichen.goals.forms import TemplateForm, trimmed
from beichen.goals.pages import terms
from beichen.goals.pages.plans import frame
from beichen.people import queries as people
from beichen.platform.access.permissions import may, require
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


@door(access.VIEW_TEMPLATES)
def library(request: PageRequest) -> HttpResponse:
    """Every goal to begin from, with its key results."""
    require(request.actor, access.VIEW_TEMPLATES)
    text = request.GET.get("q", "")
    return page(
        request, "goals/templates.html", cards=queries.templates(request.actor, text), text=text,
        may_edit=may(request.actor, access.EDIT_TEMPLATE), **frame(request, "templates"),
    )  # fmt: skip


def _how(request: PageRequest) -> dict[str, Any]:
    units = [(str(unit.id), unit.title) for unit in people.units(request.actor).values()]
    return {"units": units, "profiles": [(str(card.id), card.title) for card in people.profiles(request.actor)]}


@door(access.EDIT_TEMPLATE, methods=("GET", "POST"))
def new(request: PageRequest) -> HttpResponse:
    """Write a template."""
    how = _how(request)
    if request.method == "POST":
        rules.save_template(request.actor, TemplateForm(request.POST, **how).entered())
        tell(request, _("Saved."))
        return see(reverse("goals:templates"))
    require(request.actor, access.EDIT_TEMPLATE)
    typed = request.drawn.refusal is not None and request.POST
    form = TemplateForm(request.POST, **how) if typed else TemplateForm(initial={"is_active": True}, **how)
    return page(request, "goals/template_form.html", form=form, card=None)


@door(access.EDIT_TEMPLATE, methods=("GET", "POST"))
def edit(request: PageRequest, template_id: int) -> HttpResponse:
    """Change a template, or take it out of use."""
    how = _how(request)
    if request.method == "POST":
        entered = TemplateForm(request.POST, **how).entered()
        rules.save_template(request.actor, entered, template_id, request.version)
        tell(request, _("Saved."))
        return see(reverse("goals:templates"))
    card = queries.template(request.actor, template_id)
    require(request.actor, access.EDIT_TEMPLATE)
    typed = request.drawn.refusal is not None and request.POST
    first = TemplateForm.initial_of(card)
    form = TemplateForm(request.POST, **how) if typed else TemplateForm(initial=first, **how)
    return page(request, "goals/template_form.html", form=form, card=card)


def number(text: str | None) -> int | None:
    """A number of an address."""
    return int(text) if text and text.isdigit() and len(text) < 16 else None


@door(access.VIEW)
def beside(request: PageRequest) -> HttpResponse:
    """What stands beside the form: how to write, what fits the role, what the last cycle came to."""
    goal_id, actor = number(request.GET.get("goal")), request.actor
    goal = queries.goal(actor, goal_id) if goal_id else None
    cycle_id = goal.cycle_id if goal else number(request.GET.get("cycle"))
    of_goal = goal is None
    if cycle_id is None:
        return page(request, "goals/beside.html", found=None, of_goal=of_goal)
    found = queries.suggestions(actor, goal.owner_id if goal else actor.person_id or 0, cycle_id)
    past = [
        (one, terms.number(one.baseline), terms.number(one.reached), terms.number(one.target, one.unit))
        for one in found.past
    ]
    return page(request, "goals/beside.html", found=found, past=past, goal=goal, of_goal=of_goal, cycle_id=cycle_id)


def first_of_goal(request: PageRequest) -> dict[str, Any]:
    """What a template fills into the form of a goal."""
    template_id = number(request.GET.get("template"))
    if template_id is None:
        return {}
    card = queries.template(request.actor, template_id)
    names = ("title", "title_en", "kind", "ambition", "verification")
    return {name: getattr(card, name) for name in names}


def first_of_result(request: PageRequest, owner_id: int, cycle_id: int) -> dict[str, Any]:
    """What the library, a metric or the last cycle fills into the form of a key result."""
    result_id, metric_id, past_id = (number(request.GET.get(name)) for name in ("from", "metric", "again"))
    if result_id is not None:
        one = queries.result_template(request.actor, result_id)
        return {"title": one.title, "title_en": one.title_en, "measure": one.measure, "unit": one.unit}
    if metric_id is None and past_id is None:
        return {}
    found = queries.suggestions(request.actor, owner_id, cycle_id)
    for line in found.metrics:
        if line.metric_id == metric_id:
            falls = line.direction == "lower"
            measure = Measure.DECREASE if falls else Measure.INCREASE
            return {"title": line.name, "title_en": line.name_en, "measure": measure, "unit": line.unit}
    for past in found.past:
        if past.id == past_id:
            start = past.reached if past.reached is not None else past.baseline
            return {
                "title": past.title, "title_en": past.title_en, "measure": past.measure, "unit": past.unit,
                "baseline": trimmed(start) if isinstance(start, Decimal) else None,
            }  # fmt: skip
    return {}
