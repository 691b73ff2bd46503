"""Who worked where, for how many days, with which target bonus: the inputs of a bonus."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor


@dataclass(frozen=True, slots=True)
class TargetStretch:
    """Days of one person in one unit with one target bonus; `target` None where none was valid (or visible, 12a)."""

    person_id: int
    number: str
    entity: str
    place: int
    unit_id: int
    first: date
    last: date
    days: int
    fte_percent: int
    target: int | None
    currency: str


# Days are those of the person's legal entity. A target bonus that changed cuts a stretch in two.
TARGET_STRETCHES = """
    SELECT cut.person_id, number, code, place, unit_id,
           greatest(first, lower(t.valid)), least(last, upper(t.valid) - 1),
           least(last, upper(t.valid) - 1) - greatest(first, lower(t.valid)) + 1, fte_percent, t.amount,
           coalesce(t.currency, cut.currency)
    FROM (
        SELECT a.person_id, p.number, e.code, p.place, a.unit_id, a.fte_percent, e.currency,
               greatest((lower(a.period) AT TIME ZONE e.time_zone)::date, %(first)s) AS first,
               least(coalesce((upper(a.period) AT TIME ZONE e.time_zone)::date - 1, %(last)s), %(last)s) AS last
        FROM people_assignment a
        JOIN people_person p ON p.id = a.person_id AND p.kind = 'employee'
        JOIN people_legalentity e ON e.id = p.entity_id
        JOIN people_orgunit u ON u.id = a.unit_id
        JOIN people_orgunit top ON top.id = %(scope)s AND u.place BETWEEN top.place AND top.place_end
        WHERE a.period && tstzrange(%(first)s::timestamp AT TIME ZONE e.time_zone,
                                    (%(last)s::date + 1)::timestamp AT TIME ZONE e.time_zone)
    ) cut
    LEFT JOIN people_targetbonus t ON t.person_id = cut.person_id AND t.valid && daterange(first, last, '[]')
    WHERE first <= last
"""
"""The columns of TargetStretch, in its order; takes scope, first, last. For statements over a whole company."""


@query
def target_stretches(actor: Actor, scope_id: int, first: date, last: date) -> list[TargetStretch]:
    """Everyone of a part of the company in a span of days, by number and day. Cost: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'{TARGET_STRETCHES} ORDER BY number COLLATE "C", code, 6',
            {"scope": scope_id, "first": first, "last": last},
        )
        return [TargetStretch(*line) for line in cursor.fetchall()]
