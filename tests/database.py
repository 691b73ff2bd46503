"""The test database: made by its owner, used as the web login, so that row security is in force in every test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.backends.signals import connection_created
from django.test import TransactionTestCase
from django.utils import translation

PRODUCT = Path(__file__).parents[1] / "beichen"
_role: list[str] = []


def _become(role: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION {role}" if role else "RESET SESSION AUTHORIZATION")


def _on_connection(**_: Any) -> None:
    if _role and _role[-1]:
        _become(_role[-1])


@contextmanager
def login(role: str | None) -> Iterator[None]:
    """Go on as another database login: "beichen_web", "beichen_worker", or None for the owner."""
    before = _role[-1] if _role else None
    _become(role)
    _role.append(role or "")
    try:
        yield
    finally:
        _role.pop()
        if not connection.needs_rollback:
            _become(before or None)


@contextmanager
def past_the_guards() -> Iterator[None]:
    """Set the stage: rows stand in a state as if they had walked there. The owner alone can pass the guards by."""
    with login(None), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("RESET session_replication_role")


def put_in_phase(phase: str, cycle_id: int | None = None) -> None:
    """Cycles stand in a phase as if they had walked there."""
    with past_the_guards(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_cycle SET phase = %s WHERE %s::bigint IS NULL OR id = %s", [phase, cycle_id, cycle_id]
        )


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any) -> None:
    """Roles belong to the server, not to the database: make them before the first migration. Then migrate once.

    The test database of each process, and of each run on this server, is a copy of the one migrated.
    """
    name = f"whole_{_version()}"
    with _server() as server:
        for role in ("beichen_web", "beichen_worker"):
            if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                server.execute(f"CREATE ROLE {role} LOGIN NOINHERIT NOBYPASSRLS")
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(f"CREATE DATABASE {name}_begun")
            with django_db_blocker.unblock():
                _migrate(f"{name}_begun")
            server.execute(f"ALTER DATABASE {name}_begun RENAME TO {name}")
    connection.settings_dict["TEST"]["TEMPLATE"] = name


@contextmanager
def _server() -> Iterator[Any]:
    """The server as its superuser; one process at a time."""
    import psycopg

    address = settings.DATABASES["default"]
    with psycopg.connect(
        host=address["HOST"], user=address["USER"], password=address["PASSWORD"] or None, dbname="postgres",
        port=address["PORT"] or None, autocommit=True,
    ) as server:  # fmt: skip
        server.execute("SELECT pg_advisory_lock(20180416)")
        yield server


def _version() -> str:
    """Names the schema: it changes with every file that is run to make it."""
    files = sorted(path for what in ("migrations/*.py", "sql/*.sql", "policy.csv") for path in PRODUCT.rglob(what))
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def _migrate(name: str) -> None:
    address = connection.settings_dict
    connection.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(address, "NAME", name)
        call_command("migrate", verbosity=0)
        connection.close()


EMPTY = """
SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') FROM pg_tables
WHERE schemaname = 'public' AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
"""


def _empty(_case: TransactionTestCase) -> None:
    """After a test with real commits: empty every table, also those Django does not manage (the queue, branches)."""
    with connection.cursor() as cursor:
        cursor.execute(EMPTY)
        cursor.execute(f"TRUNCATE {cursor.fetchone()[0]} RESTART IDENTITY CASCADE")


@pytest.fixture(scope="session", autouse=True)
def _empty_every_table() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _empty)
        # Else only tests with Django's own marks get a test database, and `committed` would write into the real one.
        patch.setattr("pytest_django.fixtures._get_databases_for_setup", lambda items: ({"default"}, set()))
        yield


@pytest.fixture(autouse=True)
def _in_the_products_language() -> None:
    """A test that speaks another language leaves nothing of it behind."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _as_web_login(request: pytest.FixtureRequest) -> Iterator[None]:
    marker = request.node.get_closest_marker("django_db")
    wants = {"db", "transactional_db", "live_server"} & set(request.fixturenames)
    if marker is None and not wants:
        yield
        return
    transactional = bool(wants - {"db"}) or bool(marker and marker.kwargs.get("transaction"))
    request.getfixturevalue("transactional_db" if transactional else "db")
    connection_created.connect(_on_connection)
    _role.append("beichen_web")
    _become("beichen_web")
    yield
    _role.clear()
    connection_created.disconnect(_on_connection)
    if connection.needs_rollback:
        connection.set_rollback(False)
        connection.connection.rollback()
    _become(None)


@pytest.fixture
def owner_db() -> Any:
    """`with owner_db():` goes on as the owner of the tables, for direct set-up and tampering."""
    return lambda: login(None)


@pytest.fixture
def worker_db() -> Any:
    """`with worker_db():` goes on as the worker's login, whose jobs hold grants."""
    return lambda: login("beichen_worker")


@pytest.fixture(scope="module")
def committed(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database for a whole module: what its tests do is committed, seen by later ones, and wiped at its end."""
    with django_db_blocker.unblock():
        assert connection.settings_dict["NAME"].startswith("test_")
        connection_created.connect(_on_connection)
        _role.append("beichen_web")
        _become("beichen_web")
        yield
        _role.clear()
        connection_created.disconnect(_on_connection)
        _become(None)
        _empty(TransactionTestCase())
        connection.close()
