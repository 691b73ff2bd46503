"""The ledger of restated goals: which terms changed in a cycle, how often, and what that did to scores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from beichen.goals import access
from beichen.goals.models import Goal, GoalVersion
from beichen.goals.queries.cards import RELATED, GoalCard, goal_card
from beichen.goals.queries.season import Season, season
from beichen.goals.queries.terms import Ledger, ledgers, with_parts
from beichen.people.choices import UnitKind
from beichen.people.queries import CycleCard
from beichen.platform.access.current import query
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor

PAGE = 50
PERSON = "person"


@dataclass(frozen=True, slots=True)
class RestatedLine:
    """A goal whose terms changed: how often, when last, and its score as set and as restated."""

    goal: GoalCard
    changes: int
    last: date
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class LevelCount:
    """How often goals of one level changed: the kind of unit that owns them, or persons."""

    level: str
    goals: int
    changes: int

    @property
    def label(self) -> str:
        """The level in the reader's language; empty for persons."""
        return "" if self.level == PERSON else str(UnitKind(self.level).label)


@dataclass(frozen=True, slots=True)
class Restated:
    """What changed in a cycle, as far as the actor sees the goals; `next` is where the next page begins."""

    cycle: CycleCard
    season: Season
    lines: tuple[RestatedLine, ...]
    levels: tuple[LevelCount, ...]
    next: str

    @property
    def goals(self) -> int:
        """How many goals changed."""
        return sum(level.goals for level in self.levels)

    @property
    def changes(self) -> int:
        """How many changes there were."""
        return sum(level.changes for level in self.levels)


@query
def restated(actor: Actor, known: CycleCard, after: int = 0, limit: int = PAGE) -> Restated:
    """Goals of a cycle that have more than one version. Cost: ten statements, however many goals."""
    found = _changed(actor, known)
    rows = list(with_parts(found.filter(pk__gt=after).select_related(*RELATED).order_by("pk"))[: limit + 1])
    shown = rows[:limit]
    scored = ledgers(actor, shown, known.settings, known.first, known.last)
    lines = tuple(
        RestatedLine(goal_card(row), len(kept) - 1, clock.local(kept[-1].at).date(), scored[row.pk])
        for row in shown
        for kept in [list(row.versions.all())]
    )
    more = str(shown[-1].pk) if len(rows) > limit else ""
    return Restated(known, season(known.settings), lines, _levels(actor, known), more)


def _changed(actor: Actor, cycle: CycleCard) -> QuerySet[Goal]:
    later = GoalVersion.objects.filter(number__gt=1, goal__cycle_id=cycle.id).values("goal")
    found = Goal.objects.filter(cycle_id=cycle.id, pk__in=later)
    return found if actor.person_id is None else found.filter(access.goals_with_numbers())


def _levels(actor: Actor, cycle: CycleCard) -> tuple[LevelCount, ...]:
    found = _changed(actor, cycle).values_list("unit__kind").annotate(
        n=Count("id", distinct=True), times=Count("versions", filter=Q(versions__number__gt=1))
    )  # fmt: skip
    order = [*UnitKind.values, PERSON]
    lines = [LevelCount(kind or PERSON, goals, changes) for kind, goals, changes in found.order_by()]
    return tuple(sorted(lines, key=lambda line: order.index(line.level)))
