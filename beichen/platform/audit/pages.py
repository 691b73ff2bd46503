"""The pages of the audit: search for auditors, and for everyone who looked at them."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.utils.translation import gettext

from beichen.platform.access import policy
from beichen.platform.api.paging import page_of
from beichen.platform.api.schemas import PageIn
from beichen.platform.audit import queries, verification
from beichen.platform.audit.access import SEARCH, VERIFY
from beichen.platform.audit.choices import Channel
from beichen.platform.audit.forms import SearchForm
from beichen.platform.ui import rights
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import PageRequest, SignedIn, door

LOOKED = SignedIn("Everyone reads who looked at their own file.")


def _said(look: queries.Look) -> queries.Look:
    """Seat, kind and channel in words."""
    seat = str(rights.RELATIONS.get(look.seat, look.seat))
    channel = str(Channel(look.channel).label) if look.channel in Channel.values else look.channel
    return replace(look, seat=seat, kind=_noun(look), channel=channel)


def _noun(look: queries.Look) -> str:
    """What was read, in words; a row the table no longer has is shown as it was noted."""
    try:
        return rights.noun(policy.row(look.row).noun) if look.row else look.kind
    except policy.UnknownRow:
        return look.kind


@door(SEARCH)
def search(request: PageRequest) -> HttpResponse:
    """What was done, by whom, when and about whom; newest first."""
    form = SearchForm(request.GET)
    wanted = form.wanted()
    asked = PageIn(cursor=request.GET.get("after", "")[:2000], limit=50)
    found = queries.entries(request.actor, wanted)
    rows = page_of(request.actor, found, asked, order=queries.ORDER, name=f"audit {wanted}")
    return page(
        request,
        "audit/search.html",
        fragment="rows" if asked.cursor else None,
        form=form,
        lines=queries.lines(rows.items),
        following=rows.next or "",
    )


@door(LOOKED)
def looked(request: PageRequest) -> HttpResponse:
    """Who looked at my file: time, name, seat, kind of data, channel."""
    asked = PageIn(cursor=request.GET.get("after", "")[:2000], limit=50)
    rows = page_of(request.actor, queries.looks(request.actor), asked, order=queries.ORDER, name="audit looked")
    return page(
        request,
        "audit/looked.html",
        fragment="rows" if asked.cursor else None,
        looks=[_said(look) for look in queries.masked(rows.items)],
        following=rows.next or "",
    )


@door(VERIFY, methods=("POST",))
def verify(request: PageRequest) -> HttpResponse:
    """Read the whole audit now and say what was found."""
    report = verification.verify_as(request.actor)
    if report.finding:
        tell(request, report.finding.sentence())
    else:
        counts = {"rows": report.rows, "seals": report.seals}
        tell(request, gettext("The audit holds: %(rows)s rows in %(seals)s seals.") % counts)
    return see("/company/audit/")
