"""Days of the story as moments of a working day in Shanghai."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from beichen.demo.formulas.story import Company

ZONE = ZoneInfo("Asia/Shanghai")
USUAL_DAYS = 40
"""How long it takes from the end of a quarter to the letters."""


def moment(day: date, *of: object) -> datetime:
    """An instant between nine and seven of that day, the same each time for the same thing."""
    minutes = crc32("/".join(map(str, of)).encode()) % 600
    return datetime.combine(day, time(9 + minutes // 60, minutes % 60), tzinfo=ZONE)


def after_quarter(company: Company, days: int) -> datetime:
    """So many days into the season after the quarter behind; early in a quarter the season is squeezed to fit."""
    begun = datetime.combine(company.running.first, time(10), tzinfo=ZONE)
    passed = (company.day - company.running.first).days
    return begun + timedelta(days=days) * min(1.0, passed / USUAL_DAYS)
