"""The numbers in tree order and the branches that row filters compare with.

A full renumbering is set-based and rare (an import, a night); a move rewrites the branches of the old and
the new line alone and never a place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from beichen.people.models import OrgUnit, Person

# Room between two neighbours, so that a newcomer gets a place beside the manager.
STEP = 16

_WRITE_UNITS = """
    UPDATE people_orgunit u SET place = n.place, place_end = n.place_end, depth = n.depth
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::int[]) AS n(id, place, place_end, depth)
    WHERE u.id = n.id AND (u.place, u.place_end, u.depth) IS DISTINCT FROM (n.place, n.place_end, n.depth)
"""

_WRITE_PLACES = """
    UPDATE people_person p SET place = n.place
    FROM unnest(%s::bigint[], %s::bigint[]) AS n(id, place)
    WHERE p.id = n.id AND p.place IS DISTINCT FROM n.place
"""

# Everyone below each manager named, walked over the current managers.
_LINES = """
    WITH RECURSIVE below(holder, id) AS (
        SELECT p.manager_id, p.id FROM people_person p WHERE p.manager_id = ANY (%(holders)s)
        UNION ALL
        SELECT below.holder, p.id FROM people_person p JOIN below ON p.manager_id = below.id
    )
    INSERT INTO people_branch (holder_id, kind, places)
    SELECT below.holder, 'line', range_agg(int8range(p.place, p.place, '[]'))
    FROM below JOIN people_person p ON p.id = below.id GROUP BY below.holder
    ON CONFLICT (holder_id, kind) DO UPDATE SET places = excluded.places
"""

# The people in the scopes of each seat.
_SEATS = """
    INSERT INTO people_branch (holder_id, kind, places)
    SELECT s.person_id, s.seat, range_agg(int8range(p.place, p.place, '[]'))
    FROM people_seat s
    JOIN people_orgunit top ON top.id = s.scope_id
    JOIN people_orgunit u ON u.place BETWEEN top.place AND top.place_end
    JOIN people_person p ON p.unit_id = u.id
    WHERE s.granted_at IS NOT NULL AND s.revoked_at IS NULL
      AND (%(holders)s::bigint[] IS NULL OR s.person_id = ANY (%(holders)s))
    GROUP BY s.person_id, s.seat
    ON CONFLICT (holder_id, kind) DO UPDATE SET places = excluded.places
"""


def renumber() -> None:
    """Number units and persons anew in tree order and rebuild every branch. Cost: set-based, five statements."""
    _number_units()
    _number_persons()
    _rebuild_all()


def _rebuild_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_branch")
        cursor.execute(
            "SELECT coalesce(array_agg(DISTINCT manager_id), '{}') FROM people_person WHERE manager_id IS NOT NULL"
        )
        holders = cursor.fetchone()[0]
        cursor.execute(_LINES, {"holders": holders})
        cursor.execute(_SEATS, {"holders": None})


_NEWCOMERS = """
    UPDATE people_person p SET place = n.place
    FROM (SELECT id, (SELECT max(place) FROM people_person) + %s * row_number() OVER (ORDER BY id) AS place
          FROM people_person WHERE place = 0) n
    WHERE p.id = n.id
"""


def catch_up() -> None:
    """After many changes at once: units in tree order, places for newcomers behind everybody, every branch anew.

    Nobody's place changes, so the tables that carry places stay right. Cost: set-based, five statements.
    """
    _number_units()
    with connection.cursor() as cursor:
        cursor.execute(_NEWCOMERS, [STEP])
    _rebuild_all()


def _ordered(nodes: Iterable[tuple[int, int | None]]) -> list[tuple[int, int, int]]:
    """(id, how many below, depth) in tree order; a circle is left out, since nothing leads into it."""
    children: dict[int | None, list[int]] = defaultdict(list)
    known = []
    for node, parent in nodes:
        children[parent].append(node)
        known.append(node)
    order: list[tuple[int, int]] = []
    stack = [(node, 0) for node in reversed(children[None])]
    while stack:
        node, depth = stack.pop()
        order.append((node, depth))
        stack.extend((child, depth + 1) for child in reversed(children[node]))
    below: dict[int, int] = {}
    for node, _ in reversed(order):
        below[node] = sum(below[child] + 1 for child in children[node])
    return [(node, below[node], depth) for node, depth in order]


def _number_units() -> None:
    order = _ordered(OrgUnit.objects.order_by("code").values_list("id", "parent_id"))
    ids = [node for node, _, _ in order]
    first = [n * STEP for n in range(1, len(order) + 1)]
    last = [place + below * STEP for place, (_, below, _) in zip(first, order, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_UNITS, [ids, first, last, [depth for _, _, depth in order]])


def _number_persons() -> None:
    order = _ordered(Person.objects.order_by("sort_key", "id").values_list("id", "manager_id"))
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_PLACES, [[node for node, _, _ in order], [n * STEP for n in range(1, len(order) + 1)]])


def rebuild_branches(holders: Iterable[int]) -> None:
    """Rebuild the lines and seats of these people alone. Cost: three statements."""
    wanted = list(set(holders))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_branch WHERE holder_id = ANY (%s)", [wanted])
        cursor.execute(_LINES, {"holders": wanted})
        cursor.execute(_SEATS, {"holders": wanted})


def line_above(person_id: int | None) -> list[int]:
    """The managers above a person, the nearest first. Cost: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE above(id, n) AS (
                SELECT manager_id, 1 FROM people_person WHERE id = %s
                UNION ALL SELECT p.manager_id, above.n + 1 FROM people_person p JOIN above ON p.id = above.id
                WHERE above.n < 100
            )
            SELECT id FROM above WHERE id IS NOT NULL ORDER BY n
            """,
            [person_id],
        )
        return [line[0] for line in cursor.fetchall()]


def seats_over(unit_ids: Iterable[int]) -> list[int]:
    """Holders of seats whose scope holds any of the units. Cost: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT s.person_id FROM people_seat s
            JOIN people_orgunit top ON top.id = s.scope_id
            JOIN people_orgunit u ON u.place BETWEEN top.place AND top.place_end
            WHERE u.id = ANY (%s) AND s.revoked_at IS NULL
            """,
            [list(unit_ids)],
        )
        return [line[0] for line in cursor.fetchall()]


def give_place(person_id: int) -> None:
    """A newcomer's place: one past the highest, so nobody else's changes. Cost: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_person SET place = (SELECT max(place) FROM people_person) + %s WHERE id = %s",
            [STEP, person_id],
        )


def moved(person_id: int, old_line: Iterable[int], units: Iterable[int | None]) -> None:
    """Bring the old line, the new line and the seats over the old and new unit up to date."""
    holders = {*old_line, *line_above(person_id), *seats_over(u for u in units if u is not None)}
    rebuild_branches(holders)
