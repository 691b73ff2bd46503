"""Who led whom, where, in a span of days: for day-weighted reviews and bonus shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection

from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor


@dataclass(frozen=True, slots=True)
class Stretch:
    """A person under one manager in one unit, cut to the span; `days` are calendar days, both ends included."""

    person_id: int
    manager_id: int | None
    unit_id: int
    first: date
    last: date
    days: int


# Instants become days in the zone of the person's legal entity; the upper end is exclusive.
_STRETCHES = """
    SELECT person_id, manager_id, unit_id, first, last, last - first + 1
    FROM (
        SELECT a.person_id, a.manager_id, a.unit_id,
               greatest((lower(a.period) AT TIME ZONE e.time_zone)::date, %(first)s) AS first,
               least(coalesce((upper(a.period) AT TIME ZONE e.time_zone)::date - 1, %(last)s), %(last)s) AS last
        FROM people_assignment a
        JOIN people_person p ON p.id = a.person_id
        JOIN people_legalentity e ON e.id = p.entity_id
        WHERE (%(people)s::bigint[] IS NULL OR a.person_id = ANY (%(people)s))
          AND p.kind = 'employee'
          AND a.period && tstzrange(%(first)s::timestamp AT TIME ZONE e.time_zone,
                                    (%(last)s::date + 1)::timestamp AT TIME ZONE e.time_zone)
    ) cut
    WHERE first <= last
    ORDER BY person_id, first
"""


@query
def stretches(actor: Actor, person_ids: Iterable[int] | None, first: date, last: date) -> dict[int, list[Stretch]]:
    """Stretches by person, in time order; of every employee when `person_ids` is None. Cost: one statement."""
    people = None if person_ids is None else list(person_ids)
    found: dict[int, list[Stretch]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_STRETCHES, {"people": people, "first": first, "last": last})
        for line in cursor.fetchall():
            found[line[0]].append(Stretch(*line))
    return dict(found)


@dataclass(frozen=True, slots=True)
class End:
    """Where a person stood at the end of a span: the last day, under whom, and whether that manager works here."""

    person_id: int
    manager_id: int | None
    unit_id: int
    last: date
    is_led: bool


_ENDS = f"""
    SELECT DISTINCT ON (line.person_id) line.person_id, line.manager_id, line.unit_id, line.last,
           coalesce(boss.is_active, false)
    FROM ({_STRETCHES}) line LEFT JOIN people_person boss ON boss.id = line.manager_id
    ORDER BY line.person_id, line.first DESC
"""


@query
def ends(actor: Actor, first: date, last: date) -> list[End]:
    """The last stretch of everyone in a span, by person. Cost: one statement, one narrow row for each."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDS, {"people": None, "first": first, "last": last})
        return [End(*line) for line in cursor.fetchall()]


@query
def people_on(actor: Actor, unit_id: int, day: date) -> list[int]:
    """Ids of everyone assigned in a unit or below it on a day. Cost: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.person_id FROM people_assignment a
            JOIN people_person p ON p.id = a.person_id
            JOIN people_legalentity e ON e.id = p.entity_id
            JOIN people_orgunit u ON u.id = a.unit_id
            JOIN people_orgunit top ON top.id = %s AND u.place BETWEEN top.place AND top.place_end
            WHERE a.period @> ((%s::date + 1)::timestamp AT TIME ZONE e.time_zone - interval '1 second')
            ORDER BY a.person_id
            """,
            [unit_id, day],
        )
        return [line[0] for line in cursor.fetchall()]
