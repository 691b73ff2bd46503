"""Lock two: the row filters of C4 and C5 tables, compiled into PostgreSQL row security.

Each area with such tables lists `LOCKS` in its `access.py`; `manage migrate` applies them all. The same `Q`
serves the queries (lock one), so there is one definition. Jobs pass by `JOB_GRANTS`, table by table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig, apps
from django.db import connection, transaction
from django.db.models import Model, Q
from psycopg import ClientCursor, sql

from beichen.platform.access.filters import written
from beichen.platform.access.relations import JobMay

ROLES = ("beichen_web", "beichen_worker")
OWNER = "beichen_owner"
MIGRATING = "beichen.migrating"
"""A setting of the session that migrates: row security holds for the owner too, and hides every row but from then."""
FULL = "SELECT, INSERT, UPDATE, DELETE"
SHUT = """
    SELECT c.relname FROM pg_class c
    WHERE c.relforcerowsecurity AND c.relnamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'beichen_migrate')
"""
"""Locked tables whose rows a migration does not see."""


@dataclass(frozen=True)
class Lock:
    """Who may do what with the rows of one table; a command without a filter is open to no person.

    `update` says which rows, `becomes` what they may be afterwards: the same, unless the act moves a state.
    """

    model: str
    select: Q
    insert: Q | None = None
    update: Q | None = None
    becomes: Q | None = None
    delete: Q | None = None


@dataclass(frozen=True)
class StateGuard:
    """The edges a state may take (`access.md` 1.10); a trigger refuses any other, whoever writes."""

    model: str
    edges: frozenset[tuple[str, str]]
    column: str = "state"


@dataclass(frozen=True)
class JobGrant:
    """A job that acts for nobody may touch this table; `commands` of r (read) and w (write)."""

    job: str
    model: str
    commands: str
    reason: str


def access_modules() -> Iterator[tuple[AppConfig, Any]]:
    """The `access` module of every installed area that has one."""
    for config in apps.get_app_configs():
        if config.name.startswith("beichen.") and find_spec(f"{config.name}.access"):
            yield config, import_module(f"{config.name}.access")


def all_locks() -> list[Lock]:
    """Every declared lock, in the order of the apps."""
    return [lock for _, module in access_modules() for lock in getattr(module, "LOCKS", ())]


def all_job_grants() -> list[JobGrant]:
    """Every table a job may touch, with the reason."""
    return [grant for _, module in access_modules() for grant in getattr(module, "JOB_GRANTS", ())]


def all_guards() -> list[StateGuard]:
    """Every declared state graph."""
    return [guard for _, module in access_modules() for guard in getattr(module, "GUARDS", ())]


def compiled(model: type[Model], condition: Q) -> str:
    """The SQL of a filter over one table, its parameters inlined."""
    where, params = written(model, condition)
    connection.ensure_connection()
    raw = connection.connection
    return str(ClientCursor(raw).mogrify(where, params)) if params else where.replace("%%", "%")


def _policies(lock: Lock) -> Iterator[sql.Composed]:
    model = apps.get_model(lock.model)
    table = sql.Identifier(model._meta.db_table)
    may_read, may_write = Q(JobMay(lock.model, "r")), Q(JobMay(lock.model, "w"))
    filters = {
        "SELECT": lock.select | may_read,
        "INSERT": may_write if lock.insert is None else lock.insert | may_write,
        "UPDATE": may_write if lock.update is None else lock.update | may_write,
        "DELETE": may_write if lock.delete is None else lock.delete | may_write,
    }
    afterwards = {**filters, "UPDATE": filters["UPDATE"] if lock.becomes is None else lock.becomes | may_write}
    for command, condition in filters.items():
        text, then = (sql.SQL(compiled(model, each)) for each in (condition, afterwards[command]))
        using = sql.SQL("") if command == "INSERT" else sql.SQL(" USING ({})").format(text)
        check = sql.SQL(" WITH CHECK ({})").format(then) if command in ("INSERT", "UPDATE") else sql.SQL("")
        yield sql.SQL("CREATE POLICY {} ON {} FOR {} TO beichen_web, beichen_worker{}{}").format(
            sql.Identifier(f"beichen_{command.lower()}"), table, sql.SQL(command), using, check
        )


def _lock_table(lock: Lock) -> Iterator[sql.Composed]:
    table = sql.Identifier(apps.get_model(lock.model)._meta.db_table)
    yield sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(table)
    yield sql.SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(table)
    for command in ("select", "insert", "update", "delete"):
        yield sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(sql.Identifier(f"beichen_{command}"), table)
    yield from _opened(table)
    yield from _policies(lock)


def _opened(table: sql.Identifier) -> Iterator[sql.Composed]:
    """A migration that moves data finds them; a function of the owner that another login calls finds nothing more."""
    yield sql.SQL("DROP POLICY IF EXISTS beichen_migrate ON {}").format(table)
    yield sql.SQL(
        "CREATE POLICY beichen_migrate ON {} TO {}"
        " USING ((SELECT session_user = {} AND current_setting({}, true) = 'on'))"
    ).format(table, sql.Identifier(OWNER), sql.Literal(OWNER), sql.Literal(MIGRATING))


def open_to_migrations() -> None:
    """Open the locked tables of an installation from before to its migrations. Cost: one statement when they are."""
    with connection.cursor() as cursor:
        cursor.execute(SHUT)
        shut = [name for (name,) in cursor.fetchall()]
    for name in shut:
        _execute(_opened(sql.Identifier(name)))


def _grants() -> Iterator[sql.Composed]:
    """Table rights of the two logins: full by default, as an app's `GRANTS` says otherwise."""
    roles = sql.SQL(", ").join(map(sql.Identifier, ROLES))
    yield sql.SQL("GRANT USAGE ON SCHEMA public, access, kit TO {}").format(roles)
    yield sql.SQL("GRANT {} ON ALL TABLES IN SCHEMA public TO {}").format(sql.SQL(FULL), roles)
    yield sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(roles)
    yield sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public, access, kit TO {}").format(roles)
    yield sql.SQL("REVOKE ALL ON TABLE django_migrations FROM {}").format(roles)
    yield sql.SQL("GRANT SELECT ON TABLE django_migrations TO {}").format(roles)
    for table, role, rights in _own_grants():
        names = sql.Identifier(table), sql.Identifier(f"beichen_{role}")
        yield sql.SQL("REVOKE ALL ON TABLE {} FROM {}").format(*names)
        if rights:
            yield sql.SQL("GRANT {} ON TABLE {} TO {}").format(sql.SQL(rights), *names)


def _own_grants() -> Iterator[tuple[str, str, str]]:
    for config in apps.get_app_configs():
        module = import_module(f"{config.name}.apps") if find_spec(f"{config.name}.apps") else None
        declared: dict[str, dict[str, str]] = getattr(module, "GRANTS", {})
        for table, rights in declared.items():
            yield from ((table, role, rights[role]) for role in rights)


def _guard_table(guard: StateGuard) -> Iterator[sql.Composed]:
    table, column = sql.Identifier(apps.get_model(guard.model)._meta.db_table), sql.Identifier(guard.column)
    yield sql.SQL("DROP TRIGGER IF EXISTS beichen_guard_state ON {}").format(table)
    yield sql.SQL(
        "CREATE TRIGGER beichen_guard_state BEFORE UPDATE OF {} ON {} FOR EACH ROW"
        " WHEN (OLD.{} IS DISTINCT FROM NEW.{}) EXECUTE FUNCTION access.guard_state({}, {})"
    ).format(
        column, table, column, column, sql.Literal(guard.column),
        sql.Literal(",".join(sorted(f"{a}>{b}" for a, b in guard.edges))),
    )  # fmt: skip


def _write_job_grants(cursor: Any) -> None:
    cursor.execute("DELETE FROM access.job_grant")  # not TRUNCATE: every read of a locked table looks here
    cursor.executemany(
        "INSERT INTO access.job_grant (job, model, command, reason) VALUES (%s, %s, %s, %s)",
        [(g.job, g.model, command, g.reason) for g in all_job_grants() for command in g.commands],
    )


def apply() -> int:
    """Write every lock and grant into the database; returns how many tables are locked. Run by `migrate`.

    A transaction for each table: whoever reads one waits for that table alone.
    """
    locks = all_locks()
    for lock in locks:
        _execute(_lock_table(lock))
    for guard in all_guards():
        _execute(_guard_table(guard))
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _grants():
            cursor.execute(statement)
        _write_job_grants(cursor)
    return len(locks)


def _execute(statements: Iterator[sql.Composed]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
