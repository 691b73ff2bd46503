"""The working days of the company."""

from __future__ import annotations

from beichen.people.models import WorkDay
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.workdays import WorkCalendar


@query
def work_calendar(actor: Actor) -> WorkCalendar:
    """Weekends, holidays and make-up days. Cost: one statement."""
    days = list(WorkDay.objects.values_list("day", "is_working"))
    return WorkCalendar(
        holidays=frozenset(day for day, works in days if not works),
        make_up=frozenset(day for day, works in days if works),
    )
