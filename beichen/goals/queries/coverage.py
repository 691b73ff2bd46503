"""How far the strategy has come: attainment of units and priorities, what serves them and what serves none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Q, QuerySet

from beichen.goals import access
from beichen.goals.choices import RUNNING, GoalState
from beichen.goals.formulas.rollup import Item, progress_of
from beichen.goals.models import Goal
from beichen.goals.queries import plans
from beichen.goals.queries.cards import GoalCard
from beichen.people import queries as people
from beichen.people.queries import PersonCard
from beichen.platform.access.current import query
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.strategy import queries as strategy
from beichen.strategy.queries import PriorityCard

SHOWN = 6
KEPT_SECONDS, KEPT_GOALS, KEPT_PEOPLE = 60, 100, 10_000
"""How old figures of the whole company may be, and how many goals of each list are kept with them."""


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
class Uncovered:
    """People who answer for no goal in force that serves a priority.

    `count` of `people` in the cycles, everybody's figure. `named` are the first of the `known`: those of whom the
    actor reads restricted goals as well (row 01e), so that no name says more than the actor may know.
    """

    count: int
    people: int
    named: tuple[PersonCard, ...]
    known: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Priorities and what serves them; `loose` are visible goals that serve none (`loose_count` of them)."""

    priorities: tuple[PriorityCoverage, ...]
    loose: tuple[GoalCard, ...]
    loose_count: int
    goal_count: int
    uncovered: Uncovered


@query
def unit_attainment(actor: Actor, unit_ids: Iterable[int], cycle_id: int) -> dict[int, int | None]:
    """Attainment of units in millionths, over their own goals by weight (formulas §2). Cost: one statement."""
    found = Goal.objects.filter(access.counted_for_all(), unit_id__in=list(unit_ids), cycle_id=cycle_id)
    return _attained(found, "unit_id")


def _attained(found: QuerySet[Goal], by: str) -> dict[int, int | None]:
    counted = found.filter(Q(state__in=list(RUNNING)) | Q(state=GoalState.CLOSED, is_dropped=False))
    items: dict[int, list[Item]] = defaultdict(list)
    for key, pk, weight, manual, progress in counted.values_list(
        by, "pk", "weight", "manual_progress", "stat__progress"
    ):
        items[key].append(Item(str(pk), weight, progress if manual is None else manual))
    return {key: progress_of(row).value for key, row in items.items()}


@query
def attainment_of_priorities(actor: Actor, cycle_ids: Iterable[int]) -> dict[int, int | None]:
    """Attainment by priority in millionths, over the goals that name it, by weight. Goals that are restricted, or
    whose numbers a preset narrows, are left out of the number, since it is everybody's. Cost: one statement.
    """
    found = Goal.objects.filter(priority_id__isnull=False, cycle_id__in=list(cycle_ids))
    return _attained(found.filter(access.counted_for_all()), "priority_id")


@query
def coverage(actor: Actor, cycle_ids: Iterable[int] | None = None, limit: int = 50) -> Coverage:
    """Priorities without goals, goals without a priority, people without such a goal. Cost: five statements.

    The figures are everybody's (restricted goals are left out) and at most a minute old; the goals are those that the
    actor may read today.
    """
    cycles = list(cycle_ids) if cycle_ids is not None else cycles_today(actor)
    figures = _figures(actor, cycles)
    named, loose = figures["named"], figures["loose"]
    cards = plans.goals_by_id(actor, [*loose, *(pk for line in named.values() for pk in line["goals"])])
    lines = tuple(
        _line(p, figures, [cards[pk] for pk in named.get(p.id, _NOTHING)["goals"] if pk in cards])
        for p in strategy.priorities(actor)
    )
    open_ones = tuple(cards[pk] for pk in loose if pk in cards)[:limit]
    return Coverage(lines, open_ones, figures["loose_count"], figures["goal_count"], _uncovered(actor, figures, limit))


def _uncovered(actor: Actor, figures: dict[str, Any], limit: int) -> Uncovered:
    named, known = people.readable_by(actor, "01e", figures["bare"], limit)
    return Uncovered(figures["uncovered"], figures["staff"], tuple(named), known)


_NOTHING: dict[str, Any] = {"goals": [], "count": 0}


def _line(priority: PriorityCard, figures: dict[str, Any], goals: Sequence[GoalCard]) -> PriorityCoverage:
    return PriorityCoverage(
        priority, figures["attained"].get(priority.id), tuple(goals[:SHOWN]), figures["people"].get(priority.id, 0),
        figures["named"].get(priority.id, _NOTHING)["count"],
    )  # fmt: skip


def _figures(actor: Actor, cycles: list[int]) -> dict[str, Any]:
    """The figures of the whole company, counted anew once a minute. Cost: one statement, or three and the keeping."""
    key = f"goals.coverage.3:{'-'.join(map(str, sorted(cycles)))}"
    kept: dict[str, Any] | None = cache.get(key)
    if kept is None:
        kept = {**_counted(cycles), "attained": attainment_of_priorities(actor, cycles)}
        cache.set(key, kept, KEPT_SECONDS)
    return kept


# One pass over what serves a priority (it names one, or something above it does): people by priority; the first goals
# that name each, from the top of the company down; the first that serve none, by the name of who answers for them; how
# many people answer for none that serves one; those who answer for none at all, restricted ones among them, to be named
# before whoever may read of it.
_COUNT = """
WITH serving AS MATERIALIZED (
    SELECT goal_id, priority_id FROM goals_serving(%(cycles)s::bigint[])
), counted AS MATERIALIZED (
    SELECT id, priority_id, owner_id, unit_id FROM goals_goal
    WHERE cycle_id = ANY (%(cycles)s::bigint[]) AND NOT is_dropped AND state IN ('active', 'changing', 'closed')
      AND visibility <> 'restricted'
      AND coalesce(home_id, 0) NOT IN (SELECT access.preset_units('team', 'restricted'))
), named AS (
    SELECT c.priority_id, c.id, count(*) OVER (PARTITION BY c.priority_id) AS n,
           row_number() OVER (PARTITION BY c.priority_id ORDER BY u.depth NULLS LAST, c.id) AS nth
    FROM counted c LEFT JOIN people_orgunit u ON u.id = c.unit_id WHERE c.priority_id IS NOT NULL
), loose AS MATERIALIZED (
    SELECT c.id, c.owner_id FROM counted c LEFT JOIN serving s ON s.goal_id = c.id WHERE s.goal_id IS NULL
), owners AS (
    SELECT DISTINCT c.owner_id FROM counted c JOIN serving s ON s.goal_id = c.id
), staff AS MATERIALIZED (
    SELECT p.id, u.place FROM people_person p JOIN people_orgunit u ON u.id = p.unit_id
    WHERE p.is_active AND EXISTS (
        SELECT 1 FROM people_cycle c JOIN people_orgunit s ON s.id = c.scope_id
        WHERE c.id = ANY (%(cycles)s::bigint[]) AND u.place BETWEEN s.place AND s.place_end)
), bare AS (
    SELECT p.id FROM staff p WHERE NOT EXISTS (
        SELECT 1 FROM goals_goal g JOIN serving s ON s.goal_id = g.id
        WHERE g.owner_id = p.id AND g.cycle_id = ANY (%(cycles)s::bigint[]) AND NOT g.is_dropped
          AND g.state IN ('active', 'changing', 'closed'))
    ORDER BY p.place, p.id LIMIT %(bare)s
)
SELECT 'people', s.priority_id, count(DISTINCT g.owner_id), 0
FROM serving s JOIN goals_goal g ON g.id = s.goal_id GROUP BY s.priority_id
UNION ALL SELECT * FROM (SELECT 'named', priority_id, id, n FROM named WHERE nth <= %(most)s ORDER BY nth) first
UNION ALL SELECT * FROM (
    SELECT 'loose', 0, l.id, 0 FROM loose l JOIN people_person p ON p.id = l.owner_id
    ORDER BY p.sort_key, l.id LIMIT %(most)s) free
UNION ALL
SELECT 'staff', 0, count(*) FILTER (WHERE o.owner_id IS NULL), count(*)
FROM staff p LEFT JOIN owners o ON o.owner_id = p.id
UNION ALL SELECT 'bare', 0, id, 0 FROM bare
UNION ALL SELECT 'counts', 0, (SELECT count(*) FROM loose), (SELECT count(*) FROM counted)
"""


def _counted(cycles: list[int]) -> dict[str, Any]:
    found: dict[str, Any] = {"people": {}, "named": {}, "loose": [], "bare": [], "loose_count": 0, "goal_count": 0}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"cycles": cycles, "most": KEPT_GOALS, "bare": KEPT_PEOPLE})
        for what, priority, one, other in cursor.fetchall():
            if what == "people":
                found["people"][priority] = one
            elif what == "named":
                found["named"].setdefault(priority, {"goals": [], "count": other})["goals"].append(one)
            elif what == "staff":
                found["uncovered"], found["staff"] = one, other
            elif what in ("loose", "bare"):
                found[what].append(one)
            else:
                found["loose_count"], found["goal_count"] = one, other
    return found


@query
def open_cycles(actor: Actor) -> list[int]:
    """Cycles that are not closed yet. Cost: one statement."""
    return [card.id for card in people.cycles(actor) if card.phase < "C11"]


@query
def cycles_today(actor: Actor) -> list[int]:
    """The cycles that hold today; between cycles, those that are not closed yet. Cost: one statement."""
    cards, day = people.cycles(actor), clock.today()
    return [card.id for card in cards if card.first <= day <= card.last] or [c.id for c in cards if c.phase < "C11"]
