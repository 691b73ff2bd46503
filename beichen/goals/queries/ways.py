"""Ways through the alignments: down from a priority, and up from goals."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from beichen.goals.models import Goal

SERVING = """
    WITH RECURSIVE seen(id, priority_id) AS MATERIALIZED ({seen}), serving(id) AS (
        SELECT id FROM seen WHERE priority_id = %s
        UNION
        SELECT a.child_id FROM goals_alignment a JOIN serving ON a.parent_id = serving.id
        JOIN seen ON seen.id = a.child_id WHERE a.state = 'accepted'
    ) SELECT id FROM serving
"""
WAY_UP = """
    WITH RECURSIVE way(child, parent, counts, at) AS (
        SELECT child_id, parent_id, is_rollup, id FROM goals_alignment WHERE child_id = ANY(%s) AND state = 'accepted'
        UNION
        SELECT a.child_id, a.parent_id, a.is_rollup, a.id FROM goals_alignment a JOIN way ON a.child_id = way.parent
        WHERE a.state = 'accepted'
    )
    SELECT way.child, way.parent, way.counts FROM way
    JOIN goals_goal g ON g.id = way.parent AND g.cycle_id = ANY(%s) AND NOT g.is_dropped
    JOIN goals_goal c ON c.id = way.child ORDER BY c.owner_place, way.child
"""


def serving(priority_id: int, seen: QuerySet[Goal]) -> RawSQL:
    """The ids of goals that name a priority and of all aligned below them, for a filter; the way leads over `seen`."""
    statement, given = seen.order_by().values_list("pk", "priority_id").query.sql_with_params()
    return RawSQL(SERVING.format(seen=statement), [*given, priority_id])


def way_up(ids: Sequence[int], cycles: Sequence[int]) -> list[tuple[int, int, bool]]:
    """Every alignment on the way up from these: child, parent, whether it counts. Cost: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(WAY_UP, [list(ids), list(cycles)])
        found: list[tuple[int, int, bool]] = cursor.fetchall()
        return found
