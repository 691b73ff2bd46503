"""What a page's view may ask its request for, and what the shell remembers on it."""

from __future__ import annotations

import zlib
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import cast

from django.http import HttpRequest
from django.utils.translation import gettext
from django_htmx.middleware import HtmxDetails

from beichen.platform.access.current import reading
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Invalid, Refused
from beichen.platform.kit.numbers import as_number

DRAWER = "drawer-body"


@dataclass(slots=True)
class Drawn:
    """What one answer needs to know about itself: how deep doors are nested, what was refused, which ids are taken."""

    depth: int = 0
    refusal: Refused | None = None
    ids: dict[str, int] = field(default_factory=dict)


class PageRequest(HttpRequest):
    """The request as a door hands it to a view.

    `version` is the number the form was drawn with (0 when it sent none); `refusal` is set while a form is drawn
    again after its act was refused.
    """

    actor: Actor
    htmx: HtmxDetails
    version: int
    idempotency_key: str
    drawn: Drawn


def drawn(request: HttpRequest) -> Drawn:
    """The memory of this answer, made on first use."""
    memory = getattr(request, "drawn", None)
    if not isinstance(memory, Drawn):
        memory = Drawn()
        request.drawn = memory  # type: ignore[attr-defined]
    return memory


def field_errors(refusal: Refused | None) -> dict[str, str]:
    """One sentence per field that the refusal names; empty when it is about the whole act."""
    if isinstance(refusal, Invalid):
        return refusal.messages(gettext)
    return {refusal.field: refusal.sentence(gettext)} if refusal and refusal.field else {}


def actor_of(request: HttpRequest) -> Actor | None:
    """Who asks, or None when nobody is signed in (also for requests that never reached the actor middleware)."""
    actor = getattr(request, "actor", None)
    return actor if isinstance(actor, Actor) else None


def as_actor(request: HttpRequest) -> AbstractContextManager[None]:
    """The transaction a page is drawn in: of the actor, or none when nobody is signed in."""
    actor = actor_of(request)
    return reading(actor) if actor is not None else nullcontext()


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks for a piece; a request to restore history wants the whole page."""
    details = getattr(request, "htmx", None)
    return isinstance(details, HtmxDetails) and bool(details) and not details.history_restore_request


def in_drawer(request: HttpRequest) -> bool:
    """Whether the answer goes into the drawer of a page that is already open."""
    return is_htmx(request) and request.headers.get("HX-Target") == DRAWER


def prepared(request: HttpRequest) -> PageRequest:
    """Set what a view expects; a version that is no number counts as none, so the rule answers "changed"."""
    asked = cast(PageRequest, request)
    asked.version = as_number(request.POST.get("version"), digits=9) or 0
    asked.idempotency_key = request.POST.get("idempotency_key", "") or request.headers.get("Idempotency-Key", "")
    asked.drawn = drawn(request)
    return asked


def fresh_id(request: HttpRequest, stem: str) -> str:
    """An element id that is free in this answer and, for a piece, in the page it will land in."""
    taken = drawn(request).ids
    taken[stem] = taken.get(stem, 0) + 1
    place = f"-{zlib.crc32(request.get_full_path().encode()):x}" if is_htmx(request) else ""
    return f"{stem}{place}-{taken[stem]}"
