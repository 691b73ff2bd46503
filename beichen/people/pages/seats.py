"""Seats: who holds which over what."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beichen.people import access, queries, rules
from beichen.people.forms import SeatForm, cleaned
from beichen.people.pages.changes import Head, draw, person_id_of, unit_id_of
from beichen.platform.access.permissions import know_relations, may, require
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


@door(access.SEE_SEATS)
def seats(request: PageRequest) -> HttpResponse:
    """Who holds which seat over what, and what waits to be granted."""
    actor = request.actor
    found = queries.seats(actor)
    know_relations(actor, [seat.person_id for seat in found])
    people = queries.persons(actor, [n for seat in found for n in (seat.asked_by, seat.granted_by)])
    lines: list[dict[str, Any]] = [
        {
            "seat": seat, "asker": people.get(seat.asked_by or 0), "granter": people.get(seat.granted_by or 0),
            "may_grant": seat.granted_at is None and may(actor, access.GRANT_SEAT, seat),
            "may_revoke": may(actor, access.REVOKE_SEAT, seat),
        }
        for seat in found
    ]  # fmt: skip
    return page(
        request, "people/seats.html", may_ask=may(actor, access.ASK_SEAT),
        asked=[line for line in lines if line["seat"].granted_at is None],
        held=[line for line in lines if line["seat"].granted_at is not None],
    )  # fmt: skip


@door(access.ASK_SEAT, methods=("GET", "POST"))
def ask(request: PageRequest) -> HttpResponse:
    """Ask for a seat."""
    if request.method != "POST":
        require(request.actor, access.ASK_SEAT)
        lead = gettext("An HR administrator grants it; it works from the next page the person opens.")
        head = Head(gettext("Request a seat"), reverse("people:seats"), lead)
        return draw(request, SeatForm(request.POST or None), head)
    said = cleaned(SeatForm(request.POST))
    person_id = person_id_of(request.actor, said["person"], "person") or 0
    rules.seats.ask_seat(request.actor, person_id, said["seat"], unit_id_of(request.actor, said["scope"], "scope") or 0)
    tell(request, _("Requested. It works once an HR administrator grants it."))
    return see(reverse("people:seats"))


@door(access.GRANT_SEAT, methods=("POST",))
def grant(request: PageRequest, seat_id: int) -> HttpResponse:
    """The second person grants the seat."""
    rules.seats.grant_seat(request.actor, seat_id)
    tell(request, _("Granted."))
    return see(reverse("people:seats"))


@door(access.REVOKE_SEAT, methods=("POST",))
def revoke(request: PageRequest, seat_id: int) -> HttpResponse:
    """Take a seat back."""
    rules.seats.revoke_seat(request.actor, seat_id)
    tell(request, _("Revoked. It stops working immediately."))
    return see(reverse("people:seats"))
