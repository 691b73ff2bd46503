"""The one place that asks what time it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

# One list for the whole process, not per thread: a browser test freezes the server's threads as well as its own.
_frozen: list[datetime] = []


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _frozen[-1] if _frozen else datetime.now(UTC)


def today(zone: str = "Asia/Shanghai") -> date:
    """The calendar day of this moment in the given time zone."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def frozen(at: datetime) -> Iterator[datetime]:
    """Stop the clock for tests and for telling the demo story; aware moments only, may be nested."""
    if at.tzinfo is None:
        raise ValueError("The clock is stopped at an aware moment; this one has no time zone.")
    _frozen.append(at.astimezone(UTC))
    try:
        yield _frozen[-1]
    finally:
        _frozen.pop()
