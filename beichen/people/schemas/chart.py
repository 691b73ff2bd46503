"""Shapes of the org chart in the API."""

from __future__ import annotations

from ninja import Schema

from beichen.people.schemas import PersonOut, UnitOut


class LedOut(PersonOut):
    """A person and how many work directly under them."""

    led: int


class LedPage(Schema):
    """One page of people; `next` is the cursor of the page after it."""

    items: list[LedOut]
    next: str | None


class PlaceOut(Schema):
    """Where somebody stands: those above from the top down, those beside and those below, a page of each."""

    person: LedOut
    above: list[LedOut]
    beside: LedPage
    below: LedPage


class UnitPlaceOut(Schema):
    """Where a unit stands: the units above from the top down, those below, and who works in the unit itself."""

    unit: UnitOut
    above: list[UnitOut]
    below: list[UnitOut]
    people: LedPage


class FoundOut(Schema):
    """People and units by a part of name, number or pinyin."""

    people: list[PersonOut]
    units: list[UnitOut]
