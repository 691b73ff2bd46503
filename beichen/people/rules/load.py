"""A whole company at once, into an empty installation: units, people, their past, seats, calendar, cycles.

Nobody is asked twice here and no rule of a single act is repeated: the constraints of the tables hold. Run by the
demo; a real company comes by its workbook.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from beichen.people import access, queries
from beichen.people.models import (
    Assignment,
    Cycle,
    Employment,
    LegalEntity,
    OrgUnit,
    Period,
    Person,
    Seat,
    TargetBonus,
    WorkDay,
)
from beichen.people.rules import places
from beichen.people.rules.founding import CompanyExists
from beichen.people.rules.persons import begins
from beichen.people.rules.persons.leaving import portal_until
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock, periods
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.names import pinyin_key

BATCH = 1_000
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class EntityRow:
    """A company that employs people."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit; `parent` and `entity` codes, `head` and `hrbp` numbers. Parents come before children.

    Whoever works in a unit is employed by its company.
    """

    code: str
    name: str
    name_en: str
    kind: str
    parent: str
    head: str
    hrbp: str
    role_type: str
    entity: str


@dataclass(frozen=True, slots=True)
class StretchRow:
    """One assignment, both days included; `last` None while it goes on."""

    unit: str
    manager: str
    position: str
    level: str
    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person with every assignment, the oldest first; `bonus` in cents for a quarter."""

    number: str
    name: str
    name_en: str
    email: str
    hired: date
    left: date | None
    stretches: tuple[StretchRow, ...]
    bonus: int


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A seat; asked for and granted by two others."""

    person: str
    seat: str
    scope: str
    asked_by: str
    granted_by: str
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class Loaded:
    """Ids by what the rows called things."""

    units: dict[str, int]
    persons: dict[str, int]
    places: dict[str, int]


@rule
def load_company(
    actor: Actor,
    entities: Sequence[EntityRow],
    units: Sequence[UnitRow],
    persons: Sequence[PersonRow],
    seats: Iterable[SeatRow],
) -> Loaded:
    """Write the company and number its trees. Errors: CompanyExists. Cost: about thirty statements."""
    require(actor, access.IMPORT)
    if Person.objects.exists() or OrgUnit.objects.exists():
        raise CompanyExists
    employers = LegalEntity.objects.bulk_create(
        LegalEntity(code=row.code, name=row.name, name_en=row.name_en) for row in entities
    )
    made = _units({entity.code: entity for entity in employers}, units)
    people = _persons(made, persons)
    _lead(made, people, units, persons)
    _past(made, people, persons)
    Seat.objects.bulk_create(
        Seat(
            person=people[row.person],
            seat=row.seat,
            scope=made[row.scope],
            asked_by=people[row.asked_by].pk,
            granted_by=people[row.granted_by].pk,
            granted_at=row.granted_at,
        )
        for row in seats
    )
    places.renumber()
    audit.record_bulk(actor, access.IMPORT, "people.person", [person.pk for person in people.values()])
    ranks = dict(Person.objects.values_list("number", "place"))
    return Loaded({code: unit.pk for code, unit in made.items()}, {n: p.pk for n, p in people.items()}, ranks)


def _units(entities: dict[str, LegalEntity], rows: Sequence[UnitRow]) -> dict[str, OrgUnit]:
    made: dict[str, OrgUnit] = {}
    for row in rows:
        made[row.code] = OrgUnit(
            code=row.code, name=row.name, name_en=row.name_en, kind=row.kind, entity=entities[row.entity],
            role_type=row.role_type,
        )  # fmt: skip
    OrgUnit.objects.bulk_create(made.values(), batch_size=BATCH)
    return made


def _persons(units: dict[str, OrgUnit], rows: Sequence[PersonRow]) -> dict[str, Person]:
    made = {
        row.number: Person(
            number=row.number,
            entity=units[row.stretches[-1].unit].entity,
            name=row.name,
            name_en=row.name_en,
            sort_key=pinyin_key(row.name),
            email=row.email,
            position=row.stretches[-1].position,
            unit=units[row.stretches[-1].unit],
            role_type=units[row.stretches[-1].unit].role_type,
            is_active=row.left is None,
        )
        for row in rows
    }
    Person.objects.bulk_create(made.values(), batch_size=BATCH)
    return made


def _lead(
    units: dict[str, OrgUnit], people: dict[str, Person], unit_rows: Sequence[UnitRow], rows: Sequence[PersonRow]
) -> None:
    for unit in unit_rows:
        made = units[unit.code]
        made.parent = units.get(unit.parent)
        made.head, made.hrbp = people.get(unit.head), people.get(unit.hrbp)
    OrgUnit.objects.bulk_update(units.values(), ["parent", "head", "hrbp"], batch_size=BATCH)
    for row in rows:
        people[row.number].manager = people.get(row.stretches[-1].manager)
    Person.objects.bulk_update(people.values(), ["manager"], batch_size=BATCH)


def _past(units: dict[str, OrgUnit], people: dict[str, Person], rows: Sequence[PersonRow]) -> None:
    """Employments, dated assignments and target bonuses."""
    Employment.objects.bulk_create(
        (
            Employment(
                person=people[row.number],
                hired_on=row.hired,
                left_on=row.left,
                level=row.stretches[-1].level,
                portal_until=portal_until(row.left) if row.left else None,
            )
            for row in rows
        ),
        batch_size=BATCH,
    )
    Assignment.objects.bulk_create(
        (
            Assignment(
                person=people[row.number],
                unit=units[s.unit],
                manager=people.get(s.manager),
                position=s.position,
                level=s.level,
                period=_period(people[row.number].entity, s),
            )
            for row in rows
            for s in row.stretches
        ),
        batch_size=BATCH,
    )
    TargetBonus.objects.bulk_create(
        (TargetBonus(person=people[row.number], amount=row.bonus, valid=(row.hired, None)) for row in rows),
        batch_size=BATCH,
    )


def _period(entity: LegalEntity, stretch: StretchRow) -> tuple[datetime, datetime | None]:
    """The instants of a stretch where its employer is."""
    return begins(entity, stretch.first), begins(entity, stretch.last + DAY) if stretch.last else None


@rule
def load_calendar(actor: Actor, days: Iterable[tuple[date, bool]]) -> None:
    """Days that break the week's rule, for every legal entity: (day, is worked). Cost: two statements."""
    require(actor, access.IMPORT)
    entities = list(LegalEntity.objects.all())
    WorkDay.objects.bulk_create(
        [WorkDay(entity=entity, day=day, is_working=works) for day, works in days for entity in entities],
        ignore_conflicts=True,
    )


@rule
def load_cycle(actor: Actor, key: str, scope_id: int, phase: str, settings: dict[str, Any] | None = None) -> int:
    """A cycle that already stands in a phase; its id. Cost: three statements."""
    require(actor, access.IMPORT)
    span = periods.parse(key)
    period, _ = Period.objects.get_or_create(
        key=span.key, defaults={"kind": span.kind.value, "starts_on": span.start, "ends_on": span.end}
    )
    made = Cycle.objects.create(
        period=period, scope_id=scope_id, phase=phase, settings=settings or queries.company_settings()
    )
    audit.record(actor, access.IMPORT, made, details={"phase": phase, "at": clock.now().isoformat()})
    return made.pk
