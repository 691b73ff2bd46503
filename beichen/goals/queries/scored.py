"""Goals as reviews count them, and how far the strategy has come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, Count, F, Func, Prefetch, Q, QuerySet, Value, Window
from django.db.models.functions import RowNumber

from beichen.goals import access
from beichen.goals.choices import RUNNING, AlignmentState, GoalState, Visibility
from beichen.goals.models import Alignment, Goal, KeyResult
from beichen.goals.queries import plans
from beichen.goals.queries.cards import RELATED, GoalCard, goal_card
from beichen.people import queries as people
from beichen.platform.access.current import query
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.strategy import queries as strategy
from beichen.strategy.queries import PriorityCard

SHOWN = 6


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """A key result or child goal of a scored goal; weight and score in hundredths, score None where not measured."""

    kind: str
    id: int
    title: str
    weight: int
    score: int | None
    counted: bool


@dataclass(frozen=True, slots=True)
class ScoredGoal:
    """A goal of a person as the review counts it: Σ weight · score / Σ weight over these (formulas §6)."""

    goal_id: int
    key: str
    title: str
    kind: str
    ambition: str
    weight: int
    score: int | None
    progress: int | None
    key_results: tuple[ScoredItem, ...]


@query
def scored_goals(actor: Actor, person_ids: Iterable[int], cycle_id: int) -> dict[int, list[ScoredGoal]]:
    """The persons' own goals that count: running or closed, not dropped, not those of units. Cost: three statements."""
    found = Goal.objects.filter(
        Q(state__in=list(RUNNING)) | Q(state=GoalState.CLOSED), owner_id__in=list(person_ids), cycle_id=cycle_id,
        unit_id__isnull=True, is_dropped=False,
    ).select_related("stat").prefetch_related(
        Prefetch("key_results", queryset=KeyResult.objects.select_related("stat")),
        Prefetch("children", queryset=Alignment.objects.filter(
            state=AlignmentState.ACCEPTED, is_rollup=True).select_related("child__stat")),
    )  # fmt: skip
    if actor.person_id is not None:
        found = found.filter(access.visible_goals())
    scored: dict[int, list[ScoredGoal]] = defaultdict(list)
    for goal in found.order_by("owner_id", "-weight", "id"):
        stat = getattr(goal, "stat", None)
        scored[goal.owner_id].append(
            ScoredGoal(
                goal.pk, goal.key, goal.title, goal.kind, goal.ambition, goal.weight, stat.score if stat else None,
                stat.progress if stat else None, _items(goal),
            )
        )  # fmt: skip
    return dict(scored)


def _items(goal: Goal) -> tuple[ScoredItem, ...]:
    own = [
        ScoredItem("key_result", kr.pk, kr.title, kr.weight, _score(kr), counted=not kr.is_dropped)
        for kr in goal.key_results.all()
    ]
    below = [
        ScoredItem(
            "goal", line.child_id, line.child.title, line.weight, _score(line.child), counted=_counts(line.child)
        )
        for line in goal.children.all()
    ]
    return (*own, *below)


def _score(measured: Goal | KeyResult) -> int | None:
    stat = getattr(measured, "stat", None)
    return stat.score if stat else None


def _counts(child: Goal) -> bool:
    return child.state in RUNNING or (child.state == GoalState.CLOSED and not child.is_dropped)


@dataclass(frozen=True, slots=True)
class PriorityCoverage:
    """A priority, how far it has come (millionths, None: not measured), and the visible goals that name it.

    `goals` are the first of them, those of the largest units before those of teams and people; `goal_count` is all.
    """

    priority: PriorityCard
    attainment: int | None
    goals: tuple[GoalCard, ...]
    people: int
    goal_count: int

    @property
    def is_empty(self) -> bool:
        """No goal names it."""
        return not self.goals and self.attainment is None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Priorities and what serves them; `loose` are visible goals that serve none (`loose_count` of them)."""

    priorities: tuple[PriorityCoverage, ...]
    loose: tuple[GoalCard, ...]
    loose_count: int
    goal_count: int


class Serves(Func):
    """Whether the goal serves a priority: it names one, or something above it does. One hashed set per statement."""

    template = "(id IN (SELECT goal_id FROM goals_serving(%(expressions)s::bigint[])))"
    output_field = BooleanField()
    conditional = True

    def __init__(self, cycles: list[int]) -> None:
        super().__init__(Value(cycles, output_field=ArrayField(BigIntegerField())))


@query
def attainment_of_priorities(actor: Actor, cycle_ids: Iterable[int]) -> dict[int, int | None]:
    """Attainment by priority in millionths, over the goals that name it, by weight. Restricted goals are left out of
    the number, since it is everybody's. Cost: one statement.
    """
    found = Goal.objects.filter(priority_id__isnull=False, cycle_id__in=list(cycle_ids))
    return plans._attained(found.exclude(visibility=Visibility.RESTRICTED), "priority_id")


@query
def coverage(actor: Actor, cycle_ids: Iterable[int] | None = None, limit: int = 50) -> Coverage:
    """Priorities without goals, goals without a priority, down to the person. Cost: six statements."""
    cycles = list(cycle_ids) if cycle_ids is not None else cycles_today(actor)
    attained = attainment_of_priorities(actor, cycles)
    named: dict[int | None, list[GoalCard]] = defaultdict(list)
    found = Goal.objects.select_related(*RELATED).filter(
        access.visible_goals() if actor.person_id is not None else Q(), cycle_id__in=cycles, is_dropped=False,
        state__in=[*RUNNING, GoalState.CLOSED],
    )  # fmt: skip
    counts: dict[int | None, int] = defaultdict(int)
    for row in _first_of_each(found):
        named[row.priority_id].append(goal_card(row))
        counts[row.priority_id] = row.total
    reach = _reach(cycles)
    loose = found.exclude(pk__in=Goal.objects.filter(Q(Serves(cycles))).values("pk"))
    cards = tuple(goal_card(row) for row in loose.order_by("owner__sort_key", "id")[:limit])
    lines = tuple(
        PriorityCoverage(p, attained.get(p.id), tuple(named.get(p.id, ())), reach.get(p.id, 0), counts[p.id])
        for p in strategy.priorities(actor)
    )
    return Coverage(lines, cards, loose.count() if len(cards) == limit else len(cards), found.count())


def _first_of_each(found: QuerySet[Goal]) -> Any:
    """The first goals of each priority, from the top of the company down, each with how many there are in all."""
    numbered = found.filter(priority_id__isnull=False).annotate(
        nth=Window(RowNumber(), partition_by="priority_id", order_by=[F("unit__depth").asc(nulls_last=True), F("id")]),
        total=Window(Count("id"), partition_by="priority_id"),
    )
    return numbered.filter(nth__lte=SHOWN).order_by("priority_id", "nth")


def _reach(cycles: list[int]) -> dict[int, int]:
    """How many people serve each priority."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.priority_id, count(DISTINCT g.owner_id) FROM goals_serving(%s::bigint[]) s"
            " JOIN goals_goal g ON g.id = s.goal_id GROUP BY s.priority_id",
            [cycles],
        )
        return dict(cursor.fetchall())


@query
def open_cycles(actor: Actor) -> list[int]:
    """Cycles that are not closed yet. Cost: one statement."""
    return [card.id for card in people.cycles(actor) if card.phase < "C11"]


@query
def cycles_today(actor: Actor) -> list[int]:
    """The cycles that hold today; between cycles, those that are not closed yet. Cost: one statement."""
    cards, day = people.cycles(actor), clock.today()
    return [card.id for card in cards if card.first <= day <= card.last] or [c.id for c in cards if c.phase < "C11"]
