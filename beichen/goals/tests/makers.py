"""Goals for tests, made as the owner of the tables, and a small organisation to hang them on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.test import Client

from beichen.goals import rules
from beichen.goals.models import Alignment, Goal, KeyResult, KeyResultStat
from beichen.people.models import Cycle, Period
from beichen.people.queries import company_settings
from beichen.people.tests.makers import Company, small
from beichen.platform.auth.models import Account
from beichen.platform.kit.actor import Actor
from beichen.platform.notify.models import Notice
from tests.cast import sign_in

NOON = datetime(2026, 5, 16, 4, tzinfo=UTC)
FIRST, LAST = date(2026, 4, 1), date(2026, 6, 30)


@dataclass
class World:
    """A company, its running quarter, and goals by title."""

    company: Company
    cycle: Cycle
    goals: dict[str, Goal] = field(default_factory=dict)

    def actor(self, number: str):
        return self.company.actor(number)


def world(phase: str = "C02") -> World:
    """`small()` with the quarter 2026Q2."""
    company = small()
    period = Period.objects.create(key="2026Q2", kind="quarter", starts_on=FIRST, ends_on=LAST)
    cycle = Cycle.objects.create(period=period, scope=company.units["U0"], phase=phase, settings=company_settings())
    return World(company, cycle)


def goal(world: World, title: str, owner: str, **more: Any) -> Goal:
    """A goal of a person; running and public unless said otherwise. `unit` is a unit's code."""
    person = world.company.people[owner]
    unit = world.company.units[more.pop("unit")] if "unit" in more else None
    values = {
        "state": "active", "weight": 10_000, "author": person, "last_editor": person, "start": FIRST, "due": LAST,
        "cycle": world.cycle,
    }  # fmt: skip
    made = Goal.objects.create(title=title, owner=person, owner_place=person.place, unit=unit, **{**values, **more})
    world.goals[title] = made
    return made


def key_result(made: Goal, title: str = "K", weight: int = 10_000, **more: Any) -> KeyResult:
    """An increase from 0 to 100 that stands at 0."""
    values = {
        "measure": "increase",
        "baseline": Decimal(0),
        "target": Decimal(100),
        "start": made.start,
        "due": made.due,
    }
    kr = KeyResult.objects.create(goal=made, title=title, weight=weight, **{**values, **more})
    KeyResultStat.objects.create(key_result=kr, progress=0, score=0)
    return kr


def aligned(child: Goal, parent: Goal, weight: int = 100) -> Alignment:
    """An accepted roll-up."""
    return Alignment.objects.create(child=child, parent=parent, weight=weight, state="accepted")


def make_template(actor: Actor, title: str = "第一周就用出价值") -> int:
    """A goal to begin from with two key results, for everybody."""
    parts = (
        rules.ResultTemplateInput(title="新用户次周留存", title_en="Week-2 retention", unit="%"),
        rules.ResultTemplateInput(title="半路放弃率", title_en="Share who give up", measure="decrease", unit="%"),
    )
    entered = rules.TemplateInput(title=title, title_en="Value in the first week", results=parts)
    return rules.save_template(actor, entered)


def browser(world: World, number: str) -> Client:
    """A browser in which this person is signed in; whoever has no account gets one."""
    person = world.company.people[number]
    Account.objects.get_or_create(
        person_id=person.pk, defaults={"email": f"{number.lower()}@example.com", "name": number}
    )
    return sign_in(person.pk)


def told(world: World, template: str) -> list[str]:
    """The numbers of those who got a notice of this template. Called as the owner of the tables."""
    names = {person.pk: number for number, person in world.company.people.items()}
    return sorted(names[pk] for pk in Notice.objects.filter(template=template).values_list("addressee_id", flat=True))
