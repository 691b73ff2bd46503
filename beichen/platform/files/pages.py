"""The pages of files: mine of the last day, one of them, and its bytes."""

from __future__ import annotations

from typing import cast
from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse

from beichen.platform.files import queries, rules
from beichen.platform.ui.answers import page, see
from beichen.platform.ui.doors import PageRequest, SignedIn, door

MINE = SignedIn("Everyone has their own files and nobody else's; each kind asks for its own permission.")


@door(MINE)
def listing(request: PageRequest) -> HttpResponse:
    """My files of the last day."""
    return page(request, "files/files.html", files=queries.files(request.actor))


@door(MINE, methods=("POST",))
def ask(request: PageRequest, kind: str) -> HttpResponse:
    """Have a file written and go where it will lie."""
    return see(reverse("files:file", args=[rules.ask(request.actor, kind)]))


@door(MINE)
def one(request: PageRequest, file_id: UUID) -> HttpResponse:
    """How far it is; then the file."""
    return page(request, "files/file.html", file=queries.file(request.actor, file_id))


@door(MINE)
def content(request: PageRequest, file_id: UUID) -> HttpResponse:
    """The file itself, in pieces."""
    return cast(HttpResponse, sent(queries.handed(request.actor, file_id)))


def sent(handed: queries.Handed) -> StreamingHttpResponse:
    """A file on its way: never shown in the browser, never kept by a cache."""
    answer = StreamingHttpResponse(handed.content, content_type=handed.media)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(handed.name)}"
    answer["Content-Length"] = str(handed.size)
    answer["Cache-Control"] = "private, no-store"
    return answer
