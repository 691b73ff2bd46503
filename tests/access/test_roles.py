"""What the database logins of the product can never do, and the form of the compiled policies."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from beichen.platform.access import locks, policy
from tests.access import table
from tests.access.worlds import make
from tests.database import login

ROOT = Path(__file__).parents[2]
LOGINS = ("beichen_web", "beichen_worker")


def one(sql: str, *parameters: int | str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
def test_without_an_actor_every_locked_table_is_empty() -> None:
    world = make("people", "notices", "talks", "reviews", "reward")
    full = {one.table for one in world.planted}
    for lock in locks.all_locks():
        name = apps.get_model(lock.model)._meta.db_table
        assert one(f"SELECT count(*) FROM {name}") == [(0,)], name
        with login(None):
            assert name not in full or one(f"SELECT count(*) FROM {name}")[0][0], name


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
def test_the_logins_own_nothing_and_stand_below_every_policy() -> None:
    with login(None):
        for role in LOGINS:
            flags = "rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
            assert one(f"SELECT {flags} FROM pg_roles WHERE rolname = %s", role) == [(False,) * 5]
            assert one("SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = %s", role) == []
            assert one("SELECT proname FROM pg_proc WHERE pg_get_userbyid(proowner) = %s", role) == []
            held = "SELECT 1 FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = %s"
            assert one(held, role) == []
        forced = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = %s"
        for lock in locks.all_locks():
            assert one(forced, apps.get_model(lock.model)._meta.db_table) == [(True, True)], lock.model


@pytest.mark.django_db
@pytest.mark.fault("F24")
@pytest.mark.req("BASE-09")
def test_who_migrates_sees_what_is_to_be_moved_and_at_no_other_time() -> None:
    world = make("people", "notices", "talks", "reviews", "reward")
    locked = {apps.get_model(lock.model)._meta.db_table for lock in locks.all_locks()}
    full = sorted({one.table for one in world.planted} & locked)
    assert len(full) > 20
    with login(None), connection.cursor() as cursor:
        there = [one(f"SELECT count(*) FROM {name}") for name in full]
        for name in full:
            cursor.execute(f"GRANT SELECT ON {name} TO {locks.OWNER}")
    with login(locks.OWNER):
        assert {one(f"SELECT count(*) FROM {name}")[0][0] for name in full} == {0}
        one("SELECT set_config(%s, 'on', true)", locks.MIGRATING)
        assert [one(f"SELECT count(*) FROM {name}") for name in full] == there
    for role in LOGINS:
        with login(role):
            assert {one(f"SELECT count(*) FROM {name}")[0][0] for name in full} == {0}


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
@pytest.mark.parametrize("role", LOGINS)
def test_a_login_cannot_become_another(role: str) -> None:
    with login(None):
        address = connection.get_connection_params()
        superuser = one("SELECT current_user")[0][0]
    with psycopg.connect(
        host=address.get("host"), port=address.get("port"), dbname=address["dbname"], user=role, autocommit=True
    ) as raw:
        for name in (superuser, *(other for other in LOGINS if other != role)):
            for words in (f"SET ROLE {name}", f"SET SESSION AUTHORIZATION {name}"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    raw.execute(words)
        for words in (
            "SET row_security = off; TABLE people_targetbonus",
            "ALTER TABLE people_targetbonus DISABLE ROW LEVEL SECURITY",
            "DROP POLICY beichen_select ON people_targetbonus", "UPDATE audit_entry SET act = 'x'",
            "DELETE FROM audit_entry", "TRUNCATE audit_entry", "UPDATE access.job_grant SET job = 'x'",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw.execute(words)


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
def test_compiled_policies_hold_none_of_the_slow_forms() -> None:
    with login(None):
        found = one(
            "SELECT tablename, policyname, coalesce(qual, '') || ' ' || coalesce(with_check, '') FROM pg_policies"
        )
    assert len(found) >= 4 * len(locks.all_locks())
    for where, name, text in found:
        words = str(text)
        assert not re.search(r"=\s*ANY\s*\(\s*\(\s*SELECT", words), (where, name)
        for call in re.finditer(r"access\.\w+\(([^()]*)\)", words):
            before = words[: call.start()].rstrip(" (")
            assert before.endswith(("SELECT", "FROM")), f"{where} {name}: {call.group()} is called row by row"
            assert not re.search(r"\b[a-z_]+\.[a-z_]+\b|_id\b", call.group(1)), f"{where} {name}: {call.group()}"


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
def test_raw_sql_cannot_take_a_step_that_is_not_in_the_state_graph() -> None:
    world = make("reviews")
    with login(None):
        for level, to in (("draft", "released"), ("released", "open"), ("locked", "open")):
            review = world.ids[level, "E006"]
            with pytest.raises(DatabaseError), transaction.atomic():
                one("UPDATE reviews_review SET state = %s WHERE id = %s RETURNING id", to, review)
        for column in ("decided_by_id", "locked_by_id", "released_by_id"):
            subject = f"UPDATE reviews_rating SET {column} = subject_id WHERE review_id = %s RETURNING 1"
            with pytest.raises(DatabaseError), transaction.atomic():
                one(subject, world.ids["released", "E006"])


def test_no_extension_is_ever_asked_for() -> None:
    asks = re.compile("CREATE " + "EXTENSION", re.IGNORECASE)
    guilty = [
        path for path in (ROOT / "beichen").rglob("*")
        if path.suffix in (".py", ".sql") and asks.search(path.read_text(encoding="utf-8"))
    ]  # fmt: skip
    assert guilty == []


def test_the_products_own_reader_reads_the_same_table() -> None:
    ours, theirs = table.read(), policy.table()
    assert set(ours) == set(theirs)
    assert all(dict(ours[row].cells) == dict(theirs[row].cells) for row in ours)
