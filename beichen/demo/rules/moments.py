"""Days of the story as moments of a working day in Shanghai."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo
from zlib import crc32

ZONE = ZoneInfo("Asia/Shanghai")


def moment(day: date, *of: object) -> datetime:
    """An instant between nine and seven of that day, the same each time for the same thing."""
    minutes = crc32("/".join(map(str, of)).encode()) % 600
    return datetime.combine(day, time(9 + minutes // 60, minutes % 60), tzinfo=ZONE)
