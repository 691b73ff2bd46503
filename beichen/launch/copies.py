"""What a backup file holds and how it is known to be whole. Needs psycopg.

One file in the age format (https://age-encryption.org/v1), readable by nobody without the recovery key; inside, a tar
archive: `manifest.json` first, the keys beside the data, `database.dump` last.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from psycopg import sql
from psycopg.conninfo import make_conninfo

from beichen.launch.environment import DatabaseAddress, Environment
from beichen.launch.failures import Stop
from beichen.launch.roles import Connection

FORMAT = 1
MANIFEST, DUMP = "manifest.json", "database.dump"
RECIPIENT = "backup_recipient"
KEYS = ("secret_key", "audit_key", "anchors.log", RECIPIENT)
PLAIN = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET row_security = off"
TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 1, 2
"""
# A sum over rows, so that their order does not count: 60 bits of each row's md5, and how many there are.
PRINT = """
SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)::text FROM {} t
"""


@dataclass(frozen=True)
class Manifest:
    """What the copy was made of; `tables` gives rows and fingerprint by name."""

    format: int
    made_at: str
    beichen: str
    postgresql: int
    tables: dict[str, tuple[int, str]]

    @property
    def rows(self) -> int:
        return sum(count for count, _ in self.tables.values())

    def text(self) -> bytes:
        """As it lies in the archive."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False).encode()


def read_manifest(text: bytes) -> Manifest:
    """Raises Stop for a file made by a later version."""
    held = json.loads(text)
    if held["format"] > FORMAT:
        raise Stop(f"This backup was made by Beichen {held['beichen']}; restore it with that version or a later one.")
    tables = {name: (int(count), str(value)) for name, (count, value) in held["tables"].items()}
    return Manifest(held["format"], held["made_at"], held["beichen"], held["postgresql"], tables)


def fingerprints(connection: Connection) -> dict[str, tuple[int, str]]:
    """Number of rows and fingerprint of every table, in the connection's snapshot. Cost: reads every row once."""
    connection.execute(PLAIN)
    found = {}
    for schema, table in connection.execute(TABLES).fetchall():
        name = sql.Identifier(schema, table)
        row = connection.execute(sql.SQL(PRINT).format(name)).fetchone()
        if row:
            found[f"{schema}.{table}"] = (int(row[0]), str(row[1]))
    return found


def difference(wanted: Mapping[str, tuple[int, str]], found: Mapping[str, tuple[int, str]]) -> str:
    """The first table that is not as it was, in words; empty when all are."""
    for name in sorted({*wanted, *found}):
        before, now = wanted.get(name), found.get(name)
        if before != now:
            was, is_ = (f"{held[0]} rows" if held else "absent" for held in (before, now))
            return f"{name} ({was} in the backup, {is_} now)" if was != is_ else f"{name} (its content differs)"
    return ""


def whole_view(env: Environment, conninfo_of_cluster: str) -> tuple[str, dict[str, str]]:
    """How to reach the whole database, past row security: a conninfo without password, and libpq's variables."""
    if env.database is None:
        return conninfo_of_cluster, dict(os.environ)
    given: DatabaseAddress = env.database
    if not given.user:
        raise Stop("Name a login that sees past row security in BEICHEN_DATABASE_URL for this command.")
    values = {"host": given.host, "port": given.port, "user": given.user, "dbname": given.name, **dict(given.options)}
    variables = {**os.environ, **({"PGPASSWORD": given.password} if given.password else {})}
    return make_conninfo("", **{key: value for key, value in values.items() if value}), variables


def require_whole_view(connection: Connection) -> None:
    """Row security is forced: only a login above it reads or writes everything."""
    row = connection.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone()
    if not row or not row[0]:
        raise Stop(
            "A backup reads every row, which row security refuses the login in BEICHEN_DATABASE_URL; "
            "name a superuser, or one with BYPASSRLS, for this command."
        )
