"""The organisation: the tree, a unit, a person, the search."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.utils.dateparse import parse_date

from beichen.people import access, queries
from beichen.people.choices import RoleType, UnitKind
from beichen.people.forms import AsOfForm
from beichen.people.queries import UnitCard
from beichen.platform.access.permissions import may, require
from beichen.platform.api.schemas import PageIn
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.ui.answers import page
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest

ROWS = 50


@dataclass(frozen=True, slots=True)
class Node:
    """A unit in the tree; `children` is None where the browser asks for them when it is opened."""

    unit: UnitCard
    count: int
    has_children: bool
    current: bool
    children: list[Node] | None = None


def unit_nodes(units: list[UnitCard], counts: dict[int, int], parent_id: int | None, path: list[int]) -> list[Node]:
    """The tree below a unit from the cards at hand; a unit on the path is opened."""
    below: dict[int | None, list[UnitCard]] = defaultdict(list)
    for unit in units:
        below[unit.parent_id].append(unit)
    return _drawn(below, counts, parent_id, path)


def _counted(actor: Actor, units: list[UnitCard], parent_id: int | None, path: list[int]) -> list[Node]:
    """The same with how many people work in each unit and below. Cost: one statement."""
    return unit_nodes(units, queries.head_counts(actor, [unit.id for unit in units]), parent_id, path)


def _drawn(
    below: dict[int | None, list[UnitCard]], counts: dict[int, int], parent_id: int | None, path: list[int]
) -> list[Node]:
    return [
        Node(
            unit, counts.get(unit.id, 0), unit.place_end > unit.place, current=bool(path) and unit.id == path[-1],
            children=_drawn(below, counts, unit.id, path) if unit.id in path else None,
        )
        for unit in below[parent_id]
    ]  # fmt: skip


@door(access.VIEW_PEOPLE)
def home(request: PageRequest) -> HttpResponse:
    """The tree, opened at the viewer's own unit."""
    me = queries.me(request.actor)
    if me.unit_id is None:
        return page(request, "people/organisation.html", unit=None, nodes=[])
    return _organisation(request, me.unit_id)


@door(access.VIEW_PEOPLE)
def unit(request: PageRequest, unit_id: int) -> HttpResponse:
    """The tree, opened at this unit."""
    return _organisation(request, unit_id)


def _organisation(request: PageRequest, unit_id: int) -> HttpResponse:
    actor = request.actor
    require(actor, access.VIEW_PEOPLE)
    path = queries.unit_path(actor, unit_id)
    at = path[-1]
    within = (at.place, at.place_end)
    found = queries.directory(actor, PageIn(limit=ROWS, cursor=request.GET.get("after", "")), within=within)
    people = queries.persons(actor, [at.head_id, at.hrbp_id])
    walked = [above.id for above in path]
    more = "after" in request.GET and request.htmx
    nodes = [] if more else _counted(actor, queries.opened_along(actor, walked), None, walked)
    return page(
        request, "people/organisation.html", fragment="rows" if "after" in request.GET else None,
        unit=at, path=path[:-1], nodes=nodes, found=found, head=people.get(at.head_id or 0),
        hrbp=people.get(at.hrbp_id or 0), kind=UnitKind(at.kind).label, role_type=RoleType(at.role_type).label,
        count=queries.head_counts(actor, [at.id])[at.id],
        may_edit=may(actor, access.EDIT_ORG), may_ask=may(actor, access.SEE_AS_OF),
    )  # fmt: skip


@door(access.VIEW_PEOPLE)
def children(request: PageRequest, unit_id: int) -> HttpResponse:
    """The units below one, for the tree."""
    require(request.actor, access.VIEW_PEOPLE)
    nodes = _counted(request.actor, queries.children_of(request.actor, unit_id), unit_id, [])
    return page(request, "people/branch.html", nodes=nodes)


@door(access.SEE_AS_OF)
def as_of(request: PageRequest, unit_id: int) -> HttpResponse:
    """Who was in a unit on a day."""
    at = queries.unit(request.actor, unit_id)
    day = _day(request.GET.get("day", ""))
    rows = queries.unit_on(request.actor, (at.place, at.place_end), day)
    people = queries.persons(request.actor, [row.person_id for row in rows])
    lines = [(people[row.person_id], row) for row in rows if row.person_id in people]
    return page(
        request, "people/as_of.html", fragment="result", unit=at, day=day, lines=lines, form=AsOfForm({"day": day})
    )  # fmt: skip


def _day(written: str) -> date:
    try:
        return parse_date(written) or clock.today()
    except ValueError:
        return clock.today()


@door(access.VIEW_PEOPLE)
def search(request: PageRequest) -> HttpResponse:
    """People and units by a part of name, number or pinyin."""
    text = request.GET.get("q", "").strip()
    found = queries.directory(request.actor, PageIn(limit=ROWS, cursor=request.GET.get("after", "")), text=text)
    fragment = "rows" if "after" in request.GET else "result"
    return page(
        request, "people/search.html", fragment=fragment, text=text, found=found,
        units=queries.find_units(request.actor, text, 10) if "after" not in request.GET else [],
    )  # fmt: skip


@door(access.VIEW_PEOPLE)
def options(request: PageRequest, kind: str) -> HttpResponse:
    """Suggestions for a field that takes a person, a unit or a project."""
    text = next((str(value) for value in request.GET.values() if value), "")
    if kind == "unit":
        found = [(unit.code, unit.title) for unit in queries.find_units(request.actor, text)]
    elif kind == "project":
        found = [(card.code, card.title) for card in queries.find_projects(request.actor, text)]
    else:
        found = [
            (card.number, f"{card.name} · {card.unit_title}") for card in queries.find_persons(request.actor, text)
        ]
    return page(request, "people/options.html", options=found)


@door(access.VIEW_PEOPLE)
def person(request: PageRequest, person_id: int) -> HttpResponse:
    """A person: who, where, led by whom; more for those who may see it."""
    actor = request.actor
    card = queries.person(actor, person_id)
    manager, reports = queries.around(actor, card)
    employment, former = queries.employments(actor, person_id)
    may_move = may(actor, access.MOVE_PERSON, card)
    return page(
        request, "people/person.html", person=card, role_type=RoleType(card.role_type).label, reports=reports,
        manager=manager, employment=employment, former=former,
        path=queries.unit_path(actor, card.unit_id) if card.unit_id else [],
        history=queries.history(actor, person_id), works=queries.memberships_of(actor, [person_id]),
        profile=queries.profile_of_position(actor, card.position),
        waiting=queries.waiting_changes(actor, person_id) if may_move else [],
        seats=queries.my_seats(actor) if actor.person_id == person_id else [],
        may_move=may_move, may_edit=may(actor, access.EDIT_PROFILE, card),
        may_code=card.is_active and actor.person_id != person_id and may(actor, access.SEE_CODES),
    )  # fmt: skip
