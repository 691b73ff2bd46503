"""What the doors and the database really answer, held against the table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db import connection

from beichen.platform.access.current import acting
from tests.access import oracle, table
from tests.access.worlds import Planted, World

Wrong = list[str]


def seen_by(world: World, viewer: str, where: str, expression: str) -> set[str]:
    """What one person gets from a whole table by raw SQL as the web login."""
    with acting(world.golden.actor(viewer)), connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression} FROM {where} t")
        return {str(row[0]) for row in cursor.fetchall()}


def by_table(planted: Iterable[Planted]) -> Mapping[tuple[str, str], list[Planted]]:
    found: dict[tuple[str, str], list[Planted]] = defaultdict(list)
    for one in planted:
        found[one.table, one.expression].append(one)
    return found


def sql_matrix(world: World, viewers: Iterable[str], rows: Mapping[str, table.Row] | None = None) -> Wrong:
    """Every planted row × every viewer by raw SQL; returns the decisions that differ from the table."""
    rows, wrong = rows or table.read(), []
    for (where, expression), planted in by_table(world.planted).items():
        for viewer in viewers:
            got = seen_by(world, viewer, where, expression)
            for one in planted:
                want = one.expected(viewer, rows[one.row])
                if (one.canary in got) != want:
                    stands = sorted(oracle.columns(viewer, one.subject, rows[one.row]))
                    wrong.append(
                        f"{one.row} {one.part} of {one.subject} in {where}: {viewer} ({','.join(stands)}) "
                        f"should{'' if want else ' not'} see it"
                    )
    return wrong
