"""Reporting on a key result, in the drawer."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.goals import access, queries, rules
from beichen.goals.forms import ReportForm
from beichen.goals.pages import terms
from beichen.platform.kit.errors import Forbidden
from beichen.platform.ui.answers import came_from, page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


@door(access.VIEW, methods=("GET", "POST"))
def update(request: PageRequest, key_result_id: int) -> HttpResponse:
    """The small form: where it stands, how sure I am, what is next."""
    card, goal = queries.key_result(request.actor, key_result_id)
    if request.method == "POST":
        rules.report(request.actor, key_result_id, ReportForm(request.POST, card=card).entered())
        tell(request, _("Noted. Thank you."))
        return see(came_from(request, reverse("goals:goal", args=[goal.id])))
    if not queries.may_report(request.actor, goal):
        raise Forbidden
    typed = request.drawn.refusal is not None and request.POST
    form = ReportForm(request.POST, card=card) if typed else ReportForm(initial=ReportForm.initial_of(card), card=card)
    history = queries.history(request.actor, goal.id, key_result_id, limit=5)
    asked = queries.nudge_of(request.actor, goal.id)
    return page(
        request, "goals/update.html", form=form, goal=goal, result=terms.drawn([card])[0], history=history,
        row=access.update_row_of(goal), asked=asked if asked and not (history and history[0].at > asked.at) else None,
    )  # fmt: skip


@door(access.VIEW, leavers=True)
def reports(request: PageRequest, key_result_id: int) -> HttpResponse:
    """Every report on a key result, newest first."""
    card, goal, history = queries.reports(request.actor, key_result_id, limit=200)
    return page(request, "goals/reports.html", goal=goal, result=terms.drawn([card])[0], history=history)
