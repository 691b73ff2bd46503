"""Hashes of the audit: leaf, Merkle root, seal. Plain bytes in and out; the layout is fixed for good.

Leaves and nodes carry different first bytes, so that no node can pass for a leaf (RFC 6962).
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

SIZE = 32
MISSING = bytes(SIZE)
GENESIS = bytes(SIZE)


def leaf(canonical: str) -> bytes:
    """The hash of one row, given as the database's canonical JSON text of its columns."""
    return sha256(b"\x00" + canonical.encode()).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle root; an odd last node moves up unchanged. No leaves: zeros. Cost: one hash per leaf."""
    level = list(leaves)
    while len(level) > 1:
        paired = [sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0] if level else MISSING


def seal_hash(n: int, sealed_at: str, ids: Sequence[UUID], merkle: bytes, previous: bytes) -> bytes:
    """What the next seal and the signature hold on to; `sealed_at` in the database's canonical form."""
    names = sha256(b"".join(each.bytes for each in ids)).digest()
    return sha256(b"\x02" + f"{n}|{len(ids)}|{sealed_at}".encode() + names + merkle + previous).digest()


def split(leaves: bytes) -> list[bytes]:
    """The leaf hashes out of their joined form."""
    return [leaves[i : i + SIZE] for i in range(0, len(leaves), SIZE)]


def anchor_text(n: int, hash_: bytes, at: str) -> bytes:
    """What is signed."""
    return f"beichen audit anchor\n{n}\n{hash_.hex()}\n{at}\n".encode()
