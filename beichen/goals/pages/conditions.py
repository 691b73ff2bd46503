"""Conditions beside the numbers of a KPI: what each moves, and confirming one with evidence."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.goals import access, queries, rules
from beichen.goals.forms import ConditionForm
from beichen.goals.queries import ConditionLine
from beichen.platform.access.permissions import require
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui import figures
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


@door(access.VIEW)
def conditions(request: PageRequest, goal_id: int) -> HttpResponse:
    """The conditions in the bands of a goal, as a part of its page."""
    found = queries.conditions(request.actor, goal_id)
    return page(request, "goals/conditions.html", found=found, rows=[_row(line) for line in found.lines])


def _row(line: ConditionLine) -> dict[str, Any]:
    return {"line": line, "score": figures.score(line.score), "lower": figures.score(line.lower)}


@door(access.CONFIRM_CONDITION, methods=("GET", "POST"))
def confirm_condition(request: PageRequest, key_result_id: int, point: int) -> HttpResponse:
    """Confirm with evidence that the condition of a band is met."""
    if request.method == "POST":
        rules.confirm_condition(request.actor, key_result_id, point, ConditionForm(request.POST).entered())
        tell(request, _("Confirmed. The score of this band counts from now on."))
        return see(_at(request, key_result_id))
    _card, goal = queries.key_result(request.actor, key_result_id)
    require(request.actor, access.CONFIRM_CONDITION, goal)
    found = queries.conditions(request.actor, goal.id)
    line = next((one for one in found.lines if (one.key_result_id, one.position) == (key_result_id, point)), None)
    if line is None:
        raise NotFound
    typed = request.drawn.refusal is not None and request.POST
    form = ConditionForm(request.POST) if typed else ConditionForm(initial={"evidence": line.evidence})
    return page(request, "goals/condition_form.html", form=form, goal=goal, row=_row(line))


@door(access.CONFIRM_CONDITION, methods=("POST",))
def take_back_condition(request: PageRequest, key_result_id: int, point: int) -> HttpResponse:
    """Let the condition of a band count as not confirmed again."""
    rules.take_back_condition(request.actor, key_result_id, point)
    tell(request, _("Taken back. Until it is confirmed again, the next lower band counts."))
    return see(_at(request, key_result_id))


def _at(request: PageRequest, key_result_id: int) -> str:
    _card, goal = queries.key_result(request.actor, key_result_id)
    return reverse("goals:goal", args=[goal.id])
