"""A company of any size whose people write their self reviews, with real commits: for what happens at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from beichen.people.tests.makers import company, outside
from beichen.platform.kit.actor import Actor
from beichen.reviews.models import Part, PartContent, PartVersion
from beichen.reviews.tests.makers import World, world
from tests.database import past_the_guards, put_in_phase

ANSWERS = {key: {"score": "80", "text": "按计划做完了，记录在目标里。"} for key in ("behaviour", "contribution")}
SPAN = 8
"""How many a manager leads."""


@dataclass
class Crowd:
    """The company, and the self part of each of its people."""

    world: World
    parts: dict[str, UUID]

    def actor(self, number: str) -> Actor:
        return self.world.actor(number)

    def begin_again(self) -> None:
        """Nobody has written anything; the cycle stands where self reviews are written."""
        with self.world.owner(), past_the_guards():
            PartVersion.objects.all().delete()
            PartContent.objects.all().delete()
            Part.objects.all().update(state="draft", submitted_at=None, returned=False, version=1)
            put_in_phase("C03", self.world.cycle_id)

    def submitted(self) -> set[UUID]:
        """The self parts that were handed in."""
        with self.world.owner():
            return set(Part.objects.filter(role="self", state="submitted").values_list("pk", flat=True))


def crowd(owner: Any, worker: Any, count: int) -> Crowd:
    """So many people under managers of eight each, in a launched review that stands at C03."""
    managers = {f"M{n}": ("U1", "E1") for n in range((count + SPAN - 1) // SPAN)}
    staff = {f"P{n:05}": ("U1", f"M{n // SPAN}") for n in range(count)}
    hr = {"HR2": ("HR", "E1"), "HA1": ("HR", "HR2"), "HA2": ("HR", "HR2")}
    with owner():
        made = company(
            {"U0": None, "U1": "U0", "HR": "U0"},
            {"E1": ("U0", None), **managers, **hr, **staff},
            {"HR2": [("BP", "U0")], "HA1": [("HA", "U0")], "HA2": [("HA", "U0")], "E1": [("EX", "U0")]},
        )
        outside(made.units["U0"])
    found = world(owner, worker, made)
    found.make_plan(without=[made.id(number) for number in ("E1", *managers, *hr)])
    found.launch()
    found.phase("C03")
    with owner():
        lines = Part.objects.filter(role="self").values_list("subject__number", "pk")
        parts = dict(lines)
    return Crowd(found, parts)


def as_owner(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Ask past every right, in the transaction that is open; for threads, where `login` of all would change."""
    with connection.cursor() as cursor:
        cursor.execute("RESET SESSION AUTHORIZATION")
        cursor.execute(statement, values)
        found = list(cursor.fetchall())
        cursor.execute("SET SESSION AUTHORIZATION beichen_web")
        return found
