"""How much of a person's working time a span of days holds, and what of it is promised to projects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import DateRangeField
from django.db.models import Func, Value

from beichen.people import access
from beichen.people.models import Assignment, Employment, Membership
from beichen.people.queries.calendar import work_calendar
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.workdays import WorkCalendar

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkTime:
    """Working days of a span (`whole`), what of them the person is employed for (`employed`: part time, joining,
    leaving), and what of those is promised to `projects`."""

    whole: int
    employed: Fraction
    projects: Fraction

    @property
    def left(self) -> Fraction:
        """Days for everything else, never less than none."""
        return max(Fraction(0), self.employed - self.projects)


@dataclass(frozen=True, slots=True)
class _Stretch:
    first: date
    last: date
    part: Fraction


@query
def work_time(actor: Actor, person_id: int, first: date, last: date) -> WorkTime:
    """The time of a person in a span of days, both included. Cost: four statements at most.

    Who may not read the contract (20d) is told nothing of part time: the span counts as worked in full.
    """
    calendar = work_calendar(actor)
    whole = calendar.count(first, last)
    worked = _assignments(actor, person_id, first, last) or [_Stretch(first, last, Fraction(1))]
    promised = _memberships(person_id, first, last)
    return WorkTime(whole, _days(calendar, worked), sum(
        (one.part * _days(calendar, _inside(worked, one)) for one in promised), Fraction(0)
    ))  # fmt: skip


def _days(calendar: WorkCalendar, stretches: Iterable[_Stretch]) -> Fraction:
    return sum((calendar.count(one.first, one.last) * one.part for one in stretches), Fraction(0))


def _inside(worked: Iterable[_Stretch], promised: _Stretch) -> list[_Stretch]:
    """What of the time worked lies in a stretch."""
    cut = ((max(one.first, promised.first), min(one.last, promised.last), one.part) for one in worked)
    return [_Stretch(begins, ends, part) for begins, ends, part in cut if begins <= ends]


def _assignments(actor: Actor, person_id: int, first: date, last: date) -> list[_Stretch]:
    contract = Employment.objects.filter(pk=person_id)
    if not (contract if actor.person_id is None else contract.filter(access.visible_employments())).exists():
        return []
    found = []
    for row in Assignment.objects.filter(person_id=person_id).select_related("person__entity"):
        zone = ZoneInfo(row.person.entity.time_zone)
        ends = row.period.upper.astimezone(zone).date() - DAY if row.period.upper else last
        found.append(_Stretch(row.period.lower.astimezone(zone).date(), ends, Fraction(row.fte_percent, 100)))
    return _inside(found, _Stretch(first, last, Fraction(1)))


def _memberships(person_id: int, first: date, last: date) -> list[_Stretch]:
    days = Func(Value(first), Value(last + DAY), function="daterange", output_field=DateRangeField())
    found = Membership.objects.filter(access.visible_memberships(), person_id=person_id, period__overlap=days)
    return [
        _Stretch(
            max(row.period.lower or first, first), min((row.period.upper or last + DAY) - DAY, last),
            Fraction(row.share, 100),
        )
        for row in found
    ]  # fmt: skip
