"""The one place that asks what time it is, and where the company lives: its days begin and end there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# One list for the whole process, not per thread: a browser test freezes the server's threads as well as its own.
_frozen: list[datetime] = []
_home: list[ZoneInfo] = [ZoneInfo("Asia/Shanghai")]


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _frozen[-1] if _frozen else datetime.now(UTC)


def home() -> ZoneInfo:
    """The time zone of the company: a day named on a page, in a mail or by a rule is a day of this zone."""
    return _home[-1]


def live_in(zone: str) -> None:
    """Say once, as the process starts, where the company lives."""
    _home[0] = ZoneInfo(zone)


def local(at: datetime) -> datetime:
    """A moment as the company's clocks show it."""
    return at.astimezone(home())


def today(zone: str = "") -> date:
    """The calendar day of this moment where the company lives, or in the given time zone."""
    return now().astimezone(ZoneInfo(zone) if zone else home()).date()


def end_of(day: date) -> datetime:
    """The first moment after a day of the company: who acts before it is in time."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=home()).astimezone(UTC)


def last_moment(day: date) -> str:
    """The end of a day in words every language reads: `2026-03-08 24:00 (Asia/Shanghai)`."""
    return f"{day.isoformat()} 24:00 ({home().key})"


@contextmanager
def lived_in(zone: str) -> Iterator[None]:
    """Live elsewhere for a test; may be nested."""
    _home.append(ZoneInfo(zone))
    try:
        yield
    finally:
        _home.pop()


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
