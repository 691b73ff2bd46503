"""What the company knows before a workbook comes: read once per sheet, compared row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from beichen.people.formulas.cells import Codes
from beichen.people.models import Assignment, Employment, LegalEntity, OrgUnit, Person, Seat

ENTITY = "main"
# The unit that an installation begins with, until a workbook brings the real one.
ROOT = "company"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KnownStretch:
    """One assignment; `last` is the last day, None while it goes on."""

    id: int
    unit: str
    manager: str
    first: date
    last: date | None
    position: str
    level: str


@dataclass
class Known:
    """Persons by number, units by code, employments by the person's id."""

    zone: ZoneInfo
    entity: LegalEntity | None
    persons: dict[str, Person] = field(default_factory=dict)
    employments: dict[int, Employment] = field(default_factory=dict)
    units: dict[str, OrgUnit] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Nobody here but the first administrator: the workbook founds the company."""
        return len(self.persons) <= 1 and len(self.units) <= 1

    @property
    def provisional(self) -> OrgUnit | None:
        """The unit the installation began with, as long as it is the only one."""
        return self.units.get(ROOT) if len(self.units) == 1 else None

    @cached_property
    def numbers(self) -> Codes:
        """Every employee number."""
        return Codes(self.persons)

    @cached_property
    def codes(self) -> Codes:
        """Every code of a unit."""
        return Codes(self.units)

    @cached_property
    def number_of(self) -> dict[int | None, str]:
        """Numbers by the person's id."""
        return {person.pk: number for number, person in self.persons.items()}

    @cached_property
    def code_of(self) -> dict[int | None, str]:
        """Codes by the unit's id."""
        return {unit.pk: code for code, unit in self.units.items()}

    def person(self, written: str) -> Person | None:
        """The person a cell means."""
        return self.persons.get(self.numbers.meant(written))

    def unit(self, written: str) -> OrgUnit | None:
        """The unit a cell means."""
        return self.units.get(self.codes.meant(written))

    def day(self, moment: datetime) -> date:
        """The day of an instant where the company is."""
        return moment.astimezone(self.zone).date()

    def begins(self, day: date) -> datetime:
        """The instant at which a day begins where the company is."""
        return datetime.combine(day, time(), tzinfo=self.zone)


_held: ContextVar[Known | None] = ContextVar("beichen_known", default=None)


@contextmanager
def held() -> Iterator[None]:
    """Inside, what the company knows is read once: for a preview, which writes nothing."""
    token = _held.set(_load())
    try:
        yield
    finally:
        _held.reset(token)


def load() -> Known:
    """Cost: three statements, whatever the company's size; none inside `held`."""
    return _held.get() or _load()


def _load() -> Known:
    entity = LegalEntity.objects.order_by("pk").first()
    return Known(
        zone=ZoneInfo(entity.time_zone if entity else "Asia/Shanghai"),
        entity=entity,
        persons={person.number: person for person in Person.objects.all()},
        employments={employment.pk: employment for employment in Employment.objects.all()},
        units={unit.code: unit for unit in OrgUnit.objects.filter(is_active=True)},
    )


def stretches(known: Known, numbers: Iterable[str]) -> dict[str, list[KnownStretch]]:
    """The assignments of these people in time order. Cost: one statement."""
    wanted = [known.persons[number].pk for number in numbers if number in known.persons]
    found: dict[str, list[KnownStretch]] = defaultdict(list)
    for line in Assignment.objects.filter(person_id__in=wanted).order_by("person_id", "period"):
        upper = line.period.upper
        found[known.number_of[line.person_id]].append(
            KnownStretch(
                id=line.pk,
                unit=known.code_of.get(line.unit_id, ""),
                manager=known.number_of.get(line.manager_id, ""),
                first=known.day(line.period.lower),
                last=known.day(upper) - DAY if upper else None,
                position=line.position,
                level=line.level,
            )
        )
    return found


def seats() -> set[tuple[str, str, str]]:
    """Seats that are held or asked for, as (number, seat, scope). Cost: one statement."""
    return set(Seat.objects.filter(revoked_at=None).values_list("person__number", "seat", "scope__code"))


def label(number: str, name: str) -> str:
    """How a person or unit is named in a preview."""
    return f"{number} {name}".strip()
