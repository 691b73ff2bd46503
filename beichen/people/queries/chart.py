"""The organisation as somebody opens it: the line above, the people beside, those below, page by page.

Nothing here reads more than the levels shown: what a page costs does not grow with the company.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count

from beichen.people.models import Person
from beichen.people.queries.persons import PeoplePage, PersonCard, _visible, find_persons, me, person, persons
from beichen.people.queries.units import UnitCard, find_units, unit, unit_path
from beichen.platform.access.current import query
from beichen.platform.api.paging import page_of
from beichen.platform.api.schemas import PageIn
from beichen.platform.kit.actor import Actor

CHILDREN = 50
"""How many people one level shows before "Show more"."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A person's place in the line: those above from the top down, those beside, those below.

    `beside` holds the other reports of the same manager; for whoever is led by nobody it is empty. `led`: how many
    work directly under each person named here.
    """

    person: PersonCard
    above: list[PersonCard]
    beside: PeoplePage
    below: PeoplePage
    led: dict[int, int]


@dataclass(frozen=True, slots=True)
class UnitSpot:
    """A unit's place in the tree: the units above from the top down, and who works in the unit itself."""

    unit: UnitCard
    above: list[UnitCard]
    people: PeoplePage
    led: dict[int, int]


@query
def spot(actor: Actor, person_id: int | None = None) -> Spot:
    """Where a person (the actor by default) stands in the line of managers, or NotFound. Cost: eight statements."""
    at = me(actor) if person_id is None else person(actor, person_id)
    line = _line(at.manager_id)
    cards = persons(actor, line)
    above = [cards[pk] for pk in line if pk in cards]
    beside = (
        reports_page(actor, at.manager_id, PageIn(limit=CHILDREN, cursor=""), without=at.id)
        if at.manager_id
        else _NOBODY
    )
    below = reports_page(actor, at.id, PageIn(limit=CHILDREN, cursor=""))
    named = [at, *above, *beside.items, *below.items]
    return Spot(at, above, beside, below, led_by(actor, [card.id for card in named]))


_NOBODY = PeoplePage([], None)


@query
def unit_spot(actor: Actor, unit_id: int) -> UnitSpot:
    """Where a unit stands in the tree, or NotFound. Cost: four statements."""
    path = unit_path(actor, unit_id)
    people = unit_members(actor, unit_id, PageIn(limit=CHILDREN, cursor=""))
    return UnitSpot(path[-1], path[:-1], people, led_by(actor, [card.id for card in people.items]))


@query
def reports_page(actor: Actor, boss_id: int | None, asked: PageIn, *, without: int | None = None) -> PeoplePage:
    """Who works directly under a person, in name order, by page. Cost: two statements."""
    rows = _visible(actor).filter(manager_id=boss_id, is_active=True)
    if without is not None:
        rows = rows.exclude(pk=without)
    found = page_of(actor, rows, asked, order=("sort_key", "pk"), name=f"people.reports:{boss_id}")
    return _paged(actor, [row.pk for row in found.items], found.next)


@query
def unit_members(actor: Actor, unit_id: int, asked: PageIn) -> PeoplePage:
    """Who works in a unit itself, not below it, in name order, by page. Cost: two statements. Errors: NotFound."""
    unit(actor, unit_id)
    rows = _visible(actor).filter(unit_id=unit_id, is_active=True)
    found = page_of(actor, rows, asked, order=("sort_key", "pk"), name=f"people.members:{unit_id}")
    return _paged(actor, [row.pk for row in found.items], found.next)


def _paged(actor: Actor, ids: list[int], following: str | None) -> PeoplePage:
    cards = persons(actor, ids)
    return PeoplePage([cards[pk] for pk in ids if pk in cards], following)


@query
def led_by(actor: Actor, ids: Iterable[int]) -> dict[int, int]:
    """How many people work directly under each; those who lead nobody are left out. Cost: one statement."""
    found = Person.objects.filter(manager_id__in=set(ids), is_active=True).values("manager_id").annotate(n=Count("pk"))
    return {int(line["manager_id"] or 0): line["n"] for line in found}


@query
def member_counts(actor: Actor, unit_ids: Iterable[int]) -> dict[int, int]:
    """How many people work in each unit itself. Cost: one statement over the people of these units."""
    found = Person.objects.filter(unit_id__in=set(unit_ids), is_active=True).values("unit_id").annotate(n=Count("pk"))
    return {int(line["unit_id"] or 0): line["n"] for line in found}


@query
def find(actor: Actor, text: str, limit: int = 8) -> tuple[list[PersonCard], list[UnitCard]]:
    """People and units by a part of name, English name, number or pinyin. Cost: two statements."""
    return find_persons(actor, text, limit), find_units(actor, text, limit) if text.strip() else []


def _line(person_id: int | None) -> list[int]:
    """The person and everybody above, from the top down. Cost: one statement."""
    if person_id is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE above(id, n) AS (
                SELECT %s::bigint, 0
                UNION ALL SELECT p.manager_id, above.n + 1 FROM people_person p JOIN above ON p.id = above.id
                WHERE p.manager_id IS NOT NULL AND above.n < 100
            )
            SELECT id FROM above ORDER BY n DESC
            """,
            [person_id],
        )
        return [line[0] for line in cursor.fetchall()]
