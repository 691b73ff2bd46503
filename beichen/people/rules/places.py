"""The numbers in tree order and the branches that row filters compare with.

A full renumbering is set-based and rare (an import, a night); a move of a person or a unit rewrites the branches that
are only in the old or only in the new line, and never the place of a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

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
    first = [n * ROOMY for n in range(1, len(order) + 1)]
    last = [place + below * ROOMY for place, (_, below, _) in zip(first, order, strict=True)]
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


def give_place(person_id: int) -> None:
    """A newcomer's place: one past the highest, so nobody else's changes. Cost: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_person SET place = (SELECT max(place) FROM people_person) + %s WHERE id = %s",
            [STEP, person_id],
        )


_BELOW = """
    (SELECT int8multirange(int8range(p.place, p.place, '[]'))
            + coalesce((SELECT places FROM people_branch WHERE holder_id = p.id AND kind = 'line'), '{}')
     FROM people_person p WHERE p.id = %(who)s)
"""
_INSIDE = """
    (SELECT coalesce(range_agg(int8range(p.place, p.place, '[]')), '{}')
     FROM people_orgunit top JOIN people_orgunit u ON u.place BETWEEN top.place AND top.place_end
     JOIN people_person p ON p.unit_id = u.id WHERE top.id = %(who)s)
"""
_TAKEN_OUT = """
    UPDATE people_branch b SET places = b.places - {places}
    FROM unnest(%(holders)s::bigint[], %(kinds)s::text[]) AS h(id, kind) WHERE b.holder_id = h.id AND b.kind = h.kind
"""
_EMPTIED = "DELETE FROM people_branch WHERE holder_id = ANY (%(holders)s) AND isempty(places)"
_PUT_IN = """
    INSERT INTO people_branch (holder_id, kind, places)
    SELECT h.id, h.kind, {places} FROM unnest(%(holders)s::bigint[], %(kinds)s::text[]) AS h(id, kind)
    ON CONFLICT (holder_id, kind) DO UPDATE SET places = people_branch.places + excluded.places
"""
Holders = set[tuple[int, str]]


def _passed(of: str, who: int, old: Holders, new: Holders) -> None:
    """Take places out of the branches that no longer hold them and put them into those that do now.

    Branches that hold them before and after stay as they are. Cost: at most three statements, a row for each branch.
    """
    with connection.cursor() as cursor:
        for statement, holders in ((_TAKEN_OUT, old - new), (_EMPTIED, old - new), (_PUT_IN, new - old)):
            if holders:
                ids, kinds = zip(*sorted(holders), strict=True)
                how: dict[str, Any] = {"who": who, "holders": list(ids), "kinds": list(kinds)}
                cursor.execute(statement.format(places=of), how)


def moved(person_id: int, old_line: Iterable[int], old_unit: int | None, new_unit: int | None) -> None:
    """Bring the old line and the new one up to date, and the seats over the old and the new unit.

    Cost: at most nine statements; a row for each manager and each seat that is only over the old or only over the new.
    """
    old = {(holder, "line") for holder in old_line}
    _passed(_BELOW, person_id, old, {(holder, "line") for holder in line_above(person_id)})
    _passed(_BELOW_ALONE, person_id, seats_over(old_unit), seats_over(new_unit))


_BELOW_ALONE = "(SELECT int8multirange(int8range(p.place, p.place, '[]')) FROM people_person p WHERE p.id = %(who)s)"


def seats_over(unit_id: int | None) -> Holders:
    """Holders and kinds of the seats whose scope holds a unit. Cost: one statement."""
    if unit_id is None:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT s.person_id, s.seat FROM people_seat s
            JOIN people_orgunit top ON top.id = s.scope_id
            JOIN people_orgunit u ON u.place BETWEEN top.place AND top.place_end
            WHERE u.id = %s AND s.granted_at IS NOT NULL AND s.revoked_at IS NULL
            """,
            [unit_id],
        )
        return set(cursor.fetchall())


_ROOM = """
    SELECT parent.place_end, parent.depth, count(u.id),
           (SELECT min(next.place) FROM people_orgunit next
            WHERE next.place > parent.place_end AND NOT next.place BETWEEN top.place AND top.place_end)
    FROM people_orgunit parent JOIN people_orgunit top ON top.id = %(unit)s
    LEFT JOIN people_orgunit u ON u.place BETWEEN top.place AND top.place_end
    WHERE parent.id = %(parent)s GROUP BY parent.id, top.id
"""
_LIFTED = """
    WITH inside AS (
        SELECT u.id, u.place_end, u.depth - top.depth AS deeper, row_number() OVER (ORDER BY u.place) AS n,
               (SELECT count(*) FROM people_orgunit b WHERE b.place > u.place AND b.place <= u.place_end) AS below
        FROM people_orgunit top JOIN people_orgunit u ON u.place BETWEEN top.place AND top.place_end
        WHERE top.id = %(unit)s
    )
    UPDATE people_orgunit u SET place = %(base)s + i.n * %(step)s, place_end = %(base)s + (i.n + i.below) * %(step)s,
                                depth = %(depth)s + i.deeper
    FROM inside i WHERE u.id = i.id
"""
# The units above, the nearest first, end where the last unit below them ends.
_LINE_OF_UNITS = """
    WITH RECURSIVE above(id, n) AS (
        SELECT %s::bigint, 0 UNION ALL
        SELECT u.parent_id, above.n + 1 FROM people_orgunit u JOIN above ON u.id = above.id
        WHERE u.parent_id IS NOT NULL
    )
    SELECT id FROM above ORDER BY n
"""
_ENDS = """
    UPDATE people_orgunit u SET place_end = n.place_end
    FROM (SELECT t.id, coalesce(max(c.place_end), t.place) AS place_end
          FROM people_orgunit t LEFT JOIN people_orgunit c ON c.parent_id = t.id WHERE t.id = %s GROUP BY t.id) n
    WHERE u.id = n.id AND u.place_end <> n.place_end
"""
ROOMY = 1 << 20
"""Room between two neighbouring units, so that a unit finds a place in another branch beside those already there."""


def unit_moved(unit_id: int, old_parent: int | None, new_parent: int | None) -> None:
    """A unit stands below another one, or is new: its own units get places there, the old and the new line follow.

    Cost: one statement for each unit above and about ten more; rows: the moved units, the lines, the seats over one of
    the parents alone. Where no room is left between two units, all units are numbered anew.
    """
    before = seats_over(old_parent)
    if new_parent is None or not _found_room(unit_id, new_parent):
        _number_units()
    else:
        _end_lines(old_parent, new_parent)
    if old_parent is not None:
        after, nested = seats_over(new_parent), _seats_inside(unit_id)
        _passed(_INSIDE, unit_id, before - nested, after)
        rebuild_branches(holder for holder, _kind in nested & (before - after))


def _seats_inside(unit_id: int) -> Holders:
    """Holders and kinds of the seats whose scope lies in a unit: they keep some of it wherever it stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT s.person_id, s.seat FROM people_orgunit top
            JOIN people_orgunit u ON u.place BETWEEN top.place AND top.place_end
            JOIN people_seat s ON s.scope_id = u.id
            WHERE top.id = %s AND s.granted_at IS NOT NULL AND s.revoked_at IS NULL
            """,
            [unit_id],
        )
        return set(cursor.fetchall())


def _found_room(unit_id: int, parent_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_ROOM, {"unit": unit_id, "parent": parent_id})
        end, depth, count, following = cursor.fetchone()
        room = ROOMY * (count + 1) if following is None else following - end
        step = min(room // (2 * (count + 1)), ROOMY)
        if step > 0:
            cursor.execute(_LIFTED, {"unit": unit_id, "base": end, "step": step, "depth": depth + 1})
        return bool(step > 0)


def _end_lines(*units: int | None) -> None:
    with connection.cursor() as cursor:
        for unit_id in units:
            if unit_id is not None:
                cursor.execute(_LINE_OF_UNITS, [unit_id])
                for (above,) in cursor.fetchall():
                    cursor.execute(_ENDS, [above])
