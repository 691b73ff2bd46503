"""A person's assignments as days: what a new one does to those already there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day, both included; `last` None while it goes on. `fresh`: stated now, else known before."""

    key: int
    first: date
    last: date | None
    fresh: bool = False

    def holds(self, day: date) -> bool:
        """Whether the day lies inside."""
        return self.first <= day and (self.last is None or day <= self.last)


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans share a day."""
    starts, ends = max(one.first, other.first), [span.last for span in (one, other) if span.last is not None]
    return not ends or starts <= min(ends)


def settled(spans: Sequence[Span]) -> tuple[list[Span], list[tuple[Span, Span]]]:
    """The spans in time order, and every pair that cannot stand together.

    A known span that goes on ends the day before a fresh one begins. Nothing else gives way: what was stated
    with an end, or stated twice, is for people to sort out.
    """
    order = sorted(spans, key=lambda span: span.first)
    result: list[Span] = []
    clashes: list[tuple[Span, Span]] = []
    for span in order:
        if result:
            before = result[-1]
            if before.last is None and not before.fresh and span.fresh and before.first < span.first:
                result[-1] = before = replace(before, last=span.first - DAY)
            if overlap(before, span):
                clashes.append((before, span))
        result.append(span)
    return result, clashes


def in_force(spans: Sequence[Span], day: date) -> Span | None:
    """The span of the day; else the latest before it; else the first to come. None for somebody without any."""
    order = sorted(spans, key=lambda span: span.first)
    today = [span for span in order if span.holds(day)]
    past = [span for span in order if span.first <= day]
    if today or past:
        return (today or past)[-1]
    return order[0] if order else None
