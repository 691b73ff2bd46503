"""Notices by program."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Query, Router, Schema

from beichen.platform.access.permissions import SIGNED_IN
from beichen.platform.api.door import door
from beichen.platform.api.paging import page_of
from beichen.platform.api.requests import ApiRequest
from beichen.platform.api.schemas import Page, PageIn
from beichen.platform.kit.errors import NotFound
from beichen.platform.notify import queries, rules

router = Router()


class NoticeOut(Schema):
    """One message to the one who asks, in their language."""

    id: UUID
    text: str
    url: str
    at: datetime
    is_read: bool


class ReadOut(Schema):
    """How many notices were unread until now."""

    marked: int


@router.get("", response=Page[NoticeOut], operation_id="notices")
@door(SIGNED_IN, reads="C4", leavers=True)
def notices(request: ApiRequest, asked: Query[PageIn]) -> dict[str, Any]:
    """My notices, newest first."""
    rows = page_of(request.actor, queries.mine(request.actor), asked, order=queries.ORDER, name="notices")
    return {"items": queries.lines(rows.items), "next": rows.next}


@router.post("/read", response=ReadOut, operation_id="notices_read")
@door(SIGNED_IN, reads="C4", leavers=True)
def read_all(request: ApiRequest) -> dict[str, int]:
    """Mark all as read."""
    return {"marked": rules.mark_read(request.actor)}


@router.post("/{notice_id}/read", response=ReadOut, operation_id="notices_read_one")
@door(SIGNED_IN, reads="C4", leavers=True)
def read_one(request: ApiRequest, notice_id: UUID) -> dict[str, int]:
    """Mark one as read; 0 when it was already."""
    if queries.notice(request.actor, notice_id) is None:
        raise NotFound
    return {"marked": rules.mark_read(request.actor, notice_id)}
