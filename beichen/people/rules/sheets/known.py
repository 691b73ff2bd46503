"""What the company knows before a workbook comes: read once per sheet, compared row by row."""

from __future__ import annotations

from collections import ChainMap, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from sys import intern
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models.functions import TruncDate

from beichen.people.formulas.cells import Codes
from beichen.people.models import Assignment, Employment, LegalEntity, Membership, OrgUnit, Person, Project, Seat
from beichen.platform.registry.imports import Rows

ENTITY = "main"
# The unit that an installation begins with, until a workbook brings the real one.
ROOT = "company"
DAY = timedelta(days=1)
FEW = 1000
"""So many people are asked for by name; more are found among everybody."""


class KnownPerson(NamedTuple):
    """A person as far as a workbook can state them; a plain tuple, since a hundred thousand are held at once."""

    id: int
    number: str
    name: str
    name_en: str
    email: str
    position: str
    role_type: str
    unit_id: int | None
    manager_id: int | None
    is_active: bool


class KnownEmployment(NamedTuple):
    """First and last day, the last None while it goes on."""

    hired_on: date
    left_on: date | None
    level: str


class KnownStretch(NamedTuple):
    """One assignment; `last` is the last day, None while it goes on."""

    id: int
    unit: str
    manager: str
    first: date
    last: date | None
    position: str
    level: str


class KnownProject(NamedTuple):
    """A project as far as a workbook can state it; `closed`: the first day on which it is closed."""

    id: int
    code: str
    name: str
    name_en: str
    purpose: str
    purpose_en: str
    lead_id: int
    first: date
    closed: date | None


class KnownMembership(NamedTuple):
    """One membership; `until`: the first day on which it no longer holds, None while it goes on."""

    id: int
    project: str
    role: str
    share: int
    first: date
    until: date | None


@dataclass
class Known:
    """Persons by number, units by code, employments by the person's id."""

    zone: ZoneInfo
    entity: LegalEntity | None
    persons: dict[str, KnownPerson] = field(default_factory=dict)
    employments: dict[int, KnownEmployment] = field(default_factory=dict)
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
    def names(self) -> dict[str, str]:
        """Names by employee number."""
        return {number: person.name for number, person in self.persons.items()}

    @cached_property
    def number_of(self) -> dict[int | None, str]:
        """Numbers by the person's id."""
        return {person.id: number for number, person in self.persons.items()}

    @cached_property
    def code_of(self) -> dict[int | None, str]:
        """Codes by the unit's id."""
        return {unit.pk: code for code, unit in self.units.items()}

    def person(self, written: str) -> KnownPerson | None:
        """The person a cell means."""
        return self.persons.get(self.numbers.meant(written))

    def unit(self, written: str) -> OrgUnit | None:
        """The unit a cell means."""
        return self.units.get(self.codes.meant(written))

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
    people = Person.objects.values_list(*KnownPerson._fields).iterator()
    employments = Employment.objects.values_list("person_id", *KnownEmployment._fields).iterator()
    return Known(
        zone=ZoneInfo(entity.time_zone if entity else "Asia/Shanghai"),
        entity=entity,
        persons={
            number: KnownPerson(pk, number, name, name_en, email, intern(position), intern(role_type), *rest)
            for pk, number, name, name_en, email, position, role_type, *rest in people
        },
        employments={
            person_id: KnownEmployment(hired_on, left_on, intern(level))
            for person_id, hired_on, left_on, level in employments
        },
        units={unit.code: unit for unit in OrgUnit.objects.filter(is_active=True)},
    )


def stretches(known: Known, numbers: Iterable[str]) -> dict[str, list[KnownStretch]]:
    """The assignments of these people in time order. Cost: one statement; everybody's when many are asked for."""
    wanted = {known.persons[number].id for number in numbers if number in known.persons}
    lines = Assignment.objects.all() if len(wanted) > FEW else Assignment.objects.filter(person_id__in=wanted)
    days = lines.annotate(
        first=TruncDate("period__startswith", tzinfo=known.zone), end=TruncDate("period__endswith", tzinfo=known.zone)
    ).order_by("person_id", "period")
    found: dict[str, list[KnownStretch]] = defaultdict(list)
    for line in days.values_list("person_id", "id", "unit_id", "manager_id", "first", "end", "position", "level"):
        person_id, line_id, unit_id, manager_id, first, end, position, level = line
        if person_id in wanted:
            found[known.number_of[person_id]].append(
                KnownStretch(
                    line_id, known.code_of.get(unit_id, ""), known.number_of.get(manager_id, ""),
                    first, end - DAY if end else None, intern(position), intern(level),
                )
            )  # fmt: skip
    return found


def projects() -> dict[str, KnownProject]:
    """Every project by its code. Cost: one statement."""
    fields = ("id", "code", "name", "name_en", "purpose", "purpose_en", "lead_id", "starts_on", "closed_on")
    return {line[1]: KnownProject(*line) for line in Project.objects.values_list(*fields)}


def memberships(known: Known, numbers: Iterable[str]) -> dict[str, list[KnownMembership]]:
    """The memberships of these people in time order. Cost: one statement; everybody's when many are asked for."""
    wanted = {known.persons[number].id for number in numbers if number in known.persons}
    lines = Membership.objects.all() if len(wanted) > FEW else Membership.objects.filter(person_id__in=wanted)
    found: dict[str, list[KnownMembership]] = defaultdict(list)
    for person_id, line_id, code, role, share, period in lines.order_by("person_id", "period", "pk").values_list(
        "person_id", "id", "project__code", "role", "share", "period"
    ):
        if person_id in wanted:
            held = KnownMembership(line_id, code, role, share, period.lower, period.upper)
            found[known.number_of[person_id]].append(held)
    return found


def seats() -> set[tuple[str, str, str]]:
    """Seats that are held or asked for, as (number, seat, scope). Cost: one statement."""
    return set(Seat.objects.filter(revoked_at=None).values_list("person__number", "seat", "scope__code"))


def names(known: Known, rows: Rows) -> Mapping[str, str]:
    """Names by employee number, those of the workbook before those known."""
    return ChainMap({row["number"]: row["name"] for row in rows.of("People")}, known.names)


def label(number: str, name: str) -> str:
    """How a person or unit is named in a preview."""
    return f"{number} {name}".strip()
