"""A server run by others, named by BEICHEN_DATABASE_URL: passwords over TCP, and a login that is no superuser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from beichen.launch import database, environment, roles
from beichen.launch.failures import Stop
from tests.launch.conftest import given

SUPER = "host=127.0.0.1 port={} user=root password=root dbname=postgres"


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    """`host:port` of a server that asks for passwords."""
    with given(home) as server:
        yield server.address


@pytest.fixture
def _own_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEICHEN_DATA_DIR", str(home))


def opened(url: str) -> database.Database:
    parsed = environment.read({"BEICHEN_DATABASE_URL": url}).database
    assert parsed
    return database._given(parsed, "the secret key")


@pytest.mark.req("BASE-07")
@pytest.mark.usefixtures("_own_folder")
def test_a_login_with_createrole_is_enough_and_ours_sign_in_by_password(address: str) -> None:
    url = f"postgresql://operator:p%40ss%2Fw%C3%B6rd@{address}/%E5%85%AC%E5%8F%B8"
    for _ in range(2):
        given = opened(url)
    for role in ("owner", "web", "worker"):
        with psycopg.connect(given.logins.url(role)) as connection:
            row = connection.execute("SELECT current_user, current_database()").fetchone()
            assert row == (roles.LOGINS[role], "公司")
    with psycopg.connect(given.logins.url("owner")) as connection:
        connection.execute("CREATE SCHEMA access; CREATE TABLE made (n int)")
    wrong = given.logins.url("web").replace("beichen_web:", "beichen_web:x")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(wrong)
    assert given.environment("web")["BEICHEN_DATABASE_URL"] == given.logins.url("web")


@pytest.mark.usefixtures("_own_folder")
def test_what_is_wrong_with_the_given_server_is_one_sentence(address: str) -> None:
    with pytest.raises(Stop, match=r"BEICHEN_DATABASE_URL does not answer: .*password authentication failed"):
        opened(f"postgresql://operator:wrong@{address}/postgres")
    with pytest.raises(Stop, match="BEICHEN_DATABASE_URL does not answer"):
        opened("postgresql://operator:x@127.0.0.1:1/postgres")
    with pytest.raises(Stop, match="give it CREATEROLE and make it the owner"):
        opened(f"postgresql://guest:guest@{address}/postgres")


GUEST = "postgresql://guest:guest@{}/postgres"
MADE = re.compile(r"run this once in the database postgres:\n\n(.*)", re.DOTALL)


@pytest.mark.req("BASE-07")
@pytest.mark.usefixtures("_own_folder")
def test_a_login_without_createrole_is_told_what_an_administrator_runs_and_then_it_is_enough(
    address: str, home: Path
) -> None:
    with pytest.raises(Stop, match="beichen_owner is not there") as told:
        opened(GUEST.format(address))
    found = MADE.search(str(told.value))
    assert found
    assert "SCRAM-SHA-256$" in found[1]
    assert roles.password_for(roles.WEB, "the secret key") not in found[1]
    administrator(address, found[1])
    given = opened(GUEST.format(address))
    for role, name in roles.LOGINS.items():
        with psycopg.connect(given.logins.url(role)) as connection:
            assert connection.execute("SELECT current_user").fetchone() == (name,)
    without_a_login = opened(f"postgresql://{address}/postgres")
    assert without_a_login.logins.url("web") == given.logins.url("web")


@pytest.mark.req("BASE-07")
@pytest.mark.usefixtures("_own_folder")
@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("ALTER ROLE beichen_web BYPASSRLS", "beichen_web holds powers it must not have"),
        ("GRANT guest TO beichen_worker", "beichen_worker is a member of another role"),
        ("REVOKE beichen_mover FROM beichen_owner GRANTED BY operator", "beichen_owner cannot become beichen_mover"),
        ("ALTER ROLE beichen_web RESET ALL", "beichen_web has no time limit of its own"),
    ],
)
def test_roles_that_may_too_much_or_too_little_stop_the_start_and_the_same_text_mends_them(
    address: str, harm: str, said: str
) -> None:
    opened(f"postgresql://operator:p%40ss%2Fw%C3%B6rd@{address}/%E5%85%AC%E5%8F%B8")
    administrator(address, rights("postgres"))
    opened(GUEST.format(address))
    administrator(address, harm)
    with pytest.raises(Stop, match=said) as told:
        opened(GUEST.format(address))
    found = MADE.search(str(told.value))
    assert found
    administrator(address, found[1])
    opened(GUEST.format(address))


@pytest.mark.req("BASE-07")
@pytest.mark.usefixtures("_own_folder")
def test_what_the_address_says_of_tls_reaches_every_login(address: str) -> None:
    url = f"postgresql://operator:p%40ss%2Fw%C3%B6rd@{address}/%E5%85%AC%E5%8F%B8"
    given = opened(f"{url}?sslmode=prefer&connect_timeout=7")
    for role in ("owner", "web", "worker"):
        with psycopg.connect(given.logins.url(role)) as connection:
            assert connection.info.get_parameters()["connect_timeout"] == "7"
    with pytest.raises(Stop, match=r"does not answer: .*server does not support SSL"):
        opened(f"{url}?sslmode=require")
    with pytest.raises(environment.BadEnvironment, match="carries 'sslmod', which is not passed on"):
        opened(f"{url}?sslmod=require")


def test_django_passes_the_words_of_the_address_on(address: str) -> None:
    """A process of its own, since settings are read once."""
    ask = "from beichen.config.settings import DATABASES as d; print(d['default']['OPTIONS']['sslmode'])"
    env = {
        **os.environ, "BEICHEN_DB_ROLE": "web",
        "BEICHEN_DATABASE_URL": f"postgresql://x@{address}/y?sslmode=verify-full",
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", ask], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "verify-full\n"


def administrator(address: str, text: str) -> None:
    """Whoever may everything on that server runs this."""
    port = address.partition(":")[2]
    with psycopg.connect(SUPER.format(port), autocommit=True) as connection:
        connection.execute(text.encode())


def rights(database_name: str) -> str:
    """What the roles need in another database."""
    ours = ";".join(statement.as_string(None) for statement in roles._rights(database_name))
    return f"{ours}; GRANT CONNECT ON DATABASE {database_name} TO guest"
