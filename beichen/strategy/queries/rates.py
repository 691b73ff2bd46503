"""How many have read a statement, unit by unit, and who has not: counted from acknowledgements against people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from beichen.people import queries as people
from beichen.people.queries import PersonCard, UnitCard
from beichen.platform.access.current import query
from beichen.platform.access.permissions import may, seats_of
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.strategy import access
from beichen.strategy.choices import StatementKind
from beichen.strategy.formulas.statements import untold
from beichen.strategy.models import Acknowledgement
from beichen.strategy.queries.statements import StatementCard, statement_in_force

NAMED = 200
EACH = frozenset({"BP", "HA", "AU"})
"""Seats that may know of each person in their scope (22e): for them small units are told as well."""


@dataclass(frozen=True, slots=True)
class RateLine:
    """A unit with everybody below it. `is_told` is False where so few people must not be told of."""

    unit: UnitCard
    people: int
    read: int
    is_told: bool

    @property
    def percent(self) -> int:
        """Whole percent, rounded down: 100 means everybody."""
        return 100 * self.read // self.people if self.people else 0


@dataclass(frozen=True, slots=True)
class Rates:
    """The rate of the version in force: the unit looked at, the units directly below it, and who has not read."""

    statement: StatementCard
    path: tuple[UnitCard, ...]
    whole: RateLine | None
    lines: tuple[RateLine, ...]
    missing: tuple[PersonCard, ...]
    missing_count: int
    may_remind: bool


@query
def rates(actor: Actor, kind: str, unit_id: int | None = None) -> Rates:
    """By unit for seats, within their scope; managers see who of their own line has not read.

    Cost: at most ten statements, whatever the size of the company.
    """
    card = statement_in_force(actor, kind)
    if card is None or not card.asks_all or kind not in StatementKind.values:
        raise NotFound
    seats = seats_of(actor) & (EACH | {"EX"})
    path, whole, lines = _units(actor, card.id, unit_id, seats) if seats else ((), None, ())
    missing, count = _missing(actor, card.id, whole.unit if whole else None)
    return Rates(card, path, whole, lines, missing, count, may_remind=may(actor, access.REMIND))


def _units(
    actor: Actor, version_id: int, unit_id: int | None, seats: frozenset[str]
) -> tuple[tuple[UnitCard, ...], RateLine | None, tuple[RateLine, ...]]:
    scope = _scope(seats)
    held = [unit for unit in people.units(actor).values() if unit.id in scope]
    if unit_id is None:
        unit = min(held, key=lambda one: (one.depth, one.place), default=None)
    else:
        unit = next((one for one in held if one.id == unit_id), None)
        if unit is None:
            raise NotFound
    if unit is None:
        return (), None, ()
    below = [one for one in held if one.parent_id == unit.id]
    counted = _counted(version_id, [unit.id, *(one.id for one in below)])
    each = scope[unit.id]
    whole_of = counted.get(unit.id, (0, 0))
    hidden = frozenset() if each else untold({0: _beside(whole_of, below, counted), **_of(below, counted)})
    lines = tuple(_line(one, counted, told=one.id not in hidden) for one in below)
    path = [one for one in held if one.place <= unit.place and unit.place_end <= one.place_end]
    whole = RateLine(unit, *whole_of, is_told=each or not untold({unit.id: whole_of}))
    return tuple(path), whole, tuple(line for line in lines if line.people)


def _of(below: Sequence[UnitCard], counted: dict[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
    return {one.id: counted.get(one.id, (0, 0)) for one in below}


def _beside(whole: tuple[int, int], below: Sequence[UnitCard], counted: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """Whoever sits in the unit itself: a line of its own, which would follow from the others."""
    lines = _of(below, counted).values()
    return whole[0] - sum(line[0] for line in lines), whole[1] - sum(line[1] for line in lines)


def _line(unit: UnitCard, counted: dict[int, tuple[int, int]], *, told: bool) -> RateLine:
    count, read = counted.get(unit.id, (0, 0))
    return RateLine(unit, count, read if told else 0, is_told=told)


def _scope(seats: frozenset[str]) -> dict[int, bool]:
    """The units in which these seats hold, and whether one of them may know of each person there."""
    with connection.cursor() as cursor:
        cursor.execute(_SCOPE, [sorted(EACH), sorted(seats)])
        return dict(cursor.fetchall())


_SCOPE = """
    SELECT held.id, bool_or(seat = ANY (%s)) FROM unnest(%s::text[]) AS seat
    CROSS JOIN LATERAL access.seat_units(seat) AS held(id)
    GROUP BY held.id
"""

# Everybody who works here and sits in a unit; each unit with all below it.
_COUNTED = """
    SELECT top.id, count(p.id), count(a.person_id)
    FROM people_orgunit top
    JOIN people_orgunit u ON u.place BETWEEN top.place AND top.place_end
    JOIN people_person p ON p.unit_id = u.id AND p.is_active AND p.kind = 'employee'
    LEFT JOIN strategy_acknowledgement a ON a.version_id = %s AND a.person_id = p.id
    WHERE top.id = ANY (%s)
    GROUP BY top.id
"""


def _counted(version_id: int, unit_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [version_id, list(unit_ids)])
        return {unit: (count, read) for unit, count, read in cursor.fetchall()}


def _missing(actor: Actor, version_id: int, unit: UnitCard | None) -> tuple[tuple[PersonCard, ...], int]:
    """Who has not read, of those whose status the actor may know (22e), in a unit or in all."""
    within = (unit.place, unit.place_end) if unit else None
    read = Acknowledgement.objects.filter(version_id=version_id).values("person_id")
    cards, count = people.known_without(actor, "22e", read, within=within, limit=NAMED)
    return tuple(cards), count


def to_remind(version_id: int) -> list[int]:
    """Everybody who works here and has not read the version; in a transaction of the caller's. Cost: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, [version_id])
        return [pk for (pk,) in cursor.fetchall()]


_UNREAD = """
    SELECT p.id FROM people_person p
    LEFT JOIN strategy_acknowledgement a ON a.version_id = %s AND a.person_id = p.id
    WHERE p.is_active AND p.kind = 'employee' AND p.unit_id IS NOT NULL AND a.id IS NULL
      AND p.id IN (SELECT access.seat_people('HA'))
"""
