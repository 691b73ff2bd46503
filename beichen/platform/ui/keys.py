"""Keys a form is drawn with, so that the same press counts once."""

from __future__ import annotations

import secrets
import uuid

from beichen.platform.kit import clock


def idempotency_key() -> str:
    """A UUID version 7: its first 48 bits are the millisecond it was drawn at."""
    milliseconds = int(clock.now().timestamp() * 1000)
    number = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=number))
