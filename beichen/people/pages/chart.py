"""The org chart: opened where somebody stands, by the line of managers or by unit, and level by level."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from beichen.people import access, queries
from beichen.people.pages.organisation import Node as UnitNode
from beichen.people.pages.organisation import unit_nodes
from beichen.people.queries import PeoplePage, PersonCard, Spot, UnitCard
from beichen.people.queries.chart import CHILDREN
from beichen.platform.access.permissions import require
from beichen.platform.api.schemas import PageIn
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.numbers import as_number
from beichen.platform.ui.answers import page
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


@dataclass(frozen=True, slots=True)
class Node:
    """A person in the chart. `children` is None where the browser asks for them when the node is opened.

    `more` leads to the next of the children, `hidden` counts those of a node on the way that are not shown.
    """

    person: PersonCard
    led: int
    current: bool = False
    children: list[Node] | None = None
    more: str = ""
    hidden: int = 0


@door(access.VIEW_PEOPLE)
def chart(request: PageRequest, person_id: int | None = None) -> HttpResponse:
    """The chart by the line of managers, at oneself or at somebody named."""
    require(request.actor, access.VIEW_PEOPLE)
    spot = queries.spot(request.actor, person_id)
    return page(request, "people/chart.html", spot=spot, at=spot.person, by="line", nodes=[_rooted(spot)])


@door(access.VIEW_PEOPLE)
def below(request: PageRequest, person_id: int) -> HttpResponse:
    """Who works under somebody, for a node that is opened, and further pages of it."""
    require(request.actor, access.VIEW_PEOPLE)
    skipped = as_number(request.GET.get("without"))
    found = queries.reports_page(request.actor, person_id, _asked(request), without=skipped)
    led = queries.led_by(request.actor, [card.id for card in found.items])
    return page(request, "people/chart_nodes.html", nodes=_plain(found, led), more=_more(found, person_id, skipped))


@door(access.VIEW_PEOPLE)
def unit(request: PageRequest, unit_id: int | None = None) -> HttpResponse:
    """The chart by unit, at one's own or at one named."""
    actor = request.actor
    require(actor, access.VIEW_PEOPLE)
    me = queries.me(actor)
    wanted = unit_id or me.unit_id
    if wanted is None:
        return page(request, "people/chart.html", spot=None, at=me, by="unit", nodes=[])
    spot = queries.unit_spot(actor, wanted)
    path = [*(above.id for above in spot.above), spot.unit.id]
    units = _units(actor, queries.opened_along(actor, path), None, path)
    return page(
        request, "people/chart.html", spot=spot, at=me, by="unit", units=units, unit_here=spot.unit.id,
        people=_plain(spot.people, spot.led), people_more=_more_of_unit(spot.people, spot.unit.id),
    )  # fmt: skip


@door(access.VIEW_PEOPLE)
def unit_below(request: PageRequest, unit_id: int) -> HttpResponse:
    """The units below one and who works in the unit itself, for a node that is opened, and further pages of it."""
    actor = request.actor
    require(actor, access.VIEW_PEOPLE)
    asked = _asked(request)
    units = [] if asked.cursor or "people" in request.GET else queries.children_of(actor, unit_id)
    found = queries.unit_members(actor, unit_id, asked)
    led = queries.led_by(actor, [card.id for card in found.items])
    return page(
        request, "people/chart_units.html", units=_units(actor, units, unit_id, []) if units else [],
        unit_here=0, people=_plain(found, led), people_more=_more_of_unit(found, unit_id), flat=True,
    )  # fmt: skip


@door(access.VIEW_PEOPLE)
def find(request: PageRequest) -> HttpResponse:
    """People and units by a part of name, number or pinyin; each leads to its place in the chart."""
    require(request.actor, access.VIEW_PEOPLE)
    text = request.GET.get("q", "").strip()
    found, units = queries.find(request.actor, text)
    return page(request, "people/chart_find.html", fragment="found", text=text, found=found, units=units)


def _asked(request: PageRequest) -> PageIn:
    return PageIn(limit=CHILDREN, cursor=request.GET.get("after", ""))


def _units(actor: Actor, units: list[UnitCard], parent_id: int | None, path: list[int]) -> list[UnitNode]:
    counts = queries.member_counts(actor, [unit.id for unit in units])
    return unit_nodes(units, counts, parent_id, path)


def _plain(found: PeoplePage, led: dict[int, int]) -> list[Node]:
    return [Node(card, led.get(card.id, 0)) for card in found.items]


def _rooted(spot: Spot) -> Node:
    """The nodes from the top down to the person, who stands first among those beside and is open."""
    me = spot.person
    led = spot.led
    at = Node(me, led.get(me.id, 0), children=_plain(spot.below, led), more=_more(spot.below, me.id), current=True)
    for n, boss in enumerate(reversed(spot.above)):
        if n == 0:
            beside = [at, *_plain(spot.beside, led)]
            at = Node(boss, led.get(boss.id, 0), children=beside, more=_more(spot.beside, boss.id, me.id))
        else:
            hidden = led.get(boss.id, 0) - 1
            others = _below(boss.id, without=at.person.id) if hidden > 0 else ""
            at = Node(boss, hidden + 1, children=[at], more=others, hidden=hidden)
    return at


def _more(found: PeoplePage, boss_id: int, without: int | None = None) -> str:
    return _below(boss_id, after=found.next, without=without) if found.next else ""


def _more_of_unit(found: PeoplePage, unit_id: int) -> str:
    at = reverse("people:chart_unit_below", args=[unit_id])
    return f"{at}?{urlencode({'after': found.next})}" if found.next else ""


def _below(boss_id: int, **asked: str | int | None) -> str:
    said = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('people:chart_below', args=[boss_id])}?{said}"
