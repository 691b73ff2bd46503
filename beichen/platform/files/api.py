"""Files by program."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import StreamingHttpResponse
from ninja import Router, Schema, Status

from beichen.platform.access.permissions import SIGNED_IN
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.api.schemas import Strict
from beichen.platform.files import queries, rules
from beichen.platform.files.pages import sent

router = Router()


class FileIn(Strict):
    """Which file: `people.company` is the company as a workbook."""

    kind: str


class FileOut(Schema):
    """A file that was asked for: making, ready or failed; kept until `until`."""

    id: UUID
    title: str
    name: str
    state: str
    size: int
    asked_at: datetime
    until: datetime


@router.get("", response=list[FileOut], operation_id="files")
@door(SIGNED_IN, reads="C4")
def files(request: ApiRequest) -> list[queries.FileCard]:
    """My files of the last day, newest first."""
    return queries.files(request.actor)


@router.post("", response={202: FileOut}, operation_id="files_ask")
@door(SIGNED_IN, reads="C4")
def ask(request: ApiRequest, body: FileIn) -> Status[queries.FileCard]:
    """Have a file written; ask for it by its id until it is ready."""
    file_id = rules.ask(request.actor, body.kind)
    return Status(202, queries.file(request.actor, file_id))


@router.get("/{file_id}", response=FileOut, operation_id="files_get")
@door(SIGNED_IN, reads="C4")
def one(request: ApiRequest, file_id: UUID) -> queries.FileCard:
    """One of my files."""
    return queries.file(request.actor, file_id)


@router.get("/{file_id}/content", response=bytes, operation_id="files_content")
@door(SIGNED_IN, reads="C4")
def content(request: ApiRequest, file_id: UUID) -> StreamingHttpResponse:
    """The file itself."""
    return sent(queries.handed(request.actor, file_id))
