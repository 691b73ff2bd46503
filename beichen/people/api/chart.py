"""The org chart by program: a place, what lies below it page by page, and the search."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ninja import Query

from beichen.people import access, queries
from beichen.people.api.organisation import router
from beichen.people.queries import PeoplePage, PersonCard
from beichen.people.schemas.chart import FoundOut, LedPage, PlaceOut, UnitPlaceOut
from beichen.platform.access.permissions import require
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.api.schemas import PageIn

Line = dict[str, Any]


def _led(card: PersonCard, led: dict[int, int]) -> Line:
    return {**asdict(card), "led": led.get(card.id, 0)}


def _paged(found: PeoplePage, led: dict[int, int]) -> Line:
    return {"items": [_led(card, led) for card in found.items], "next": found.next}


@router.get("/chart", response=PlaceOut, operation_id="chart_place")
@door(access.VIEW_PEOPLE)
def place(request: ApiRequest, person_id: int | None = None) -> Line:
    """Where a person stands in the line of managers; without `person_id`, the caller."""
    require(request.actor, access.VIEW_PEOPLE)
    found = queries.spot(request.actor, person_id)
    return {
        "person": _led(found.person, found.led), "above": [_led(card, found.led) for card in found.above],
        "beside": _paged(found.beside, found.led), "below": _paged(found.below, found.led),
    }  # fmt: skip


@router.get("/chart/find", response=FoundOut, operation_id="chart_find")
@door(access.VIEW_PEOPLE)
def find(request: ApiRequest, text: str) -> Line:
    """People and units by a part of name, English name, number or pinyin."""
    require(request.actor, access.VIEW_PEOPLE)
    people, units = queries.find(request.actor, text)
    return {"people": people, "units": units}


@router.get("/chart/units/{int:unit_id}", response=UnitPlaceOut, operation_id="chart_unit")
@door(access.VIEW_PEOPLE)
def unit_place(request: ApiRequest, unit_id: int) -> Line:
    """Where a unit stands in the tree, and who works in it."""
    require(request.actor, access.VIEW_PEOPLE)
    found = queries.unit_spot(request.actor, unit_id)
    return {
        "unit": found.unit, "above": found.above, "below": queries.children_of(request.actor, unit_id),
        "people": _paged(found.people, found.led),
    }  # fmt: skip


@router.get("/chart/units/{int:unit_id}/people", response=LedPage, operation_id="chart_unit_people")
@door(access.VIEW_PEOPLE)
def unit_people(request: ApiRequest, unit_id: int, asked: Query[PageIn]) -> Line:
    """Who works in a unit itself, by page."""
    require(request.actor, access.VIEW_PEOPLE)
    found = queries.unit_members(request.actor, unit_id, asked)
    return _paged(found, queries.led_by(request.actor, [card.id for card in found.items]))


@router.get("/chart/{int:person_id}/below", response=LedPage, operation_id="chart_below")
@door(access.VIEW_PEOPLE)
def below(request: ApiRequest, person_id: int, asked: Query[PageIn]) -> Line:
    """Who works directly under a person, by page."""
    require(request.actor, access.VIEW_PEOPLE)
    queries.person(request.actor, person_id)
    found = queries.reports_page(request.actor, person_id, asked)
    return _paged(found, queries.led_by(request.actor, [card.id for card in found.items]))
