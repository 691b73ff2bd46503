"""A large company out of the demo: every row that belongs to a person or unit is copied, set-based, under the same top.

Run as the superuser of an embedded database: triggers, foreign keys and row security stand aside while it copies, so
10,000 people take about a minute. A copy is shifted as a whole (ids, places, codes), so it is as consistent as the
original, with people of other names; its head reports to the original's head and its goals of the company serve those
of the original.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction

from beichen.demo.formulas.chance import stream
from beichen.demo.formulas.names import Addresses, names
from beichen.people.rules import places
from beichen.platform.kit.names import pinyin_key

SHIFT = 10_000_000
"""Between the ids of two copies; places are shifted by as much."""

ROOTS = frozenset({"people_person", "people_orgunit"})
SHARED = frozenset(
    {"people_branch", "people_conflict", "people_cycle", "people_process", "people_processstep", "people_roleposition",
     "people_roleprofile", "people_seat", "reviews_calibrationsession", "reviews_reviewplan", "reward_bonusplan",
     "reward_scenario"}
)  # fmt: skip
SHARED_AREAS = ("strategy_", "metrics_", "forms_")
ADMITTING = ("account_", "mfa_", "usersessions_", "identity_onetimecode", "identity_personaltoken")
"""What lets somebody in is for one person: never copied."""
MARKED = {
    ("people_person", "number"), ("people_person", "email"), ("people_orgunit", "code"), ("identity_account", "email"),
    ("goals_goal", "key"), ("people_project", "code"),
}  # fmt: skip
OWNERS = {"identity_account": ("people_person",)}
"""Tables that name a person without a foreign key."""

COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, NULL), coalesce(f.confrelid::regclass::text, '')
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    LEFT JOIN pg_constraint f ON f.conrelid = c.oid AND f.contype = 'f' AND f.conkey = ARRAY[a.attnum]
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    ORDER BY c.relname, a.attnum
"""


HOLDERS = "SELECT manager_id FROM people_person WHERE manager_id IS NOT NULL UNION SELECT person_id FROM people_seat"
NUMBERED = """
    SELECT table_name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'id' AND is_identity = 'YES' AND table_name = ANY (%s)
"""
GO_ON = "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 1) FROM {table}))"


@dataclass(frozen=True, slots=True)
class Column:
    """A column and the table it points to, if any."""

    name: str
    kind: str
    target: str


def multiply(copies: int) -> None:
    """Add so many copies of everybody. Cost: one statement per table, and the branches anew."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        tables = _tables()
        own = _owned(tables)
        for table in sorted(own):
            cursor.execute(_copy(table, tables[table], own), {"copies": copies})
        _hang(copies)
        _name(copies)
        _advance(own)
        cursor.execute(HOLDERS)
        places.rebuild_branches(row[0] for row in cursor.fetchall())
        cursor.execute("ANALYZE")


def _tables() -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for table, name, kind, target in cursor.fetchall():
            found[table].append(Column(name, kind, target))
    return found


def _owned(tables: dict[str, list[Column]]) -> set[str]:
    """The tables whose rows belong to somebody: a chain of foreign keys leads to a person or unit."""
    own = set(ROOTS)
    while True:
        more = {table for table, columns in tables.items() if _points_into(table, columns, own)}
        if more <= own:
            return own
        own |= more


def _points_into(table: str, columns: Iterable[Column], own: set[str]) -> bool:
    if table in SHARED or table.startswith((*SHARED_AREAS, *ADMITTING)):
        return False
    return table in OWNERS or any(column.target in own for column in columns)


def _copy(table: str, columns: list[Column], own: set[str]) -> str:
    names = ", ".join(f'"{column.name}"' for column in columns)
    values = ", ".join(_value(table, column, own) for column in columns)
    return f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" t, generate_series(1, %(copies)s) AS n'


def _value(table: str, column: Column, own: set[str]) -> str:
    """The column in copy n: shifted where it names something that is copied along."""
    name = f't."{column.name}"'
    if (table, column.name) in MARKED:
        return f"CASE WHEN {name} = '' THEN {name} ELSE n || '-' || {name} END"
    if column.target and column.target not in own:
        return name
    if column.kind == "uuid":
        return f"md5({name}::text || n)::uuid"
    if column.kind == "bigint" and (column.name == "id" or column.name.endswith(("_id", "place", "place_end"))):
        return f"{name} + n * {SHIFT}"
    if column.kind == "bigint[]":
        return f"(SELECT array_agg(one + n * {SHIFT}) FROM unnest({name}) AS one)"
    return name


HANG = f"""
    CREATE TEMP TABLE top ON COMMIT DROP AS SELECT u.id, u.head_id, u.place_end FROM people_orgunit u
        WHERE u.parent_id IS NULL AND u.id < {SHIFT};
    UPDATE people_orgunit SET depth = depth + 1 WHERE id > {SHIFT};
    UPDATE people_orgunit u SET parent_id = top.id, name = u.name || '·' || u.id / {SHIFT} || ' 区',
        name_en = u.name_en || ' · Region ' || u.id / {SHIFT}
        FROM top WHERE u.id > {SHIFT} AND u.parent_id IS NULL;
    UPDATE people_orgunit u SET place_end = (SELECT max(place_end) FROM people_orgunit) FROM top WHERE u.id = top.id;
    UPDATE people_person p SET manager_id = top.head_id FROM top WHERE p.id > {SHIFT} AND p.manager_id IS NULL;
    UPDATE people_assignment a SET manager_id = top.head_id FROM top WHERE a.id > {SHIFT} AND a.manager_id IS NULL;
    INSERT INTO goals_alignment (is_rollup, weight, state, comment, version, proposed_by_id, child_id, parent_id)
        SELECT false, 0, 'accepted', '', 1, g.owner_id, g.id, g.id % {SHIFT}
        FROM goals_goal g, top WHERE g.id > {SHIFT} AND g.unit_id % {SHIFT} = top.id;
"""
"""The copies hang under the original: units, line, goals (as contributors, so that no progress has to be counted)."""


def _hang(copies: int) -> None:
    if copies:
        with connection.cursor() as cursor:
            for statement in filter(str.strip, HANG.split(";")):
                cursor.execute(statement)


BORN = "SELECT id, split_part(email, '@', 1), split_part(email, '@', 2) FROM people_person WHERE id < %s ORDER BY id"
NAMED = """
    UPDATE people_person p SET name = new.name, name_en = new.name_en, email = new.email, sort_key = new.sort_key
        FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
            AS new(id, name, name_en, email, sort_key) WHERE p.id = new.id;
"""
SIGNED = f"""
    UPDATE identity_account a SET name = p.name, email = p.email
        FROM people_person p WHERE p.id = a.person_id AND p.id > {SHIFT}
"""


def _name(copies: int) -> None:
    """Nobody in a copy is called like the original; whoever shares an address with others gets a number behind it."""
    with connection.cursor() as cursor:
        cursor.execute(BORN, [SHIFT])
        born = cursor.fetchall()
        addresses = Addresses(address for _, address, _ in born)
        for copy in range(1, copies + 1):
            named, rows = names(stream(copy, "copy"), set()), []
            for pk, _, domain in born:
                new = next(named)
                address = f"{addresses.give(new.address)}@{domain}"
                rows.append((pk + copy * SHIFT, new.name, new.name_en, address, pinyin_key(new.name)))
            cursor.execute(NAMED, [list(column) for column in zip(*rows, strict=True)])
        cursor.execute(SIGNED)


def _advance(own: set[str]) -> None:
    """Sequences go on behind the copies."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERED, [sorted(own)])
        for (table,) in cursor.fetchall():
            cursor.execute(GO_ON.format(table=table))
