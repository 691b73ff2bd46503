"""What a goal serves."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.goals import access, queries, rules
from beichen.goals.forms import AlignForm, checked
from beichen.platform.kit.errors import Forbidden
from beichen.platform.ui.answers import came_from, page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


@door(access.VIEW, methods=("GET", "POST"))
def align(request: PageRequest, goal_id: int) -> HttpResponse:
    """Choose the goal this one serves; its owner is asked."""
    if request.method == "POST":
        chosen = request.POST.get("parent", "")
        form = AlignForm(request.POST, parents=[(chosen, chosen)] if chosen.isdigit() else [])
        values = checked(form)
        rules.propose_alignment(request.actor, goal_id, int(values["parent"]), rolls_up=values["counts"])
        tell(request, _("Request sent. It counts once the other side accepts."))
        return see(reverse("goals:goal", args=[goal_id]))
    card = queries.goal(request.actor, goal_id)
    if not queries.may_align(request.actor, card):
        raise Forbidden
    found = queries.parents_to_choose(request.actor, card, request.GET.get("q", ""))
    form = AlignForm(parents=[(str(g.id), g.shown_title) for g in found])
    return page(
        request,
        "goals/align.html",
        fragment="choices" if "q" in request.GET else None,
        form=form,
        goal=card,
        found=found,
    )


@door(access.DECIDE_ALIGNMENT, methods=("POST",))
def accept(request: PageRequest, alignment_id: int) -> HttpResponse:
    """Agree that a goal serves mine."""
    rules.accept_alignment(request.actor, alignment_id, request.version)
    tell(request, _("Accepted. Its progress now counts towards your goal."))
    return see(came_from(request, reverse("goals:inbox")))


@door(access.DECIDE_ALIGNMENT, methods=("POST",))
def decline(request: PageRequest, alignment_id: int) -> HttpResponse:
    """Say that a goal does not serve mine, and why."""
    rules.decline_alignment(request.actor, alignment_id, request.POST.get("reason", ""), request.version)
    tell(request, _("Declined. Your reason was sent along."))
    return see(came_from(request, reverse("goals:inbox")))


@door(access.ALIGN, methods=("POST",))
def end(request: PageRequest, alignment_id: int) -> HttpResponse:
    """Take my goal away from the one it serves."""
    rules.end_alignment(request.actor, alignment_id, request.version)
    tell(request, _("It no longer counts there."))
    return see(came_from(request, reverse("goals:plan")))
