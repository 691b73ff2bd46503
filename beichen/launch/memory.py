"""What the launcher remembers inside the database itself, so that a restored copy carries it along. Needs psycopg."""

from __future__ import annotations

from beichen.launch.roles import Connection

MAKE = """
CREATE SCHEMA IF NOT EXISTS launch;
CREATE TABLE IF NOT EXISTS launch.memory (name text PRIMARY KEY, value text NOT NULL, at timestamptz NOT NULL);
"""
WRITE = """
INSERT INTO launch.memory (name, value, at) VALUES (%s, %s, now())
ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value, at = EXCLUDED.at
"""


def recall(connection: Connection, name: str) -> str:
    """The remembered value, or an empty string; one query, two when there is something."""
    known = connection.execute("SELECT to_regclass('launch.memory')").fetchone()
    if not known or known[0] is None:
        return ""
    row = connection.execute("SELECT value FROM launch.memory WHERE name = %s", [name]).fetchone()
    return str(row[0]) if row else ""


def remember(connection: Connection, name: str, value: str) -> None:
    """Write it down in the current transaction."""
    connection.execute(MAKE)
    connection.execute(WRITE, [name, value])


def has_rows(connection: Connection, *tables: str) -> bool:
    """Whether any of these tables exists and holds a row."""
    for table in tables:
        known = connection.execute("SELECT to_regclass(%s)", [table]).fetchone()
        if not known or known[0] is None:
            continue
        found = connection.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")').fetchone()
        if found and found[0]:
            return True
    return False
