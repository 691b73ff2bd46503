"""Whoever changes the audit behind its back is found, and the first row they touched is named."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from beichen.platform import audit
from beichen.platform.audit import sealing
from beichen.platform.audit.choices import Fault
from beichen.platform.audit.rules import new_id
from beichen.platform.audit.verification import Finding, verify
from beichen.platform.kit.actor import Actor

pytestmark = pytest.mark.django_db

SEALS, ROWS = 4, 3


@pytest.fixture
def data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def rows(data_dir, owner_db) -> list[UUID]:
    """Four seals of three rows, signed after the second and the fourth; all ids in order."""
    with owner_db():
        for n in range(SEALS):
            for k in range(ROWS):
                audit.record(Actor(person_id=7), "goal.approve", subjects=[k], details={"seal": n, "text": f"行{k}"})
            assert sealing.seal_all() == ROWS
            if n % 2:
                sealing.anchor()
        return [row[0] for row in ask("SELECT id FROM audit_entry ORDER BY id")]


def ask(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def tamper(owner_db):
    """Run SQL as the superuser with every trigger switched off, then say what verification finds."""

    def run(*statements: tuple[str, list[object]]) -> Finding | None:
        with owner_db():
            ask("SET LOCAL session_replication_role = replica")
            for sql, values in statements:
                ask(sql, *values)
            ask("SET LOCAL session_replication_role = origin")
            return verify().finding

    return run


@pytest.mark.req("BASE-02")
def test_untouched_audit_holds(rows):
    report = verify()
    assert report.finding is None
    assert (report.rows, report.seals, report.anchors) == (SEALS * ROWS, SEALS, 2)


@pytest.mark.req("BASE-02")
@pytest.mark.parametrize(
    "change",
    ["act = 'goal.return'", "actor = 'person:8'", "at = at + interval '1 second'", "subjects = '{9}'",
     "details = details || '{\"x\": 1}'", "person_id = NULL", "request_id = 'r'"],
)  # fmt: skip
def test_edited_row_is_named(rows, tamper, change):
    assert tamper((f"UPDATE audit_entry SET {change} WHERE id = %s", [rows[4]])) == Finding(
        Fault.CHANGED_ROW, 2, rows[4]
    )


@pytest.mark.req("BASE-02")
def test_deleted_row_is_named(rows, tamper):
    assert tamper(("DELETE FROM audit_entry WHERE id = %s", [rows[5]])) == Finding(Fault.MISSING_ROW, 2, rows[5])


@pytest.mark.req("BASE-02")
def test_rows_in_another_order_are_named(rows, tamper):
    swap = "UPDATE audit_seal SET ids = ARRAY[ids[2], ids[1], ids[3]] WHERE n = 2"
    assert tamper((swap, [])) == Finding(Fault.CHANGED_ROW, 2, rows[4])


def _copy(row: UUID, age: str = "0 seconds") -> tuple[str, list[object], UUID]:
    fresh = new_id()
    columns = "actor, person_id, job, reason, act, kind, object_id, subjects, details, request_id"
    source = f"SELECT %s, at - %s::interval, {columns} FROM audit_entry WHERE id = %s"
    return f"INSERT INTO audit_entry (id, at, {columns}) {source}", [fresh, age, row], fresh


@pytest.mark.req("BASE-02")
def test_inserted_row_is_named(rows, tamper):
    sql, values, fresh = _copy(rows[1])
    assert tamper((sql, values)) == Finding(Fault.INSERTED_ROW, None, fresh)


@pytest.mark.req("BASE-02")
def test_inserted_row_that_waits_for_ever_is_named(rows, tamper):
    sql, values, fresh = _copy(rows[1], "1 minute")
    assert tamper((sql, values), ("INSERT INTO audit_pending (id) VALUES (%s)", [fresh])) == Finding(
        Fault.UNSEALED_ROW, None, fresh
    )


@pytest.mark.req("BASE-02")
def test_back_dated_row_sealed_today_is_named(rows, tamper, owner_db):
    sql, values, fresh = _copy(rows[1], "3 days")
    tamper((sql, values), ("INSERT INTO audit_pending (id) VALUES (%s)", [fresh]))
    with owner_db():
        sealing.seal_all()
    assert verify().finding == Finding(Fault.BACK_DATED, SEALS + 1, fresh)


@pytest.mark.req("BASE-02")
def test_cut_tail_is_named(rows, tamper):
    assert tamper(
        ("DELETE FROM audit_entry WHERE id = ANY(%s)", [rows[-3:]]),
        ("DELETE FROM audit_seal WHERE n = %s", [SEALS]),
        ("DELETE FROM audit_anchor WHERE n = %s", [SEALS]),
    ) == Finding(Fault.CUT_TAIL, SEALS)


@pytest.mark.req("BASE-02")
def test_restored_old_copy_is_named_by_the_log_outside(rows, tamper):
    """An old copy is the chain as it stood after two seals, valid in itself."""
    assert tamper(
        ("DELETE FROM audit_entry WHERE id = ANY(%s)", [rows[6:]]),
        ("DELETE FROM audit_seal WHERE n > 2", []),
        ("DELETE FROM audit_anchor WHERE n > 2", []),
    ) == Finding(Fault.CUT_TAIL, 3)


@pytest.mark.req("BASE-02")
def test_seal_taken_out_of_the_middle_is_named(rows, tamper):
    assert tamper(("DELETE FROM audit_seal WHERE n = 2", [])) == Finding(Fault.MISSING_SEAL, 2)


@pytest.mark.req("BASE-02")
def test_changed_seal_and_broken_link_are_named(rows, tamper):
    assert tamper(("UPDATE audit_seal SET sealed_at = sealed_at + interval '1 hour' WHERE n = 3", [])) == Finding(
        Fault.CHANGED_SEAL, 3
    )
    assert tamper(("UPDATE audit_seal SET previous = hash WHERE n = 2", [])) == Finding(Fault.BROKEN_LINK, 2)


@pytest.mark.req("BASE-02")
def test_chain_rewritten_whole_is_found_by_its_signed_head(rows, tamper, owner_db, data_dir):
    """A forger edits a row and builds every seal anew with our own code, and drops the anchors in the table."""
    tamper(
        ("UPDATE audit_entry SET act = 'goal.return' WHERE id = %s", [rows[0]]),
        ("DELETE FROM audit_seal", []),
        ("DELETE FROM audit_anchor", []),
    )
    with owner_db():
        for n in range(SEALS):
            for row in rows[n * ROWS : (n + 1) * ROWS]:
                ask("INSERT INTO audit_pending (id) VALUES (%s)", row)
            sealing.seal_all()
    assert verify().finding == Finding(Fault.OTHER_HEAD, 2, rows[3])


@pytest.mark.req("BASE-02")
def test_head_signed_with_another_key_is_named(rows, data_dir):
    sealing.key_path().unlink()
    assert verify().finding == Finding(Fault.BAD_SIGNATURE, 2)
    sealing.signing_key()
    assert verify().finding == Finding(Fault.BAD_SIGNATURE, 2)


@pytest.mark.req("BASE-02")
def test_command_ends_with_an_error_and_the_name_of_the_row(rows, tamper, capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    call_command("audit_verify")
    assert "12 rows in 4 seals" in capsys.readouterr().out
    tamper(("DELETE FROM audit_entry WHERE id = %s", [rows[5]]))
    with pytest.raises(CommandError, match=rf"^[ -~]*{rows[5]}[ -~]*$"):
        call_command("audit_verify")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with pytest.raises(CommandError, match=rf"^[^A-Za-z]*{rows[5]}[^A-Za-z]*$"):
        call_command("audit_verify")


@pytest.mark.req("BASE-02", "BASE-07")
def test_a_restored_company_verifies_before_its_worker_runs(rows, worker_db):
    """What waited for its seal when the copy was made, and the row about the restore, are sealed by the restore."""
    audit.record(Actor(person_id=7), "goal.approve", subjects=[1])
    with worker_db():
        call_command("audit_operation", "restore", "base-1")
    assert ask("SELECT count(*) FROM audit_pending") == [(0,)]
    report = verify()
    assert (report.finding, report.rows, report.seals) == (None, SEALS * ROWS + 2, SEALS + 1)


REFUSED = {
    "web": ["audit_entry", "audit_seal", "audit_anchor", "audit_pending"],
    "worker": ["audit_entry", "audit_seal", "audit_anchor"],
    "owner": ["audit_entry", "audit_seal", "audit_anchor"],
}


@pytest.mark.req("BASE-02")
@pytest.mark.parametrize(("role", "table"), [(role, table) for role, tables in REFUSED.items() for table in tables])
def test_nobody_changes_or_deletes_by_sql(rows, role, table, owner_db, worker_db):
    """The logins hold no right to; the owner meets the trigger."""
    column = "id" if table in ("audit_entry", "audit_pending") else "n"
    with {"web": nullcontext, "worker": worker_db, "owner": owner_db}[role]():
        for sql in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError, match=r"permission denied|append-only"), transaction.atomic():
                ask(sql)


@pytest.mark.req("BASE-02")
def test_web_login_cannot_seal(rows):
    for sql in (
        "INSERT INTO audit_anchor SELECT n + 1, hash, hash, at FROM audit_anchor",
        "INSERT INTO audit_seal SELECT n + 9, ids, rows, leaves, root, previous, hash, sealed_at FROM audit_seal",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            ask(sql)
    assert len(ask("SELECT id FROM audit_entry")) == SEALS * ROWS
