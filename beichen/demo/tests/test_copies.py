"""A large company is made of copies: it holds together, and its people have their own names. Longer half."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection

from beichen.demo.rules import copies, load_demo
from beichen.demo.rules.copies import SHIFT, multiply
from beichen.goals.rules.rollup import recount
from beichen.platform.kit.actor import system
from tests.cast import sign_in

DAY = date(2026, 11, 20)
ACTOR = system("load_demo", "a test")
KEYS = """
    SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, f.attname FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = c.confkey[1]
    WHERE c.contype = 'f' AND cardinality(c.conkey) = 1 AND c.connamespace = 'public'::regnamespace
"""


def rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


UNIQUE = """
    SELECT i.indrelid::regclass::text, array_agg(a.attname::text) FROM pg_index i
    JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = 'public'::regnamespace
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indisunique GROUP BY i.indexrelid, i.indrelid
"""


@pytest.mark.req("BASE-08")
def test_a_copy_of_a_row_never_takes_the_place_of_its_original(db: None, owner_db: Any) -> None:
    """Whatever is unique in a table that is copied holds something that differs from copy to copy."""
    with owner_db():
        tables = copies._tables()
        own = copies._owned(tables)
        columns = {(table, column.name): column for table in own for column in tables[table]}
        alike = {
            (table, *names) for table, names in rows(UNIQUE) if table in own
            and all(copies._value(table, columns[table, name], own) == f't."{name}"' for name in names)
        }  # fmt: skip
    assert alike == set()


@pytest.mark.slow
@pytest.mark.req("BASE-08")
def test_a_company_of_copies_holds_together(db: None, worker_db: Any, owner_db: Any) -> None:
    with worker_db():
        loaded = load_demo(11, DAY, 60)
    with owner_db():
        [(born,)] = rows("SELECT count(*) FROM people_person")
        multiply(2)
        assert rows("SELECT count(*), count(DISTINCT email), count(DISTINCT number) FROM people_person") == [
            (3 * born, 3 * born, 3 * born)
        ]
        nobody_points_nowhere()
        everybody_is_under_one_top(3 * born)
        [(names,)] = rows("SELECT count(DISTINCT name) FROM people_person")
        assert names > 2.5 * born
        assert rows("SELECT count(*) FROM identity_account a JOIN people_person p ON p.id = a.person_id"
                    " WHERE a.email <> p.email OR a.name <> p.name") == [(0,)]  # fmt: skip
    with worker_db():
        assert [recount(ACTOR, cycle_id) for cycle_id in loaded.cycles.values()] == [[]] * 7
    copied = loaded.loaded.persons["C012"] + SHIFT
    page = sign_in(copied).get("/")
    assert page.status_code == 200


def nobody_points_nowhere() -> None:
    """The keys stood aside while it was copied."""
    keys = rows(KEYS)
    assert len(keys) > 100
    for table, column, target, named in keys:
        lost = rows(f'SELECT count(*) FROM {table} t WHERE "{column}" IS NOT NULL'
                    f' AND NOT EXISTS (SELECT 1 FROM {target} o WHERE o."{named}" = t."{column}")')  # fmt: skip
        assert lost == [(0,)], (table, column)


def everybody_is_under_one_top(people: int) -> None:
    [(tops,)] = rows("SELECT count(*) FROM people_orgunit WHERE parent_id IS NULL")
    [(bosses,)] = rows("SELECT count(*) FROM people_person WHERE manager_id IS NULL AND is_active")
    assert (tops, bosses) == (1, 1), people
