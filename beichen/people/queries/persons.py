"""Persons as cards: what everyone in the company may know of a colleague."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Count, F, Func, Q, QuerySet, TextField, Value, Window
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Lower

from beichen.people import access
from beichen.people.choices import PersonKind
from beichen.people.models import OrgUnit, Person, TargetBonus
from beichen.platform.access.current import query
from beichen.platform.access.relations import knows, sees
from beichen.platform.api.paging import page_of
from beichen.platform.api.schemas import PageIn
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.registry import Face
from beichen.platform.ui.language import for_reader

FRONT = 2
LONGEST_WORD = 80
"""As many signs of a word are kept (people_words)."""


@dataclass(frozen=True, slots=True)
class PersonCard:
    """One person; `place` is the number in line order that row filters compare with."""

    id: int
    number: str
    name: str
    name_en: str
    email: str
    position: str
    role_type: str
    unit_id: int | None
    unit_name: str
    unit_name_en: str
    manager_id: int | None
    place: int
    is_active: bool
    version: int

    @property
    def unit_title(self) -> str:
        """The unit's name in the reader's language, where there is one."""
        return for_reader(self.unit_name, self.unit_name_en)

    @property
    def pk(self) -> int:
        """The id, for permissions that ask about a person."""
        return self.id


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of a list of people; `next` is the cursor of the page after it."""

    items: list[PersonCard]
    next: str | None


_FIELDS = (
    "id", "number", "name", "name_en", "email", "position", "role_type",
    "unit_id", "unit__name", "unit__name_en", "manager_id", "place", "is_active", "version",
)  # fmt: skip


def _card(line: tuple[Any, ...]) -> PersonCard:
    card = PersonCard(*line)
    return card if card.unit_id else replace(card, unit_name="", unit_name_en="")


def _cards(found: QuerySet[Person]) -> list[PersonCard]:
    return [_card(line) for line in found.values_list(*_FIELDS)]


def _visible(actor: Actor) -> QuerySet[Person]:
    found = Person.objects.all()
    return found if actor.person_id is None else found.filter(access.visible_persons())


@query
def persons(actor: Actor, ids: Iterable[int | None]) -> dict[int, PersonCard]:
    """Cards by id; ids that are None or not visible are left out. Cost: one statement."""
    wanted = {i for i in ids if i is not None}
    return {card.id: card for card in _cards(_visible(actor).filter(id__in=wanted))} if wanted else {}


@query
def person(actor: Actor, person_id: int) -> PersonCard:
    """One card, or NotFound. Cost: one statement."""
    found = persons(actor, [person_id])
    if person_id not in found:
        raise NotFound
    return found[person_id]


@query
def me(actor: Actor) -> PersonCard:
    """The actor's own card. Cost: one statement."""
    return person(actor, actor.person_id or 0)


@query
def by_number(actor: Actor, numbers: Iterable[str]) -> dict[str, PersonCard]:
    """Cards by employee number. Cost: one statement."""
    return {card.number: card for card in _cards(_visible(actor).filter(number__in=set(numbers)))}


@query
def reports_of(actor: Actor, person_id: int | None = None) -> list[PersonCard]:
    """The direct reports of a person (the actor by default) who work here, in name order. Cost: one statement."""
    boss = actor.person_id if person_id is None else person_id
    return _cards(_visible(actor).filter(manager_id=boss, is_active=True).order_by("sort_key", "id"))


@query
def around(actor: Actor, card: PersonCard) -> tuple[PersonCard | None, list[PersonCard]]:
    """Whom a person reports to, and who works here and reports to the person, in name order. Cost: one statement."""
    near = Q(pk=card.manager_id or 0) | Q(manager_id=card.id, is_active=True)
    found = {one.id: one for one in _cards(_visible(actor).filter(near).order_by("sort_key", "id"))}
    manager = found.get(card.manager_id or 0)
    return manager, [one for one in found.values() if one.manager_id == card.id and one.is_active]


@query
def unit_people(actor: Actor, unit_id: int, *, active: bool = True) -> list[PersonCard]:
    """Everyone in a unit and the units below it, in name order. Cost: two statements."""
    unit = OrgUnit.objects.filter(pk=unit_id).values("place", "place_end").first()
    if unit is None:
        raise NotFound
    inside = Q(unit__place__gte=unit["place"], unit__place__lte=unit["place_end"])
    if active:
        inside &= Q(is_active=True)
    return _cards(_visible(actor).filter(inside).order_by("sort_key", "id"))


@query
def find_persons(actor: Actor, text: str, limit: int = 20) -> list[PersonCard]:
    """People who work here by a part of the name or the beginning of a word of the English name, pinyin, initials,
    number or e-mail. Cost: one statement, by index."""
    text = text.strip()
    if not text:
        return []
    return _cards(_found(_visible(actor).filter(is_active=True), text).order_by(*_order(text))[:limit])


@query
def readable_by(actor: Actor, row: str, person_ids: Iterable[int], limit: int) -> tuple[list[PersonCard], int]:
    """The first of these people whom the actor reads by a row of the table, and how many they are.

    Cost: one statement.
    """
    found = Person.objects.filter(sees(row, subject="id", place="place"), pk__in=list(person_ids), is_active=True)
    counted = found.annotate(every=Window(Count("*"))).order_by("unit__place", "sort_key", "id")
    lines = list(counted.values_list(*_FIELDS, "every")[:limit])
    return [_card(line[:-1]) for line in lines], lines[0][-1] if lines else 0


@query
def known_without(
    actor: Actor, row: str, without: QuerySet[Any], *, within: tuple[int, int] | None = None, limit: int = 200
) -> tuple[list[PersonCard], int]:
    """The first of those whose status the actor may know by a row of the table, but for `without` (a query of person
    ids), and how many they are; `within`: the stretch of places of a unit. Oneself is left out. Cost: one statement.
    """
    found = Person.objects.filter(
        knows(row, subject="id"), is_active=True, kind=PersonKind.EMPLOYEE, unit__isnull=False
    ).exclude(pk__in=without).exclude(pk=actor.person_id or 0)  # fmt: skip
    if within:
        found = found.filter(unit__place__gte=within[0], unit__place__lte=within[1])
    counted = found.annotate(every=Window(Count("*"))).order_by("unit__place", "sort_key", "id")
    lines = list(counted.values_list(*_FIELDS, "every")[:limit])
    return [_card(line[:-1]) for line in lines], lines[0][-1] if lines else 0


def faces(actor: Actor, ids: Iterable[int]) -> dict[int, Face]:
    """Name and unit by id, for pages of the platform. Cost: one statement."""
    return {card.id: _face(card) for card in persons(actor, ids).values()}


@query
def find_faces(actor: Actor, text: str, limit: int = 50) -> list[Face]:
    """People by name, number or pinyin, those who left as well. Cost: one statement."""
    return [_face(card) for card in _cards(_found(_visible(actor), text).order_by(*_order(text))[:limit])]


def _face(card: PersonCard) -> Face:
    return Face(card.id, card.number, card.name, card.unit_title)


@query
def target_bonuses(actor: Actor, person_ids: Iterable[int], day: date) -> dict[int, int]:
    """Target bonus of a quarter in the smallest unit, of those the actor may see (12a). Cost: one statement."""
    found = TargetBonus.objects.filter(person_id__in=set(person_ids), valid__contains=day)
    return dict(found.values_list("person_id", "amount"))


_WHO_ACTS = """
    SELECT found.id FROM access.candidates(%(role)s, %(subject)s) WITH ORDINALITY AS found(id, place)
    WHERE NOT found.id = ANY (%(out)s) ORDER BY found.place LIMIT 1
"""


def who_acts(role: str, subject_id: int, *, out: Iterable[int] = ()) -> int | None:
    """Who takes a step for this subject: the role, else the next of SK → BP → HA → an outside person (G21).

    Never the subject, never somebody whose seat says nothing about them (G2). `out`: people already in the chain.
    Cost: one statement per step tried.
    """
    excluded = [subject_id, *out]
    order = [role, *(step for step in ("SK", "BP", "HA", "OUT") if step != role)]
    with connection.cursor() as cursor:
        for step in order:
            cursor.execute(_WHO_ACTS, {"role": step, "subject": subject_id, "out": excluded})
            found = cursor.fetchone()
            if found is not None:
                return int(found[0])
    return None


def _found(rows: QuerySet[Person], text: str) -> QuerySet[Person]:
    """These people as far as the text means them; `_order` says how to sort them."""
    return rows.annotate(sorted=Lower("sort_key")).filter(_matching(text))


def _order(text: str) -> tuple[str, str]:
    """Name order. One or two Latin letters mean so many that their first page lies at the front of the sorted index.

    More letters mean few, who may stand at its end: sorting by a value without index keeps the planner off it.
    """
    word = text.strip()
    return ("sort_key", "pk") if not word or (word.isascii() and len(word) <= FRONT) else ("sorted", "pk")


def _matching(text: str) -> CombinedExpression:
    """Whether a person's words begin with the text: every end of the name and of its pinyin is one of them."""
    word = text.strip().lower()[:LONGEST_WORD].replace("\\", "\\\\").replace("'", "''")
    asked = Func(Value(f"'{word}':*"), template="%(expressions)s::tsquery", output_field=TextField())
    return CombinedExpression(F("words"), "@@", asked, output_field=BooleanField())


@query
def directory(actor: Actor, asked: PageIn, *, text: str = "", within: tuple[int, int] | None = None) -> PeoplePage:
    """People who work here in name order, by page; `within`: the stretch of places of a unit. Cost: two statements."""
    rows = _visible(actor).filter(is_active=True)
    if text.strip():
        rows = _found(rows, text)
    if within:
        rows = rows.filter(unit__place__gte=within[0], unit__place__lte=within[1])
    found = page_of(actor, rows, asked, order=_order(text), name=f"people.directory:{within}:{text.strip()}")
    cards = persons(actor, [row.pk for row in found.items])
    return PeoplePage([cards[row.pk] for row in found.items], found.next)


@query
def head_counts(actor: Actor, unit_ids: Iterable[int]) -> dict[int, int]:
    """How many people work in each unit and below it. Cost: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT top.id, count(p.id) FROM people_orgunit top
            JOIN people_orgunit u ON u.place BETWEEN top.place AND top.place_end
            LEFT JOIN people_person p ON p.unit_id = u.id AND p.is_active
            WHERE top.id = ANY (%s) GROUP BY top.id
            """,
            [list(unit_ids)],
        )
        return dict(cursor.fetchall())
