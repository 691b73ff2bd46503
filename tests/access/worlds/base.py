"""What every world has: the company with the seats it lacks, and how a planted record is known again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.apps import apps

from beichen.people.models import (
    Assignment,
    Conflict,
    Cycle,
    Employment,
    Membership,
    OrgUnit,
    Period,
    Person,
    Project,
    Seat,
)
from beichen.people.queries import company_settings
from beichen.people.rules import places
from tests.access import oracle
from tests.access.table import Row
from tests.cast import Golden, load_golden
from tests.database import login

START = datetime(2022, 1, 1, tzinfo=UTC)
THEN = datetime(2026, 7, 1, 4, tzinfo=UTC)
CANARY = "substring(t::text from 'canary[0-9a-zA-Z.]+')"
WHOLE_NUMBER = "t.{}::text"
Columns = Callable[[str, Row], set[str]]


@dataclass(frozen=True)
class Planted:
    """One row in one table: where it stands in the table of rights, and how it is known again.

    `part` is "content" (open to r and w) or "head" (open to x and t as well). `author` wrote it. `stands` replaces the
    relations to the subject where the record has none (G17). `masks` are columns whose `m` the table itself answers.
    """

    row: str
    subject: str
    model: str
    canary: str
    part: str = "content"
    expression: str = CANARY
    author: str | None = None
    stands: Columns | None = None
    peer: str | None = None
    masks: frozenset[str] = frozenset()
    far: bool = True

    @property
    def table(self) -> str:
        return str(apps.get_model(self.model)._meta.db_table)

    def expected(self, viewer: str, row: Row) -> bool:
        """Whether the table of rights opens this row to the viewer."""
        stands = self.stands(viewer, row) if self.stands else oracle.columns(viewer, self.subject, row)
        stands |= {"PR"} if viewer == self.peer else set()
        own = viewer == self.author
        if self.part == "head":
            return oracle.knows(row, viewer, self.subject if self.far else viewer, stands, own=own)
        return oracle.reads(row, stands, own=own) or any("m" in row.cells[c] for c in stands & self.masks)


@dataclass
class World:
    """The company, its people as rows, and what was planted."""

    golden: Golden
    people: dict[str, Person]
    units: dict[str, OrgUnit]
    planted: list[Planted] = field(default_factory=list)
    cycles: dict[str, Cycle] = field(default_factory=dict)
    ids: dict[tuple[str, str], Any] = field(default_factory=dict)

    def add(self, row: str, subject: str, model: str, canary: str, **more: Any) -> None:
        self.planted.append(Planted(row, subject, model, canary, **more))

    def place(self, number: str) -> int:
        return self.people[number].place

    def cycle(self, key: str, phase: str) -> Cycle:
        """A cycle of its own for one state: a person has one review in each."""
        if key not in self.cycles:
            period = Period.objects.create(
                key=key, kind="quarter", starts_on=date(2026, 4, 1), ends_on=date(2026, 6, 30)
            )
            self.cycles[key] = Cycle.objects.create(
                period=period, scope=self.units["U0"], phase=phase, settings=company_settings()
            )
        return self.cycles[key]


def canary(row: str, subject: str, more: str = "") -> str:
    """Words found nowhere else, long enough for every reason that must be given."""
    return f"canary.{row}.{subject}.{more}".rstrip(".") + ".planted"


def with_extras() -> World:
    """The golden company, three more people in the seats it lacks, and one declared conflict."""
    golden = load_golden()
    with login(None):
        units = {unit.code: unit for unit in OrgUnit.objects.all()}
        people = {person.number: person for person in Person.objects.all()}
        for number, (unit, manager, seat) in oracle.EXTRA.items():
            person = Person.objects.create(
                number=number,
                name=f"补席{number}",
                entity=units["U0"].entity,
                email=f"{number.lower()}@example.com",
                sort_key=number,
                unit=units[unit],
                manager=people[manager],
            )
            Employment.objects.create(person=person, hired_on=date(2022, 1, 1), level="L5")
            Assignment.objects.create(person=person, unit=units[unit], manager=people[manager], period=(START, None))
            Seat.objects.create(person=person, seat=seat, scope=units["U0"], granted_at=START, granted_by=0)
            people[number] = person
        for holder, other in oracle.CONFLICTS:
            Conflict.objects.create(holder=people[holder], other=people[other], reason="relatives")
        _project(people)
        places.renumber()
        people = {person.number: person for person in Person.objects.select_related("manager", "unit")}
        _accounts(people)
    golden.people.update({number: person.pk for number, person in people.items()})
    return World(golden, people, units)


def _project(people: dict[str, Person]) -> None:
    lead, members = oracle.PROJECT
    project = Project.objects.create(code="P1", name="跨部门项目", lead=people[lead], starts_on=START.date())
    for number in members:
        Membership.objects.create(
            project=project, person=people[number], role="成员", share=20, period=(START.date(), None)
        )


def _accounts(people: dict[str, Person]) -> None:
    from django.contrib.auth import get_user_model

    accounts = get_user_model()._default_manager
    have = set(accounts.filter(person_id__isnull=False).values_list("person_id", flat=True))
    for person in people.values():
        if person.pk not in have:
            accounts.create(person_id=person.pk, email=person.email, is_active=True)
