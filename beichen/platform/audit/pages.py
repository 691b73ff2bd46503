"""The pages of the audit: search for auditors, and for everyone who looked at them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import cast
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from beichen.platform.access import policy
from beichen.platform.api.paging import page_of
from beichen.platform.api.schemas import PageIn
from beichen.platform.audit import queries, verification
from beichen.platform.audit.access import EXPORT, SEARCH, VERIFY
from beichen.platform.audit.choices import Channel
from beichen.platform.audit.forms import SearchForm
from beichen.platform.ui import rights
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import PageRequest, SignedIn, door

LOOKED = SignedIn("Everyone reads who looked at their own file.")
BOM = "\ufeff"


class _Echo:
    """What a csv writer writes to: it gives each line back."""

    def write(self, line: str) -> str:
        return line


def _said(look: queries.Look) -> queries.Look:
    """Seat, kind and channel in words."""
    seat = str(rights.RELATIONS.get(look.seat, look.seat))
    channel = str(Channel(look.channel).label) if look.channel in Channel.values else look.channel
    return replace(look, seat=seat, kind=_noun(look), channel=channel)


def _noun(look: queries.Look) -> str:
    """What was read, in words; a row the table no longer has is shown as it was noted."""
    try:
        return rights.noun(policy.row(look.row).noun) if look.row else queries.kind(look.kind)
    except policy.UnknownRow:
        return queries.kind(look.kind)


@door(SEARCH)
def search(request: PageRequest) -> HttpResponse:
    """What was done, by whom, when and about whom; newest first."""
    form = SearchForm(request.GET)
    wanted = form.wanted(request.actor)
    asked = PageIn(cursor=request.GET.get("after", "")[:2000], limit=50)
    found = queries.entries(request.actor, wanted)
    rows = page_of(request.actor, found, asked, order=queries.ORDER, name=f"audit {wanted}")
    return page(
        request,
        "audit/search.html",
        fragment="rows" if asked.cursor else None,
        form=form,
        lines=queries.lines(request.actor, rows.items),
        following=rows.next or "",
        chain=queries.chain(request.actor),
        last=verification.last(request.actor),
        asked=request.GET.urlencode(),
        zone=timezone.get_current_timezone_name(),
    )


@door(SEARCH)
def batches(request: PageRequest, row_id: UUID) -> HttpResponse:
    """The batches of an act on many rows; in place, or as a page of their own."""
    found = queries.batches(request.actor, row_id)
    return page(request, "audit/batches.html", fragment="list", batches=found, total=sum(one.count for one in found))


@door(EXPORT)
def export(request: PageRequest) -> HttpResponse:
    """The rows of a search as csv, every batch of its own; streamed, so that a million rows need no memory."""
    rows = queries.export(request.actor, SearchForm(request.GET).wanted(request.actor))
    answer = StreamingHttpResponse(_csv(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="audit-{timezone.localdate().isoformat()}.csv"'
    answer["Cache-Control"] = "private, no-store"
    return cast(HttpResponse, answer)


def _csv(rows: Iterable[list[str]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BOM
    for row in rows:
        yield writer.writerow(row)


@door(LOOKED, leavers=True)
def looked(request: PageRequest) -> HttpResponse:
    """Who looked at my file: time, name, seat, kind of data, channel."""
    asked = PageIn(cursor=request.GET.get("after", "")[:2000], limit=50)
    rows = page_of(request.actor, queries.looks(request.actor), asked, order=queries.ORDER, name="audit looked")
    return page(
        request,
        "audit/looked.html",
        fragment="rows" if asked.cursor else None,
        looks=[_said(look) for look in queries.masked(request.actor, rows.items)],
        following=rows.next or "",
    )


@door(VERIFY, methods=("POST",))
def verify(request: PageRequest) -> HttpResponse:
    """Read the whole audit now; the page then says what was found."""
    report = verification.verify_as(request.actor)
    if report.finding is None:
        counts = {"rows": report.rows, "seals": report.seals}
        tell(request, gettext("The audit holds: %(rows)s rows in %(seals)s seals.") % counts)
    return see("/company/audit/#verification")
