"""One-time codes, and the list of what waits for a second person."""

from __future__ import annotations

import csv
from io import StringIO
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from beichen.people import access, queries, rules
from beichen.people.forms import CodesForm, cleaned
from beichen.people.pages.changes import unit_id_of
from beichen.people.rules.codes import Slip
from beichen.platform.access import two_person
from beichen.platform.access.permissions import require
from beichen.platform.auth.rules import CODE_DAYS
from beichen.platform.kit.cells import as_text
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import SignedIn, door
from beichen.platform.ui.requests import PageRequest

LISTED = 30
OWN = SignedIn("everyone sees what they asked for, and what the table lets them do as the second person")


@door(access.SEE_CODES, methods=("GET", "POST"))
def codes(request: PageRequest) -> HttpResponse:
    """Who never signed in; the button makes a sheet of codes, which is shown this once."""
    if request.method == "POST":
        unit = unit_id_of(request.actor, cleaned(CodesForm(request.POST))["unit"], "unit")
        return _sheet(request, rules.codes.issue_codes(request.actor, unit), as_file="file" in request.POST)
    found = queries.first_without_way_in(request.actor, LISTED)
    return page(
        request, "people/codes.html", form=CodesForm(request.POST or None), found=found.lines,
        more=found.more, mail=settings.NOTIFY_BY_MAIL, days=CODE_DAYS, ready=found.ready,
    )  # fmt: skip


def _sheet(request: PageRequest, slips: list[Slip], *, as_file: bool = False) -> HttpResponse:
    if not as_file:
        address = request.build_absolute_uri(reverse("account_begin"))
        return page(request, "people/code_sheet.html", slips=slips, address=address, days=CODE_DAYS)
    text = StringIO()
    table = csv.writer(text)
    table.writerow(
        [
            gettext("Employee number"),
            pgettext("of a person", "Name"),
            gettext("Unit"),
            gettext("Work e-mail"),
            gettext("Code"),
        ]
    )
    for slip in slips:
        way = slip.way
        table.writerow([as_text(cell) for cell in (way.number, way.name, way.unit_name, way.email, slip.code)])
    answer = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="codes.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


@door(access.ISSUE_CODE, methods=("GET", "POST"))
def code(request: PageRequest, person_id: int) -> HttpResponse:
    """A one-time code for one person; with two people, whoever presses second is shown it."""
    if request.method == "POST":
        slip = rules.codes.issue_code(request.actor, person_id)
        if slip is not None:
            return _sheet(request, [slip])
        tell(request, _("Requested. A second HR administrator has to do the same and will be shown the code."))
        return see(reverse("people:person", args=[person_id]))
    way = queries.way_in(request.actor, person_id)
    require(request.actor, access.ISSUE_CODE, way)
    asked = two_person.waiting(access.ISSUE_CODE, [f"code:{person_id}"]).get(f"code:{person_id}")
    asker = queries.persons(request.actor, [asked.asked_by]) if asked else {}
    return page(
        request, "people/code.html", way=way, asked=asked, asker=asker.get(asked.asked_by) if asked else None,
        mine=asked is not None and asked.asked_by == request.actor.person_id, days=CODE_DAYS,
        alone=rules.codes.gives_alone(request.actor, way),
    )  # fmt: skip


@door(OWN)
def waiting(request: PageRequest) -> HttpResponse:
    """What waits for a second person: mine to agree to, and what I asked for."""
    found = queries.second_person(request.actor)
    return page(
        request, "people/waiting.html", asked=[card for card in found if card.mine],
        mine=[card for card in found if not card.mine],
    )  # fmt: skip


@door(OWN, methods=("POST",))
def withdraw(request: PageRequest, pending_id: UUID) -> HttpResponse:
    """Take a request back, or turn it down."""
    two_person.withdraw(request.actor, pending_id)
    tell(request, _("Removed from the list. Nothing was changed."))
    return see(reverse("people:waiting"))
