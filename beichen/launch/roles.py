"""The database roles and who connects as whom. Needs psycopg.

beichen_owner owns and migrates; beichen_web and beichen_worker own nothing and can become nobody else; beichen_mover
never signs in and owns the few functions that move a row's state past row security.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from beichen.launch.environment import DatabaseAddress
from beichen.launch.failures import Stop

Connection = psycopg.Connection[tuple[Any, ...]]

OWNER, WEB, WORKER, MOVER = "beichen_owner", "beichen_web", "beichen_worker", "beichen_mover"
ROLES = (OWNER, WEB, WORKER, MOVER)
LOGINS = {"owner": OWNER, "web": WEB, "worker": WORKER}
SETTINGS = {
    WEB: {"statement_timeout": "5s", "idle_in_transaction_session_timeout": "30s"},
    WORKER: {"idle_in_transaction_session_timeout": "10min"},
}
WORDS: dict[str, LiteralString] = {
    "rolsuper": "NOSUPERUSER",
    "rolcreaterole": "NOCREATEROLE",
    "rolbypassrls": "NOBYPASSRLS",
    "rolreplication": "NOREPLICATION",
    "rolcreatedb": "NOCREATEDB",
}
RIGHTS: tuple[LiteralString, ...] = (
    "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
    "GRANT CONNECT ON DATABASE {database} TO {logins}",
    "GRANT CREATE, TEMPORARY ON DATABASE {database} TO {owner}",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {logins}",
    "GRANT CREATE ON SCHEMA public TO {owner}",
)
UNSAFE = ("fsync", "full_page_writes", "synchronous_commit")
LOCK = 7_226_001


@dataclass(frozen=True)
class Logins:
    """The address of the database for each of our processes."""

    address: DatabaseAddress
    secret: str

    def url(self, role: str) -> str:
        """`role` is owner, web or worker."""
        name = LOGINS[role]
        return url(self.address, name, password_for(name, self.secret) if self.secret else "")


def url(address: DatabaseAddress, user: str, password: str) -> str:
    """The address as one string, safe for any letter in a path or a password."""
    where = {"host": address.host, "port": address.port, **dict(address.options)}
    query = urlencode({key: value for key, value in where.items() if value}, quote_via=quote)
    sign_in = f"{user}:{quote(password, safe='')}" if password else user
    return f"postgresql://{sign_in}@/{quote(address.name, safe='')}?{query}"


def password_for(role: str, secret: str) -> str:
    """Derived, so that nothing but the secret key has to be kept."""
    return hmac.new(secret.encode(), f"beichen database login {role}".encode(), hashlib.sha256).hexdigest()


def ensure(conninfo: str, database: str, secret: str) -> None:
    """Create what is missing and correct what differs; cheap and safe to repeat.

    `conninfo` leads to `database` as a superuser, as its owner with CREATEROLE, or as any login when an administrator
    made the roles: then they are only looked at. With a `secret` the logins get passwords derived from it.
    """
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        wanted = _wanted(connection, database, secret)
        if not _may_make(connection):
            wrong = _differs(connection, database)
            if wrong:
                raise Stop(_by_hand(connection, database, wrong, wanted))
            return
        try:
            for statement in wanted:
                connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege as error:
            connection.rollback()
            raise Stop(_by_hand(connection, database, error.diag.message_primary or "", wanted)) from error


def _by_hand(connection: Connection, database: str, why: str, wanted: Sequence[sql.Composed]) -> str:
    """The sentence for a login that may not, and what an administrator runs once instead."""
    asks = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}")
    login = asks.format(sql.Identifier(database), sql.Identifier(connection.info.user))
    lines = "".join(f"{statement.as_string(connection)};\n" for statement in (*wanted, login))
    return (
        f"The login in BEICHEN_DATABASE_URL may not set up the roles Beichen needs ({why}); give it CREATEROLE and "
        f"make it the owner of the database, or let an administrator run this once in the database {database}:\n\n"
        f"{lines}"
    )


def _may_make(connection: Connection) -> bool:
    row = connection.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])


DIFFERS = """
SELECT name || ' is not there' FROM unnest(%(roles)s::text[]) name WHERE name NOT IN (SELECT rolname FROM pg_roles)
UNION ALL
SELECT rolname || ' holds powers it must not have' FROM pg_roles WHERE rolname = ANY(%(roles)s::text[])
    AND (rolsuper OR rolcreaterole OR rolbypassrls OR rolreplication OR rolcreatedb)
UNION ALL
SELECT r.rolname || ' is a member of another role' FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
    WHERE r.rolname = ANY(%(serving)s::text[])
UNION ALL
SELECT rolname || ' has no time limit of its own' FROM pg_roles r WHERE rolname = ANY(%(serving)s::text[])
    AND NOT EXISTS (SELECT FROM pg_db_role_setting s WHERE s.setrole = r.oid)
UNION ALL
SELECT rolname || ' may not connect' FROM pg_roles WHERE rolname = ANY(%(logins)s::text[])
    AND NOT (rolcanlogin AND has_database_privilege(rolname, %(database)s, 'CONNECT'))
UNION ALL
SELECT rolname || ' may not make tables' FROM pg_roles WHERE rolname = %(owner)s
    AND NOT (has_database_privilege(rolname, %(database)s, 'CREATE')
             AND has_schema_privilege(rolname, 'public', 'CREATE'))
UNION ALL
SELECT %(owner)s::text || ' cannot become ' || %(mover)s WHERE NOT EXISTS (
    SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member
    WHERE g.rolname = %(mover)s AND r.rolname = %(owner)s)
LIMIT 1
"""


def _differs(connection: Connection, database: str) -> str:
    """The first thing about the roles that is not as it must be; empty when all is well. Any login may ask."""
    names = {"roles": list(ROLES), "serving": [WEB, WORKER], "logins": list(LOGINS.values())}
    row = connection.execute(DIFFERS, {**names, "database": database, "owner": OWNER, "mover": MOVER}).fetchone()
    return str(row[0]) if row else ""


def _wanted(connection: Connection, database: str, secret: str) -> list[sql.Composed]:
    """Every statement that brings the roles where they must be; what is right already is left alone."""
    there = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'beichen\\_%'")}
    found: list[sql.Composed] = []
    for name in ROLES:
        if name not in there:
            login = sql.SQL("NOLOGIN" if name == MOVER else "LOGIN")
            inherit = sql.SQL("INHERIT" if name == OWNER else "NOINHERIT")
            found.append(sql.SQL("CREATE ROLE {} {} {}").format(sql.Identifier(name), login, inherit))
        found += _take_away(connection, name)
        if secret and name != MOVER:
            found.append(_password(connection, name, password_for(name, secret)))
    for name, settings in SETTINGS.items():
        text = sql.SQL("ALTER ROLE {} SET {} = {}")
        found += [text.format(sql.Identifier(name), sql.Identifier(k), sql.Literal(v)) for k, v in settings.items()]
    return [*found, _owner_may_become_mover(connection), *_rights(database)]


def _take_away(connection: Connection, name: str) -> Iterator[sql.Composed]:
    """Powers and memberships none of our roles may have, however they came by them."""
    columns = sql.SQL(", ").join(sql.Identifier(column) for column in WORDS)
    row = connection.execute(sql.SQL("SELECT {} FROM pg_roles WHERE rolname = %s").format(columns), [name]).fetchone()
    wrong = [column for column, held in zip(WORDS, row or (), strict=False) if held]
    if wrong:
        words = sql.SQL(" ").join(sql.SQL(WORDS[column]) for column in wrong)
        yield sql.SQL("ALTER ROLE {} {}").format(sql.Identifier(name), words)
    if name in (WEB, WORKER):
        groups = connection.execute(
            "SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid"
            " JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = %s",
            [name],
        ).fetchall()
        for (group,) in groups:
            yield sql.SQL("REVOKE {} FROM {}").format(sql.Identifier(group), sql.Identifier(name))


def _password(connection: Connection, name: str, password: str) -> sql.Composed:
    """As a verifier, so that no log of statements, and no administrator, holds the password."""
    verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    return sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), sql.Literal(verifier))


def _owner_may_become_mover(connection: Connection) -> sql.Composed:
    """So that a migration can hand functions to the mover; from 16 on without its rights in daily work."""
    how = sql.SQL(" WITH INHERIT FALSE, SET TRUE" if connection.info.server_version >= 160000 else "")
    return sql.SQL("GRANT {} TO {}").format(sql.Identifier(MOVER), sql.Identifier(OWNER)) + how


def _rights(database: str) -> Iterator[sql.Composed]:
    name, owner = sql.Identifier(database), sql.Identifier(OWNER)
    logins = sql.SQL(", ").join(sql.Identifier(role) for role in LOGINS.values())
    for text in RIGHTS:
        yield sql.SQL(text).format(database=name, owner=owner, logins=logins)


def make_database(conninfo: str, database: str) -> None:
    """Create the database on the embedded server when it is not there, owned by the owner role once that exists."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if there is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))


def drop_database(conninfo: str, database: str) -> None:
    """Remove a database and whoever is connected to it."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def require_durability(logins: Logins) -> None:
    """Refuse a server, or a setting of a role, that would lose acknowledged work in a power cut."""
    for role in LOGINS:
        with connect(logins, role) as connection:
            rows = connection.execute(
                "SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off'", [list(UNSAFE)]
            ).fetchall()
        if rows:
            names = ", ".join(row[0] for row in rows)
            raise Stop(
                f"The database runs with {names} off, so a power cut would lose work already confirmed; "
                f"switch {names} on (ALTER SYSTEM; also look at ALTER ROLE and ALTER DATABASE) and start again."
            )


def connect(logins: Logins, role: str) -> Connection:
    """A short connection as one of our logins; a refusal becomes one sentence."""
    try:
        return psycopg.connect(logins.url(role), connect_timeout=10)
    except psycopg.OperationalError as error:
        raise Stop(f"The database does not let {LOGINS[role]} in: {str(error).splitlines()[-1].strip()}") from error
