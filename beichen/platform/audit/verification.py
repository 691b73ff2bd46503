"""Verification: read the chain from its first seal to its head and name the first thing somebody touched.

Streams: at most a few thousand rows are in memory. It trusts the rows' text as the database gives it, the seals for
naming a row, and for the rest only the signed heads, above all those in the log outside the database.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection, transaction
from django.utils.translation import gettext

from beichen.platform import audit
from beichen.platform.access.current import acting
from beichen.platform.access.permissions import require
from beichen.platform.audit import formulas, queries, sealing
from beichen.platform.audit.access import VERIFY
from beichen.platform.audit.choices import Fault
from beichen.platform.kit.actor import Actor

CHUNK = 4_000
SEALED_WITHIN = timedelta(seconds=10)
LONGEST_TRANSACTION = timedelta(hours=1)
SEALS = """
SELECT n, ids, rows, leaves, root, previous, hash, sealed_at FROM audit_seal WHERE n > %s ORDER BY n LIMIT 200
"""
# Rows that no seal holds: still waiting for longer than they may, or put in beside the waiting list.
UNSEALED = """
SELECT entry.id, entry.at, EXISTS (SELECT FROM audit_pending pending WHERE pending.id = entry.id)
FROM audit_entry entry
WHERE NOT EXISTS (SELECT FROM (SELECT unnest(ids) AS id FROM audit_seal) sealed WHERE sealed.id = entry.id)
ORDER BY entry.at, entry.id
"""


@dataclass(frozen=True)
class Finding:
    """The first thing that is wrong: what kind, in which seal, about which row."""

    fault: Fault
    seal: int | None
    row: UUID | None = None

    def sentence(self) -> str:
        """For the console, in its language."""
        place = gettext(" (seal %(n)s)") % {"n": self.seal} if self.seal is not None else ""
        return f"{self.fault.label}: {self.row if self.row else gettext('the chain')}{place}"


@dataclass
class Report:
    """What was read. `finding` is None when everything holds."""

    rows: int = 0
    seals: int = 0
    anchors: int = 0
    finding: Finding | None = None


@dataclass(frozen=True)
class SignedHead:
    """One signed head, from the table or from the log."""

    n: int
    hash: bytes
    at: str
    signature: bytes


@dataclass
class _Chain:
    """What is known while walking: the head so far and the signed heads by number."""

    heads: dict[int, list[SignedHead]]
    key: Ed25519PublicKey | None
    n: int = 0
    hash: bytes = formulas.GENESIS
    sealed_at: datetime | None = None
    report: Report = field(default_factory=Report)


@dataclass(frozen=True)
class _Seal:
    n: int
    ids: list[UUID]
    rows: int
    leaves: bytes
    root: bytes
    previous: bytes
    hash: bytes
    sealed_at: datetime


def verify() -> Report:
    """Read everything in one snapshot. Cost: every row once; 1,000,000 rows in well under a minute."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            if not connection.savepoint_ids:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        heads = _signed_heads()
        chain = _Chain(heads=heads, key=_public_key() if heads else None)
        chain.report.anchors = len(heads)
        chain.report.finding = _walk(chain) or _tail(chain) or _unsealed()
        return chain.report


def _public_key() -> Ed25519PublicKey | None:
    return sealing.signing_key().public_key() if sealing.key_path().exists() else None


def _signed_heads() -> dict[int, list[SignedHead]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT n, hash, at, signature FROM audit_anchor ORDER BY n")
        found = [SignedHead(n, bytes(own), sealing.moment(at), bytes(mark)) for n, own, at, mark in cursor]
    if sealing.log_path().exists():
        for line in sealing.log_path().read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            found.append(SignedHead(one["n"], bytes.fromhex(one["hash"]), one["at"], bytes.fromhex(one["signature"])))
    heads: dict[int, list[SignedHead]] = {}
    for head in found:
        heads.setdefault(head.n, []).append(head)
    return heads


def _seals() -> Iterator[_Seal]:
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(SEALS, [last])
            rows = cursor.fetchall()
        if not rows:
            return
        for n, ids, count, leaves, root, previous, own, at in rows:
            yield _Seal(n, ids, count, bytes(leaves), bytes(root), bytes(previous), bytes(own), at)
        last = rows[-1][0]


def _groups() -> Iterator[list[_Seal]]:
    """Seals in groups of about 4,000 rows, so that small seals do not cost one query each."""
    group: list[_Seal] = []
    size = 0
    for seal in _seals():
        group.append(seal)
        size += seal.rows
        if size >= CHUNK:
            yield group
            group, size = [], 0
    if group:
        yield group


def _walk(chain: _Chain) -> Finding | None:
    for group in _groups():
        found = dict(_rows_of([each for seal in group for each in seal.ids]))
        for seal in group:
            finding = _check_seal(chain, seal, found) or _check_head(chain, seal)
            if finding:
                return finding
    return None


def _rows_of(ids: list[UUID]) -> Iterator[tuple[UUID, tuple[bytes, datetime]]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {sealing.CANONICAL}, at FROM audit_entry WHERE id = ANY(%s)", [ids])
        for row_id, text, at in cursor:
            yield row_id, (formulas.leaf(text), at)


def _check_seal(chain: _Chain, seal: _Seal, found: dict[UUID, tuple[bytes, datetime]]) -> Finding | None:
    if seal.n != chain.n + 1:
        return Finding(Fault.MISSING_SEAL, chain.n + 1)
    if seal.previous != chain.hash:
        return Finding(Fault.BROKEN_LINK, seal.n)
    finding = _check_rows(chain, seal, found)
    if finding:
        return finding
    merkle = formulas.root(formulas.split(seal.leaves))
    own = formulas.seal_hash(seal.n, sealing.moment(seal.sealed_at), seal.ids, merkle, seal.previous)
    if (seal.rows, merkle, own) != (len(seal.ids), seal.root, seal.hash):
        return Finding(Fault.CHANGED_SEAL, seal.n)
    chain.n, chain.hash, chain.sealed_at = seal.n, seal.hash, seal.sealed_at
    chain.report.seals += 1
    chain.report.rows += seal.rows
    return None


def _check_rows(chain: _Chain, seal: _Seal, found: dict[UUID, tuple[bytes, datetime]]) -> Finding | None:
    for place, row_id in enumerate(seal.ids):
        if row_id not in found:
            return Finding(Fault.MISSING_ROW, seal.n, row_id)
        leaf, at = found[row_id]
        if leaf != seal.leaves[place * formulas.SIZE : (place + 1) * formulas.SIZE]:
            return Finding(Fault.CHANGED_ROW, seal.n, row_id)
        if chain.sealed_at is not None and at < chain.sealed_at - LONGEST_TRANSACTION:
            return Finding(Fault.BACK_DATED, seal.n, row_id)
    return None


def _check_head(chain: _Chain, seal: _Seal) -> Finding | None:
    """A signed head of this number must name this hash and carry a signature of our key."""
    for head in chain.heads.get(seal.n, ()):
        if head.hash != seal.hash:
            return Finding(Fault.OTHER_HEAD, seal.n, seal.ids[0])
        if not _signed(chain.key, head):
            return Finding(Fault.BAD_SIGNATURE, seal.n)
    return None


def _signed(key: Ed25519PublicKey | None, head: SignedHead) -> bool:
    try:
        if key is not None:
            key.verify(head.signature, formulas.anchor_text(head.n, head.hash, head.at))
    except InvalidSignature:
        return False
    return key is not None


def _tail(chain: _Chain) -> Finding | None:
    """A signed head beyond the last seal: the tail was cut, or an old copy restored."""
    beyond = [n for n in chain.heads if n > chain.n]
    return Finding(Fault.CUT_TAIL, chain.n + 1) if beyond else None


def _unsealed() -> Finding | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
        cursor.execute(UNSEALED)
        for row_id, at, waits in cursor:
            if not waits:
                return Finding(Fault.INSERTED_ROW, None, row_id)
            if at < now - SEALED_WITHIN:
                return Finding(Fault.UNSEALED_ROW, None, row_id)
    return None


def verify_as(actor: Actor) -> Report:
    """Verify for somebody who may (18c); the run is itself audited. Raises Forbidden."""
    with acting(actor):
        require(actor, VERIFY)
        report = verify()
        found = report.finding
        audit.record(
            actor, VERIFY,
            details={
                "rows": report.rows, "seals": report.seals, "found": found and found.fault.value,
                "seal": found and found.seal, "row": found and found.row,
            },
        )  # fmt: skip
    return report


@dataclass(frozen=True, slots=True)
class Verified:
    """The newest run: when, by whom, what it read, and the first thing it found, in words."""

    at: datetime
    who: str
    rows: int
    seals: int
    finding: Finding | None
    line: queries.Line | None


def last(actor: Actor) -> Verified | None:
    """What the newest verification found, for whoever may read the audit. Cost: one to seven statements."""
    row = queries.last_verification(actor)
    if row is None:
        return None
    said = row.details
    bad = UUID(said["row"]) if said.get("row") else None
    finding = Finding(Fault(said["found"]), said.get("seal"), bad) if said.get("found") else None
    seen = queries.entries(actor, queries.Wanted(every_batch=True)).filter(pk=bad).first() if bad else None
    run, *touched = queries.lines(actor, [row, *([seen] if seen else [])])
    return Verified(row.at, run.who, said.get("rows", 0), said.get("seals", 0), finding, next(iter(touched), None))
