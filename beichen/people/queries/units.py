"""Units as cards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet

from beichen.people.models import OrgUnit
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.language import for_reader


@dataclass(frozen=True, slots=True)
class UnitCard:
    """One unit; the stretch `place`–`place_end` covers every unit below it."""

    id: int
    code: str
    name: str
    name_en: str
    kind: str
    parent_id: int | None
    head_id: int | None
    hrbp_id: int | None
    role_type: str
    place: int
    place_end: int
    depth: int
    version: int

    @property
    def title(self) -> str:
        """The name in the reader's language, where there is one."""
        return for_reader(self.name, self.name_en)


_FIELDS = (
    "id", "code", "name", "name_en", "kind", "parent_id", "head_id", "hrbp_id",
    "role_type", "place", "place_end", "depth", "version",
)  # fmt: skip


def _cards(found: QuerySet[OrgUnit]) -> list[UnitCard]:
    return [UnitCard(*line) for line in found.order_by("place", "id").values_list(*_FIELDS)]


@query
def units(actor: Actor, ids: Iterable[int | None] | None = None) -> dict[int, UnitCard]:
    """Units by id in tree order; all active ones when no ids are given. Cost: one statement."""
    found = OrgUnit.objects.filter(is_active=True) if ids is None else OrgUnit.objects.filter(
        id__in={i for i in ids if i is not None}
    )  # fmt: skip
    return {card.id: card for card in _cards(found)}


@query
def unit(actor: Actor, unit_id: int) -> UnitCard:
    """One unit, or NotFound. Cost: one statement."""
    found = _cards(OrgUnit.objects.filter(pk=unit_id))
    if not found:
        raise NotFound
    return found[0]


@query
def children_of(actor: Actor, unit_id: int | None) -> list[UnitCard]:
    """The units directly below one (None: the roots). Cost: one statement."""
    return _cards(OrgUnit.objects.filter(parent_id=unit_id, is_active=True))


@query
def opened_along(actor: Actor, path: Iterable[int]) -> list[UnitCard]:
    """The roots and the units directly below each unit of a path, in tree order. Cost: one statement."""
    return _cards(OrgUnit.objects.filter(Q(parent=None) | Q(parent_id__in=list(path)), is_active=True))


@query
def unit_path(actor: Actor, unit_id: int) -> list[UnitCard]:
    """From the root down to the unit itself, or NotFound. Cost: one statement."""
    at = OrgUnit.objects.filter(pk=unit_id)
    found = _cards(OrgUnit.objects.filter(place__lte=at.values("place"), place_end__gte=at.values("place_end")))
    if not found:
        raise NotFound
    return found


@query
def find_units(actor: Actor, text: str, limit: int = 20) -> list[UnitCard]:
    """Active units by a part of code or name. Cost: one statement."""
    like = Q(name__icontains=text) | Q(name_en__icontains=text) | Q(code__istartswith=text)
    return _cards(OrgUnit.objects.filter(like, is_active=True))[:limit] if text.strip() else []


@dataclass(frozen=True, slots=True)
class Chair:
    """Somebody who leads a unit or looks after its people."""

    id: int
    name: str


@query
def chairs_above(actor: Actor, person_ids: Iterable[int]) -> dict[int, tuple[list[Chair], list[Chair]]]:
    """Heads of the units these people sit in, from the own unit up, and the HR partners who look after them.

    Of these only whoever the rights let speak of that person (G2), the nearest first; after them HR administrators, who
    stand in (G21). Cost: one statement.
    """
    found: dict[int, tuple[list[Chair], list[Chair]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_CHAIRS, {"people": list(person_ids)})
        for person, head, head_name, hrbp, hrbp_name, _far in cursor.fetchall():
            heads, hrbps = found.setdefault(person, ([], []))
            heads += [Chair(head, head_name)] if head else []
            hrbps += [Chair(hrbp, hrbp_name)] if hrbp else []
    return found


_CHAIRS = """
    SELECT p.id, h.id, h.name, NULL, NULL, -u.depth AS far
    FROM people_person p
    JOIN people_orgunit own ON own.id = p.unit_id
    JOIN people_orgunit u ON u.place <= own.place AND u.place_end >= own.place_end
    JOIN people_person h ON h.id = u.head_id AND h.is_active
    WHERE p.id = ANY (%(people)s)
    UNION ALL
    SELECT p.id, NULL, NULL, b.id, b.name, c.far
    FROM people_person p
    CROSS JOIN LATERAL access.candidates('BP', p.id) WITH ORDINALITY AS c(id, far)
    JOIN people_person b ON b.id = c.id
    WHERE p.id = ANY (%(people)s)
    UNION ALL
    SELECT p.id, NULL, NULL, a.id, a.name, 1000 + c.far
    FROM people_person p
    CROSS JOIN LATERAL access.candidates('HA', p.id) WITH ORDINALITY AS c(id, far)
    JOIN people_person a ON a.id = c.id
    WHERE p.id = ANY (%(people)s)
    ORDER BY 1, 6
"""


@query
def by_code(actor: Actor, codes: Iterable[str]) -> dict[str, UnitCard]:
    """Active units by code. Cost: one statement."""
    return {card.code: card for card in _cards(OrgUnit.objects.filter(code__in=set(codes), is_active=True))}
