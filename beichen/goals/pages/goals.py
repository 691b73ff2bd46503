"""The page of one goal: its parts, what it serves, and writing, proposing, agreeing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.goals import access, queries, rules
from beichen.goals.forms import GoalForm, KeyResultForm, trimmed
from beichen.goals.pages import standing, terms
from beichen.goals.pages.plans import cycle_of
from beichen.goals.pages.templates import first_of_goal, first_of_result
from beichen.goals.queries import GoalCard, GoalView, ResultTemplate
from beichen.metrics import queries as metrics
from beichen.people import queries as people
from beichen.platform.kit.errors import Forbidden, Invalid
from beichen.platform.kit.numbers import as_number
from beichen.platform.ui.answers import came_from, page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest
from beichen.strategy import queries as strategy


def _at(goal_id: int) -> str:
    return reverse("goals:goal", args=[goal_id])


@door(access.VIEW, leavers=True)
def goal(request: PageRequest, goal_id: int) -> HttpResponse:
    """One goal with everything that hangs on it."""
    view = queries.goal_view(request.actor, goal_id)
    hints = rules.hints(request.actor, view.goal, view.settings) if view.goal.state in ("draft", "proposed") else []
    return page(
        request, "goals/goal.html", view=view, goal=view.goal,
        results=terms.drawn(view.key_results, _fives(view), queries.scored_with(request.actor, view.goal)),
        terms=terms.goal_terms(view), five=standing.of_goal(view), weight=terms.weight(view.goal.weight),
        hints=[_(hint.sentence) % hint.params if hint.params else _(hint.sentence) for hint in hints],
        children=[(line, terms.weight(line.weight)) for line in view.children],
        has_bands=any(one.band_id and not one.is_dropped for one in view.key_results) and not view.goal.waits,
        library=_library(request, view) if view.may_edit else (),
    )  # fmt: skip


def _library(request: PageRequest, view: GoalView) -> list[tuple[ResultTemplate, str]]:
    """Key results of the template a draft began from that are not in it yet, each with the form it fills."""
    if view.template_id is None:
        return []
    have = {one.title for one in view.key_results}
    found = queries.template(request.actor, view.template_id).results
    at = reverse("goals:new_key_result", args=[view.goal.id])
    return [(one, f"{at}?from={one.id}") for one in found if one.title not in have]


def _fives(view: GoalView) -> dict[int, list[standing.Fact]]:
    return {
        card.id: standing.of_key_result(card, view.settings, view.goal.ambition)
        for card in view.key_results
        if not card.is_dropped and not view.goal.waits and not card.numbers_hidden
    }


def _priorities(request: PageRequest) -> list[tuple[str, str]]:
    return [(str(p.id), f"{p.key} {p.title}") for p in strategy.priorities(request.actor)]


def _owners(request: PageRequest) -> list[tuple[str, str]]:
    """Whose goals the actor may draft: the own, those of units headed, those of direct reports."""
    actor = request.actor
    units = [(f"unit:{u.id}", u.title) for u in people.units(actor).values() if u.head_id == actor.person_id]
    reports = [(f"person:{p.id}", p.name) for p in people.reports_of(actor)]
    return [("", _("Mine")), *units, *reports]


@door(access.VIEW, methods=("GET", "POST"))
def new_goal(request: PageRequest) -> HttpResponse:
    """Begin a draft."""
    cycle, _every = cycle_of(request)
    how: dict[str, Any] = {"owners": _owners(request), "priorities": _priorities(request)}
    if request.method == "POST":
        form = GoalForm(request.POST, **how)
        entered = replace(form.entered(), template_id=as_number(request.GET.get("template")))
        person_id, unit_id = form.owner_ids
        made = rules.create_goal(request.actor, cycle.id if cycle else 0, entered, owner_id=person_id, unit_id=unit_id)
        tell(request, _("Draft saved. Next, say how it will be measured."))
        return see(_at(made.id))
    first = {"ambition": "committed", "due": cycle.last if cycle else None, "visibility": "public"}
    first |= first_of_goal(request)
    return page(
        request, "goals/goal_form.html", form=_form(request, GoalForm, how, first), goal=None,
        cycle_id=cycle.id if cycle else "",
    )  # fmt: skip


@door(access.VIEW, methods=("GET", "POST"))
def edit_goal(request: PageRequest, goal_id: int) -> HttpResponse:
    """Change a draft, or as the manager the terms of a running goal."""
    how: dict[str, Any] = {"priorities": _priorities(request)}
    if request.method == "POST":
        rules.edit_goal(request.actor, goal_id, GoalForm(request.POST, **how).entered(), request.version)
        tell(request, _("Saved."))
        return see(_at(goal_id))
    card = queries.goal(request.actor, goal_id)
    if not queries.may_write(request.actor, card):
        raise Forbidden
    first = {
        "title": card.title, "title_en": card.title_en, "kind": card.kind, "ambition": card.ambition, "due": card.due,
        "weight": trimmed(Decimal(card.weight) / 100), "priority": str(card.priority_id or ""),
        "verification": card.verification, "visibility": card.visibility, "effort_days": card.effort_days,
    }  # fmt: skip
    return page(
        request, "goals/goal_form.html", form=_form(request, GoalForm, how, first), goal=card, cycle_id=card.cycle_id
    )


def _form(request: PageRequest, kind: Any, how: dict[str, Any], first: dict[str, Any]) -> Any:
    """The form as it was typed when it is drawn again after a refusal, else with its first values."""
    if request.drawn.refusal is not None and request.POST:
        return kind(request.POST, **how)
    return kind(initial=first, **how)


def _bands(request: PageRequest) -> list[tuple[str, str]]:
    return [(str(card.id), card.name) for card in metrics.band_tables(request.actor).values() if card.state == "frozen"]


def _metric_of(request: PageRequest, metric_id: int | None) -> dict[str, str]:
    """The metric that feeds a key result, as the form shows it."""
    if metric_id is None:
        return {}
    card = metrics.metric(request.actor, metric_id)
    return {"metric": f"{card.code} {card.title}"}


def _entered(request: PageRequest, how: dict[str, Any]) -> rules.KeyResultInput:
    """The key result typed, its metric found by code."""
    form = KeyResultForm(request.POST, **how)
    code = str(form["metric"].value() or "").strip()
    library = metrics.metrics(request.actor) if code else []
    found = next((card.id for card in library if code in (card.code, f"{card.code} {card.title}")), None)
    if code and found is None:
        raise Invalid(fields={"metric": _("There is no such metric. Type part of its name and choose from the list.")})
    return form.entered(found)


@door(access.VIEW, methods=("GET", "POST"))
def new_key_result(request: PageRequest, goal_id: int) -> HttpResponse:
    """Add a key result."""
    how = {"bands": _bands(request)}
    if request.method == "POST":
        rules.add_key_result(request.actor, goal_id, _entered(request, how), request.version)
        tell(request, _("Key result added."))
        return see(_at(goal_id))
    card = queries.goal(request.actor, goal_id)
    if not queries.may_write(request.actor, card):
        raise Forbidden
    rest = 10_000 - sum(
        kr.weight for kr in queries.key_results(request.actor, [card]).get(goal_id, ()) if not kr.is_dropped
    )
    first = {"measure": "increase", "due": card.due, "weight": trimmed(Decimal(max(rest, 0)) / 100)}
    first |= first_of_result(request, card.owner_id, card.cycle_id)
    form = _form(request, KeyResultForm, how, first)
    return page(request, "goals/key_result_form.html", form=form, goal=card, key_result=None)


@door(access.VIEW, methods=("GET", "POST"))
def edit_key_result(request: PageRequest, key_result_id: int) -> HttpResponse:
    """Change a key result."""
    how = {"bands": _bands(request)}
    if request.method == "POST":
        rules.edit_key_result(request.actor, key_result_id, _entered(request, how), request.version)
        tell(request, _("Saved."))
        return see(came_from(request, reverse("goals:plan")))
    card, owner = queries.key_result(request.actor, key_result_id)
    if not queries.may_write(request.actor, owner):
        raise Forbidden
    form = _form(request, KeyResultForm, how, {**KeyResultForm.initial_of(card), **_metric_of(request, card.metric_id)})
    return page(request, "goals/key_result_form.html", form=form, goal=owner, key_result=card)


@door(access.VIEW, methods=("POST",))
def drop_key_result(request: PageRequest, key_result_id: int) -> HttpResponse:
    """Drop a key result."""
    rules.drop_key_result(request.actor, key_result_id, request.version)
    tell(request, _("The key result no longer counts."))
    return see(came_from(request, reverse("goals:plan")))


def _moved(request: PageRequest, card: GoalCard, sentence: str) -> HttpResponse:
    tell(request, sentence)
    return see(came_from(request, _at(card.id)))


@door(access.VIEW, methods=("POST",))
def propose(request: PageRequest, goal_id: int) -> HttpResponse:
    """Hand a draft to whoever is to agree."""
    card = rules.propose_goal(request.actor, goal_id, request.version)
    names = people.persons(request.actor, [card.approver_id])
    name = names[card.approver_id].name if card.approver_id in names else ""
    return _moved(request, card, _("Sent to %(name)s.") % {"name": name})


@door(access.DECIDE, methods=("POST",))
def approve(request: PageRequest, goal_id: int) -> HttpResponse:
    """Agree to a goal."""
    card = rules.approve_goal(request.actor, goal_id, request.version)
    sentence = (
        _("Approved: “%(title)s” is now in progress.")
        if card.runs
        else _("Approved: “%(title)s” moves to the next step.")
    )
    return _moved(request, card, sentence % {"title": card.shown_title})


@door(access.DECIDE, methods=("POST",))
def give_back(request: PageRequest, goal_id: int) -> HttpResponse:
    """Return a goal with words."""
    card = rules.return_goal(request.actor, goal_id, request.POST.get("reason", ""), request.version)
    tell(request, _("Sent back to %(name)s with your comment.") % {"name": card.owner_name})
    return see(reverse("goals:inbox"))


@door(access.WITHDRAW, methods=("POST",))
def withdraw(request: PageRequest, goal_id: int) -> HttpResponse:
    """Take one's own proposal back."""
    card = rules.withdraw_goal(request.actor, goal_id, request.version)
    return _moved(request, card, _("It is a draft again."))


@door(access.WRITE, methods=("POST",))
def discard(request: PageRequest, goal_id: int) -> HttpResponse:
    """Throw a draft away."""
    rules.discard_draft(request.actor, goal_id, request.version)
    tell(request, _("Draft deleted."))
    return see(reverse("goals:plan"))
