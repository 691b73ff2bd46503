"""Goals to begin from: the library, its editor, and what stands beside the form while somebody writes."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from beichen.goals import access, queries, rules
from beichen.goals.choices import WRITING, Measure
from beichen.goals.forms import GiveForm, TemplateForm, trimmed
from beichen.goals.pages import terms
from beichen.goals.pages.plans import cycle_of, frame
from beichen.goals.queries import PastResult
from beichen.goals.rules import Given
from beichen.people import queries as people
from beichen.platform.access.permissions import may, require
from beichen.platform.kit.numbers import as_number
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
        may_edit=may(request.actor, access.EDIT_TEMPLATE), may_give=_may_give(request),
        **frame(request, "templates"),
    )  # fmt: skip


def _may_give(request: PageRequest) -> bool:
    return may(request.actor, access.GIVE_TEMPLATE, access)


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


@door(access.GIVE_TEMPLATE, methods=("GET", "POST"))
def give(request: PageRequest, template_id: int) -> HttpResponse:
    """Give a template to many people as drafts of their own: choose whom, see who they are, give."""
    card, given = queries.template(request.actor, template_id), request.POST or request.GET
    cycle, every = cycle_of(request, given)
    cycles = [(str(one.id), one.period_key) for one in every if one.phase in WRITING]
    how = {**_how(request), "cycles": cycles}
    if request.method == "POST":
        chosen = (
            None
            if request.POST.get("all")
            else [pk for text in request.POST.getlist("person") if (pk := as_number(text))]
        )
        done = rules.give_template(request.actor, template_id, *GiveForm(request.POST, **how).entered(chosen))
        tell(request, _given(done))
        return see(reverse("goals:templates"))
    require(request.actor, access.GIVE_TEMPLATE, access)
    if cycle is None or str(cycle.id) not in dict(cycles):
        cycle = next((one for one in every if one.phase in WRITING), None)
    first = {"unit": str(card.unit_id or ""), "profile": str(card.profile_id or ""), "level": card.level}
    asked = {name: given.get(name, value) for name, value in first.items()} | {"cycle": str(cycle.id if cycle else "")}
    form = GiveForm(asked, **how)
    found = queries.receivers(request.actor, card.title, cycle, form.entered()[1]) if cycle else None
    return page(
        request, "goals/give.html", card=card, form=form, found=found, asked=asked, cycle=cycle,
    )  # fmt: skip


def _given(done: Given) -> str:
    if not done.count:
        return _("Nobody new: everybody chosen has a goal of this title already.")
    said = ngettext("Given to %(n)s person as a draft.", "Given to %(n)s people as a draft.", done.count)
    more = ngettext("%(n)s keeps the goal of this title.", "%(n)s keep the goal of this title.", done.left)
    return said % {"n": done.count} + (" " + more % {"n": done.left} if done.left else "")


@door(access.VIEW)
def beside(request: PageRequest) -> HttpResponse:
    """What stands beside the form: how to write, what fits the role, what the last cycle came to."""
    goal_id, actor = as_number(request.GET.get("goal")), request.actor
    goal = queries.goal(actor, goal_id) if goal_id else None
    cycle_id = goal.cycle_id if goal else as_number(request.GET.get("cycle"))
    of_goal = goal is None
    if cycle_id is None:
        return page(request, "goals/beside.html", found=None, of_goal=of_goal)
    found = queries.suggestions(actor, goal.owner_id if goal else actor.person_id or 0, cycle_id)
    return page(
        request, "goals/beside.html", found=found, past=_drawn(found.past), colleagues=_drawn(found.colleagues),
        goal=goal, of_goal=of_goal, cycle_id=cycle_id,
    )  # fmt: skip


def _drawn(past: Iterable[PastResult]) -> list[tuple[PastResult, str, str, str]]:
    """Each with its start, where it came and its target, as they are read."""
    return [
        (one, terms.number(one.baseline), terms.number(one.reached), terms.number(one.target, one.unit)) for one in past
    ]


def first_of_goal(request: PageRequest) -> dict[str, Any]:
    """What a template fills into the form of a goal."""
    template_id = as_number(request.GET.get("template"))
    if template_id is None:
        return {}
    card = queries.template(request.actor, template_id)
    names = ("title", "title_en", "kind", "ambition", "verification")
    return {name: getattr(card, name) for name in names}


def first_of_result(request: PageRequest, owner_id: int, cycle_id: int) -> dict[str, Any]:
    """What the library, a metric or the last cycle fills into the form of a key result."""
    result_id, metric_id, past_id = (as_number(request.GET.get(name)) for name in ("from", "metric", "again"))
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
    for other in found.colleagues:
        if other.id == past_id:
            return {"title": other.title, "title_en": other.title_en, "measure": other.measure, "unit": other.unit}
    return {}
