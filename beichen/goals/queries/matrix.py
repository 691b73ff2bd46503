"""How far the year's priorities have come, unit by unit: figures of a cycle that everybody of the leadership shares."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, Count, F, Q, Sum
from django.db.models.functions import Cast, Coalesce

from beichen.goals import access
from beichen.goals.choices import AGREED
from beichen.goals.models import GoalStat
from beichen.people import queries as people
from beichen.people.queries import UnitCard
from beichen.platform.access.current import query
from beichen.platform.access.permissions import require
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.rounding import half_even
from beichen.strategy import queries as strategy
from beichen.strategy.queries import PriorityCard


@dataclass(slots=True)
class Cell:
    """The goals that name a priority in one unit and below it.

    `made` is Σ weight · progress and `weight` Σ weight over the `measured` ones, `plain` Σ progress; `healths` counts.
    """

    count: int = 0
    measured: int = 0
    weight: int = 0
    made: int = 0
    plain: int = 0
    healths: Counter[str] = field(default_factory=Counter)

    @property
    def attainment(self) -> int | None:
        """The weighted mean in millionths; equal weights where all are 0; None where nothing is measured."""
        if not self.measured:
            return None
        return half_even(self.made, self.weight) if self.weight else half_even(self.plain, self.measured)

    def add(self, health: str, count: int, sums: tuple[int, int, int, int]) -> None:
        """Goals of one unit and one state."""
        measured, weight, made, plain = sums
        self.count, self.measured, self.weight = self.count + count, self.measured + measured, self.weight + weight
        self.made, self.plain = self.made + made, self.plain + plain
        self.healths[health] += count


@dataclass(frozen=True, slots=True)
class Column:
    """A unit with all below it, or with `is_alone` what it owns itself."""

    unit: UnitCard
    is_alone: bool = False

    def holds(self, place: int) -> bool:
        """Whether a unit at this place counts here."""
        last = self.unit.place if self.is_alone else self.unit.place_end
        return self.unit.place <= place <= last


@dataclass(frozen=True, slots=True)
class Line:
    """A priority: the whole unit looked at, then column by column."""

    priority: PriorityCard
    whole: Cell
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Priorities by the units below one; `path` leads from the top of the company to it."""

    unit: UnitCard
    path: tuple[UnitCard, ...]
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


@query
def matrix(actor: Actor, cycle_id: int, unit_id: int | None = None) -> Matrix | None:
    """Attainment of priorities by unit, over the goals that name them, by weight (formulas §2); None without a unit.

    Goals that are restricted, or narrowed by a preset, are left out, as on the page of the strategy.
    Cost: four statements, one more below the top.
    """
    require(actor, access.MATRIX)
    path = people.unit_path(actor, unit_id) if unit_id else people.children_of(actor, None)[:1]
    if not path:
        return None
    unit = path[-1]
    columns = (Column(unit, is_alone=True), *(Column(below) for below in people.children_of(actor, unit.id)))
    cells: dict[int, tuple[Cell, ...]] = {}
    priorities = strategy.priorities(actor)
    for priority in priorities:
        cells[priority.id] = tuple(Cell() for _ in range(len(columns) + 1))
    for priority_id, place, health, count, *sums in _sums(cycle_id, unit, [p.id for p in priorities]):
        for cell, inside in zip(cells[priority_id], (True, *(c.holds(place) for c in columns)), strict=True):
            if inside:
                cell.add(health, count, (sums[0] or 0, sums[1] or 0, sums[2] or 0, sums[3] or 0))
    lines = tuple(Line(p, cells[p.id][0], cells[p.id][1:]) for p in priorities)
    return Matrix(unit, tuple(path), *_shown(columns, lines))


def _shown(columns: tuple[Column, ...], lines: tuple[Line, ...]) -> tuple[tuple[Column, ...], tuple[Line, ...]]:
    """Without the unit's own column where it owns no such goal."""
    if any(line.cells[0].count for line in lines):
        return columns, lines
    return columns[1:], tuple(Line(line.priority, line.whole, line.cells[1:]) for line in lines)


def _sums(cycle_id: int, unit: UnitCard, priorities: list[int]) -> list[tuple[Any, ...]]:
    big = BigIntegerField()
    progress = Cast(Coalesce(F("goal__manual_progress"), F("progress")), big)
    measured = Q(progress__isnull=False) | Q(goal__manual_progress__isnull=False)
    found = GoalStat.objects.filter(
        cycle_id=cycle_id, goal__priority_id__in=priorities, goal__state__in=list(AGREED), goal__is_dropped=False,
        unit__place__gte=unit.place, unit__place__lte=unit.place_end,
    ).filter(access.counted_for_all("goal__"))  # fmt: skip
    return list(
        found.values_list("goal__priority_id", "unit__place", "health")
        .annotate(
            n=Count("pk"), measured=Count("pk", filter=measured),
            weight=Sum(Cast("goal__weight", big), filter=measured),
            made=Sum(Cast("goal__weight", big) * progress), plain=Sum(progress),
        )
        .order_by()
    )  # fmt: skip
