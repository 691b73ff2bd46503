"""Sealing: the worker chains the rows of the last second and signs the head of the chain.

One sealer at a time (advisory lock); rows are sealed in the order of their ids. The signing key and the log of
signed heads lie in the data folder, so that whoever rewrites the database cannot rewrite them with it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.db import connection, transaction

from beichen.platform.audit import formulas

LOCK = 0x6265_6963_6865_6E01
BATCH = 20_000

# The one text form of a row that is hashed. Never change it: old seals were made with it.
CANONICAL = """
jsonb_build_array(id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), actor, person_id, job, reason,
                  act, kind, object_id, subjects, details, request_id)::text
"""
TAKE = "DELETE FROM audit_pending WHERE id IN (SELECT id FROM audit_pending ORDER BY id LIMIT %s) RETURNING id"
ROWS = f"SELECT id, {CANONICAL} FROM audit_entry WHERE id = ANY(%s)"
HEAD = "SELECT n, hash FROM audit_seal ORDER BY n DESC LIMIT 1"


def seal_all() -> int:
    """Seal everything that waits, in seals of at most 20,000 rows; how many rows. Idle cost: one statement."""
    total = 0
    while rows := seal():
        total += rows
        if rows < BATCH:
            break
    return total


def seal() -> int:
    """Make one seal of what waits now; 0 when nothing waits or another process is sealing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s), EXISTS (SELECT FROM audit_pending)", [LOCK])
        if cursor.fetchone() != (True, True):
            return 0
        cursor.execute(TAKE, [BATCH])
        ids = sorted(row[0] for row in cursor.fetchall())
        cursor.execute(HEAD)
        n, previous = cursor.fetchone() or (0, formulas.GENESIS)
        cursor.execute("SELECT clock_timestamp()")
        _write(n + 1, ids, leaves_of(ids), bytes(previous), cursor.fetchone()[0])
        return len(ids)


def leaves_of(ids: Sequence[UUID]) -> list[bytes]:
    """The hash of each row in this order; zeros for a row that is not there."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [list(ids)])
        found = {row_id: formulas.leaf(text) for row_id, text in cursor}
    return [found.get(each, formulas.MISSING) for each in ids]


def moment(at: datetime) -> str:
    """The canonical form of a time in seals and anchors."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _write(n: int, ids: list[UUID], leaves: list[bytes], previous: bytes, at: datetime) -> None:
    merkle = formulas.root(leaves)
    own = formulas.seal_hash(n, moment(at), ids, merkle, previous)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_seal (n, ids, rows, leaves, root, previous, hash, sealed_at) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [n, ids, len(ids), b"".join(leaves), merkle, previous, own, at],
        )


def key_path() -> Path:
    """Where the signing key lies: outside the database, readable by its owner alone."""
    return Path(settings.DATA_DIR) / "audit_key"


def log_path() -> Path:
    """The signed heads outside the database, one JSON line each; operators copy it to another place."""
    return Path(settings.DATA_DIR) / "anchors.log"


def signing_key() -> Ed25519PrivateKey:
    """The key of this installation; made at first use."""
    path = key_path()
    if not path.exists():
        _make_key(path)
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} holds no Ed25519 key")
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(pem)


def anchor() -> int | None:
    """Sign the head and write it to the table and to the log; its number, or None when there is nothing new."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(f"{HEAD.replace('n, hash', 'n, hash, clock_timestamp()')}")
        head = cursor.fetchone()
        cursor.execute("SELECT max(n) FROM audit_anchor")
        if head is None or head[0] == cursor.fetchone()[0]:
            return None
        n, own, at = head[0], bytes(head[1]), head[2]
        signature = signing_key().sign(formulas.anchor_text(n, own, moment(at)))
        cursor.execute(
            "INSERT INTO audit_anchor (n, hash, signature, at) VALUES (%s, %s, %s, %s)", [n, own, signature, at]
        )
        _log(n, own, moment(at), signature)
        return int(n)


def _log(n: int, own: bytes, at: str, signature: bytes) -> None:
    line = json.dumps({"n": n, "hash": own.hex(), "at": at, "signature": signature.hex()})
    with log_path().open("a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
