"""The metrics recommended to a role."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.metrics import access, queries, rules
from beichen.metrics.forms import RecommendedForm
from beichen.people import queries as people
from beichen.platform.access.permissions import may, require
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


@door(access.VIEW_RECOMMENDED)
def recommended(request: PageRequest, profile_id: int) -> HttpResponse:
    """The metrics recommended to a role, on the page of its role profile."""
    card = queries.recommended(request.actor, profile_id)
    return page(
        request, "metrics/recommended.html", card=card, may_edit=may(request.actor, access.RECOMMEND)
    )  # fmt: skip


@door(access.RECOMMEND, methods=("GET", "POST"))
def edit_recommended(request: PageRequest, profile_id: int) -> HttpResponse:
    """Say which metrics a role is followed by."""
    actor = request.actor
    if request.method == "POST":
        lines = RecommendedForm(request.POST).entered(queries.metrics(actor))
        rules.set_recommended(actor, profile_id, lines, request.version)
        tell(request, _("Saved."))
        return see(reverse("people:profile", args=[profile_id]))
    profile, card = people.role_profile(actor, profile_id), queries.recommended(actor, profile_id)
    require(actor, access.RECOMMEND)
    typed = request.drawn.refusal is not None and request.POST
    form = RecommendedForm(request.POST) if typed else RecommendedForm(initial=RecommendedForm.initial_of(card))
    return page(request, "metrics/recommended_form.html", form=form, card=card, profile=profile)
