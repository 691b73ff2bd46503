"""Whether this process can do its work: asked by load balancers, answered in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from beichen.platform.kit import clock

OK = "ok"
SILENCE = dt.timedelta(minutes=1)
_migrated: list[bool] = []


def checks() -> dict[str, str]:
    """The state of the database, the migrations and the worker. Cost: three statements at most, one wait at most."""
    database = _asked(_database)
    if database != OK:
        return dict.fromkeys(("database", "migrations", "worker"), database)
    return {"database": database, "migrations": _asked(_migrations), "worker": _asked(_worker)}


def _asked(check: Callable[[], str]) -> str:
    try:
        return check()
    except DatabaseError:
        return "unreachable"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


def _migrations() -> str:
    """Migrations never un-apply under a running process, so a good answer is kept."""
    if not _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "pending"
        _migrated.append(True)
    return OK


def _worker() -> str:
    """The worker beats every two seconds; silence means that jobs wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(at) FROM events_heartbeat WHERE process LIKE %s", ["worker:%"])
        row = cursor.fetchone()
    beat = row[0] if row else None
    return OK if beat is not None and clock.now() - beat < SILENCE else "silent"
