"""The quarter of a unit on one page: its most important goals and how their key results stand."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Q

from beichen.goals.choices import RUNNING, GoalState
from beichen.goals.queries.cards import GoalCard, KeyResultCard
from beichen.goals.queries.plans import as_open, bare_cards, cards, loaded, visible
from beichen.people import queries as people
from beichen.people.queries import CycleCard, PersonCard, UnitCard
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor

MOST_IMPORTANT = 3


@dataclass(frozen=True, slots=True)
class UnitSheet:
    """A unit in a cycle: the way down to it, its head, the goals with most weight (three at most), what is below it."""

    unit: UnitCard
    path: tuple[UnitCard, ...]
    below: tuple[UnitCard, ...]
    head: PersonCard | None
    lines: tuple[tuple[GoalCard, tuple[KeyResultCard, ...]], ...]
    more: int


@query
def unit_sheet(actor: Actor, unit_id: int, cycle: CycleCard) -> UnitSheet:
    """The goals a unit owns, then those of its head, by weight; agreed ones the actor may read. NotFound: no unit.

    Cost: seven statements.
    """
    path = people.unit_path(actor, unit_id)
    unit = path[-1]
    whose = Q(unit_id=unit.id) | Q(unit__isnull=True, owner_id=unit.head_id or 0)
    found = visible(actor).filter(
        whose, cycle_id=cycle.id, is_dropped=False, state__in=[*RUNNING, GoalState.CLOSED]
    ).order_by(F("unit_id").asc(nulls_last=True), "-weight", "pk")  # fmt: skip
    goals = cards(actor, found)
    first = goals[:MOST_IMPORTANT]
    results: dict[int, list[KeyResultCard]] = {}
    for card in as_open(first, bare_cards(loaded([goal.id for goal in first]), cycle.settings)):
        if not card.is_dropped:
            results.setdefault(card.goal_id, []).append(card)
    head = people.persons(actor, [unit.head_id]).get(unit.head_id or 0)
    return UnitSheet(
        unit, tuple(path), tuple(people.children_of(actor, unit.id)), head,
        tuple((goal, tuple(results.get(goal.id, ()))) for goal in first), len(goals) - len(first),
    )  # fmt: skip
