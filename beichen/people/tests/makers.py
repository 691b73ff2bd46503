"""Small organisations for tests, made as the owner of the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from beichen.people import queries, rules
from beichen.people.models import Assignment, Cycle, LegalEntity, OrgUnit, Period, Person, Seat
from beichen.people.rules import places
from beichen.platform.kit.actor import Actor
from tests.database import login

START = datetime(2020, 1, 1, tzinfo=UTC)
WHY = "两个组的尺度差得太远"


@dataclass
class Company:
    """Units by code and persons by number."""

    units: dict[str, OrgUnit] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    def actor(self, number: str) -> Actor:
        """The person as an actor at a page."""
        return Actor(person_id=self.people[number].pk)

    def id(self, number: str) -> int:
        """The person's id."""
        return self.people[number].pk


def company(
    units: dict[str, str | None], people: dict[str, tuple[str, str | None]], seats: dict[str, list[tuple[str, str]]]
) -> Company:
    """`units`: code → parent; `people`: number → (unit, manager); `seats`: number → [(seat, scope)]."""
    made = Company()
    entity, _ = LegalEntity.objects.get_or_create(code="main", defaults={"name": "测试公司"})
    for code, parent in units.items():
        made.units[code] = OrgUnit.objects.create(
            code=code, name=code, kind="team", entity=entity, parent=made.units[parent] if parent else None
        )
    for number, (unit, manager) in people.items():
        person = Person.objects.create(
            number=number, name=number, entity=entity, email=f"{number.lower()}@example.com", sort_key=number,
            unit=made.units[unit], manager=made.people[manager] if manager else None,
        )  # fmt: skip
        Assignment.objects.create(person=person, unit=made.units[unit], manager=person.manager, period=(START, None))
        made.people[number] = person
    for number, held in seats.items():
        for seat, scope in held:
            Seat.objects.create(
                person=made.people[number], seat=seat, scope=made.units[scope], granted_at=START, granted_by=0
            )
    places.renumber()
    for person in made.people.values():
        person.refresh_from_db()
    return made


def small() -> Company:
    """A chief, two managers, five reports, two HR people; HR1 looks after U1, HR2 after all."""
    return company(
        {"U0": None, "U1": "U0", "U2": "U0", "HR": "U0", "HR2": "U0"},
        {
            "E1": ("U0", None), "M1": ("U1", "E1"), "M2": ("U2", "E1"),
            "A1": ("U1", "M1"), "A2": ("U1", "M1"), "A3": ("U1", "A1"), "B1": ("U2", "M2"), "B2": ("U2", "M2"),
            "HR1": ("HR", "E1"), "HR2": ("HR2", "E1"), "HA1": ("HR", "HR1"), "HA2": ("HR2", "HR2"),
            "CA1": ("HR", "HR1"),
        },
        {"HR1": [("BP", "U1")], "HR2": [("BP", "U0")], "HA1": [("HA", "U0")], "HA2": [("HA", "U0")],
         "CA1": [("CA", "U0")], "E1": [("EX", "U0")]},
    )  # fmt: skip


def outside(unit: OrgUnit) -> Person:
    """A board member in this unit: acts where nobody else can (G21)."""
    made = Person.objects.create(
        number="X1", name="梁外部", entity=unit.entity, email="x1@example.com", sort_key="X1", unit=unit,
        kind="external",
    )  # fmt: skip
    places.renumber()
    return made


def make_process(actor: Actor, roles: Sequence[int] = (), code: str = "lead") -> int:
    """A process of three steps: the first answered for by the first role, the last held up and by nobody."""
    step = rules.processes.StepInput
    entered = rules.processes.ProcessInput(
        code=code, name="从线索到回款", name_en="From lead to cash", result="客户按时付款",
        result_en="Customers pay on time",
        steps=[
            step(name="选对客户", name_en="Choose", answers=next(iter(roles), None), contributes=roles[1:2]),
            step(name="报价", name_en="Quote", answers=next(iter(roles[1:2]), None)),
            step(name="验收", name_en="Acceptance", is_bottleneck=True),
        ],
    )  # fmt: skip
    return rules.processes.save_process(actor, None, entered)


def cycle(town: Company, phase: str = "C00", scope: str = "U0") -> int:
    """A cycle of 2026Q2 over a unit."""
    with login(None):
        period, _ = Period.objects.get_or_create(
            key="2026Q2", defaults={"kind": "quarter", "starts_on": "2026-04-01", "ends_on": "2026-06-30"}
        )
        return Cycle.objects.create(
            period=period, scope=town.units[scope], phase=phase, settings=queries.company_settings()
        ).pk  # fmt: skip


def move(town: Company, cycle_id: int, to: str, *people: str, reason: str = WHY) -> str:
    """These people ask for the same, one after the other; where the cycle then stands."""
    for number in people:
        card = queries.cycle(town.actor(number), cycle_id)
        rules.move_cycle(town.actor(number), cycle_id, to, card.version, reason)
    return queries.cycle(town.actor("A1"), cycle_id).phase
