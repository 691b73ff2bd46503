"""What is killed: a company run by `up`, and one web process on the database of the tests."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from beichen.launch import environment, serve
from beichen.launch.environment import CHECKOUT
from beichen.platform.auth import queries, rules
from tests.cast import WORKBOOK, load_golden
from tests.database import put_in_phase
from tests.faults.journal import Ask, ask
from tests.launch.conftest import given_server
from tests.launch.running import Running, founded, free_port

__all__ = ["given_server"]
EMPLOYEE = "he.yutong@example.com"
OPEN = "UPDATE people_cycle SET phase = 'C02' RETURNING id"


@pytest.fixture(scope="session")
def company() -> Iterator[Running]:
    """A company with the people of the golden one, whose cycle is open for goals."""
    with founded() as one:
        brought = one.run("import", str(WORKBOOK))
        assert brought.returncode == 0, brought.stderr
        yield one


@pytest.fixture(scope="session")
def pen(company: Running) -> Ask:
    """An employee of it with a token."""
    return pen_of(company)


def pen_of(company: Running) -> Ask:
    """Open the cycle, as if it had walked there, and make the token."""
    with company.superuser() as database:
        database.execute("SET session_replication_role = replica")
        row = database.execute(OPEN).fetchone()
    assert row
    token = company.run("token", EMPLOYEE, "--scopes", "read:c3,write:goals").stdout.strip()
    assert token
    return Ask(company.port, token, row[0])


@pytest.fixture
def well(company: Running) -> Iterator[Running]:
    """The company when everything runs, before and after."""
    company.until(company.ready, 90)
    yield company
    company.until(company.ready, 90)


@dataclass
class Web:
    """One web process on the database of the tests, with the golden company in it."""

    process: subprocess.Popen[bytes]
    pen: Ask

    def alive(self) -> bool:
        return self.process.poll() is None

    def children(self) -> list[int]:
        """The processes that answer; their parent starts another when one dies."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii").split()
        served = [int(pid) for pid in found if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()]
        assert served
        return served

    def superuser(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection past every right."""
        address = connection.settings_dict
        return psycopg.connect(host=address["HOST"], user=address["USER"], dbname=address["NAME"], autocommit=True)


@pytest.fixture(scope="module")
def web(committed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """Started once for a module, whose tests find what those before them wrote."""
    golden, port, folder = load_golden(), free_port(), tmp_path_factory.mktemp("web")
    put_in_phase("C02")
    actor = rules.actor_of(queries.account_by_email(EMPLOYEE))
    _, token = rules.create_token(actor, "a test", ["read:c3", "read:c4", "write:goals"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM people_cycle")
        cycle_id = cursor.fetchone()[0]
    assert golden.people
    url = f"postgresql://beichen_web@/{connection.settings_dict['NAME']}?host={settings.DATABASES['default']['HOST']}"
    env = {**os.environ, "BEICHEN_DATABASE_URL": url, "BEICHEN_DB_ROLE": "web", "BEICHEN_DATA_DIR": str(folder)}
    command = serve.web_command(replace(environment.read(), host="127.0.0.1", port=port))
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(command, env=env, cwd=CHECKOUT, stdout=log, stderr=log)
    one = Web(process, Ask(port, token, cycle_id))
    try:
        while ask(port, "GET", "/healthz").status != 200:
            assert one.alive(), (folder / "web.log").read_text(encoding="utf-8")
        yield one
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def all_of(database: psycopg.Connection[Any], before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[None]:
    """Statements before and after, whatever happens between."""
    for statement in before:
        database.execute(statement.encode())
    try:
        yield
    finally:
        for statement in after:
            database.execute(statement.encode())
