"""The audit by program: for auditors and their tools, and for everyone about themselves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Query, Router, Schema
from pydantic import Field

from beichen.platform.access.permissions import SIGNED_IN
from beichen.platform.api.door import door
from beichen.platform.api.paging import page_of
from beichen.platform.api.requests import ApiRequest
from beichen.platform.api.schemas import Page, PageIn
from beichen.platform.audit import queries
from beichen.platform.audit.access import SEARCH

router = Router()


class EntriesIn(PageIn):
    """What is searched for; each may be left out. Days include both ends."""

    person_id: int | None = Field(None, ge=1, le=2**62)
    subject_id: int | None = Field(None, ge=1, le=2**62)
    act: str = Field("", max_length=100)
    since: date | None = None
    until: date | None = Field(None, le=date(9000, 1, 1))


class EntryOut(Schema):
    """One act or read."""

    id: UUID
    at: datetime
    who: str
    act: str
    kind: str
    object_id: str
    subjects: list[int]
    details: dict[str, Any]
    request_id: str


class LookOut(Schema):
    """Who looked at my file, when, with which seat, at what, how."""

    at: datetime
    who: str
    seat: str
    kind: str
    channel: str


@router.get("/entries", response=Page[EntryOut], operation_id="audit_entries")
@door(SEARCH)
def entries(request: ApiRequest, asked: Query[EntriesIn]) -> dict[str, Any]:
    """What was done, newest first."""
    wanted = queries.Wanted(asked.person_id, asked.subject_id, asked.act, asked.since, asked.until)
    found = queries.entries(request.actor, wanted)
    rows = page_of(request.actor, found, asked, order=queries.ORDER, name=f"audit {wanted}")
    return {"items": queries.lines(rows.items), "next": rows.next}


@router.get("/looked", response=Page[LookOut], operation_id="audit_looked")
@door(SIGNED_IN, reads="C3")
def looked(request: ApiRequest, asked: Query[PageIn]) -> dict[str, Any]:
    """Who looked at my file, newest first."""
    rows = page_of(request.actor, queries.looks(request.actor), asked, order=queries.ORDER, name="audit looked")
    return {"items": queries.masked(rows.items), "next": rows.next}
