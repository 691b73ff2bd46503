"""The home page and its parts. The list of what is owed is drawn at once; the rest follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.translation import gettext as _

from beichen.insight import access, queries
from beichen.people import queries as people_queries
from beichen.platform.access.permissions import has_left
from beichen.platform.kit import clock
from beichen.platform.registry import TodoEntry
from beichen.platform.ui.answers import page
from beichen.platform.ui.doors import PageRequest, door

FIRST = 6
"""Entries shown at once; the rest opens below them."""

ICONS = {"review": "clipboard-check", "target": "target", "arrow-merge": "arrow-merge", "refresh": "refresh",
         "message-2": "message-2", "bonus_pool": "coins", "bonus_plan": "coins", "bonus_letter": "mail",
         "book": "book", "writing-sign": "writing-sign"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owed:
    """The list as the page draws it: the most urgent entries, and the others behind one click."""

    first: Sequence[tuple[str, TodoEntry]]
    rest: Sequence[tuple[str, TodoEntry]]
    late: int

    @property
    def count(self) -> int:
        """All entries."""
        return len(self.first) + len(self.rest)


def _owed(entries: Sequence[TodoEntry]) -> Owed:
    lines = [(ICONS.get(entry.kind, "circle-dot"), entry) for entry in entries]
    late = sum(1 for entry in entries if entry.due and entry.due < clock.today())
    return Owed(lines[:FIRST], lines[FIRST:], late)


def _greeting(hour: int) -> str:
    if hour < 11:
        return _("Good morning, %(name)s")
    return _("Good afternoon, %(name)s") if hour < 18 else _("Good evening, %(name)s")


@door(access.HOME, leavers=True)
def home(request: PageRequest) -> HttpResponse:
    """What I owe, and for whoever left the portal; my next talk, my goals, my people and my unit are loaded after it.

    Cost: seven statements and those of the providers of what is owed.
    """
    if has_left(request.actor):
        return page(request, "insight/portal.html", portal=people_queries.portal(request.actor))
    owed = _owed(queries.owed(request.actor))
    return page(
        request,
        "insight/home.html",
        fragment="owed" if request.htmx.target == "owed" else None,
        hello=_greeting(clock.local(clock.now()).hour) % {"name": getattr(request.user, "name", "")},
        owed=owed,
        start=queries.start(request.actor),
    )


@door(access.HOME)
def people(request: PageRequest) -> HttpResponse:
    """My direct reports, the most pressing first. Cost: five statements."""
    return page(request, "insight/people.html", fragment="inside", people=queries.my_people(request.actor))


@door(access.HOME)
def unit(request: PageRequest) -> HttpResponse:
    """What I answer for beyond my own people. Cost: about ten statements."""
    return page(request, "insight/unit.html", fragment="inside", overview=queries.overview(request.actor))
