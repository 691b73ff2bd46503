"""The pages of notices: the list behind the bell, and marking as read."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from beichen.platform.api.paging import page_of
from beichen.platform.api.schemas import PageIn
from beichen.platform.kit.errors import NotFound
from beichen.platform.notify import queries, rules
from beichen.platform.ui.answers import page, see
from beichen.platform.ui.doors import PageRequest, SignedIn, door

MINE = SignedIn("Everyone reads their own notices and nobody else's.")


@door(MINE, leavers=True)
def listing(request: PageRequest) -> HttpResponse:
    """My notices, newest first."""
    asked = PageIn(cursor=request.GET.get("after", "")[:2000], limit=30)
    rows = page_of(request.actor, queries.mine(request.actor), asked, order=queries.ORDER, name="notices")
    return page(
        request,
        "notify/notices.html",
        fragment="rows" if asked.cursor else None,
        lines=queries.lines(rows.items),
        following=rows.next or "",
        unread=queries.unread_count(request.actor),
    )


@door(MINE, methods=("POST",), leavers=True)
def follow(request: PageRequest, notice_id: UUID) -> HttpResponse:
    """Mark one as read and go where it points."""
    line = queries.notice(request.actor, notice_id)
    if line is None:
        raise NotFound
    rules.mark_read(request.actor, notice_id)
    return see(line.url)


@door(MINE, methods=("POST",), leavers=True)
def read_all(request: PageRequest) -> HttpResponse:
    """Mark all as read."""
    rules.mark_read(request.actor)
    return see("/notices/")
