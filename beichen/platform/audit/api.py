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
from beichen.platform.audit import queries, verification
from beichen.platform.audit.access import SEARCH, VERIFY
from beichen.platform.audit.choices import Sort

router = Router()


class EntriesIn(PageIn):
    """What is searched for; each may be left out. Days include both ends."""

    person_id: int | None = Field(None, ge=1, le=2**62)
    subject_id: int | None = Field(None, ge=1, le=2**62)
    act: str = Field("", max_length=100, description="An act, or an area with a dot: `goals.`")
    kind: str = Field("", max_length=100)
    sort: Sort | None = None
    bulk: UUID | None = Field(None, description="A row of an act on many rows: all its batches")
    since: date | None = None
    until: date | None = Field(None, le=date(9000, 1, 1))


class EntryOut(Schema):
    """One act or read; `did` and `what` in words. `more`: people it is also about who are not the reader's."""

    id: UUID
    at: datetime
    who: str
    unit: str
    act: str
    did: str
    kind: str
    what: str
    object_id: str
    subjects: list[int]
    more: int
    channel: str
    details: dict[str, Any]
    sealed: bool
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
    wanted = queries.Wanted(
        people=None if asked.person_id is None else (asked.person_id,),
        subjects=None if asked.subject_id is None else (asked.subject_id,),
        act=asked.act, kind=asked.kind, sort=asked.sort or "", since=asked.since, until=asked.until, bulk=asked.bulk,
    )  # fmt: skip
    found = queries.entries(request.actor, wanted)
    rows = page_of(request.actor, found, asked, order=queries.ORDER, name=f"audit {wanted}")
    return {"items": queries.lines(request.actor, rows.items), "next": rows.next}


@router.get("/looked", response=Page[LookOut], operation_id="audit_looked")
@door(SIGNED_IN, reads="C3", leavers=True)
def looked(request: ApiRequest, asked: Query[PageIn]) -> dict[str, Any]:
    """Who looked at my file, newest first."""
    rows = page_of(request.actor, queries.looks(request.actor), asked, order=queries.ORDER, name="audit looked")
    return {"items": queries.masked(request.actor, rows.items), "next": rows.next}


class VerifiedOut(Schema):
    """What a reading of the whole audit found: how much was read, and the first thing that is wrong, if any."""

    rows: int
    seals: int
    finding: str | None


@router.post("/verify", response=VerifiedOut, operation_id="audit_verify")
@door(VERIFY)
def verify(request: ApiRequest) -> dict[str, Any]:
    """Read the whole audit now."""
    report = verification.verify_as(request.actor)
    finding = None if report.finding is None else report.finding.sentence()
    return {"rows": report.rows, "seals": report.seals, "finding": finding}
