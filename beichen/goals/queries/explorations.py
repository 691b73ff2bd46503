"""Explorations: one beside its goal, all of a cycle by unit, and how many a unit runs at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Count, DateTimeField, F, Q, QuerySet, Value
from django.db.models.functions import Cast

from beichen.goals import access
from beichen.goals.choices import RUNNING, Outcome
from beichen.goals.formulas.trials import Trial, faults
from beichen.goals.models import Exploration, Goal
from beichen.goals.queries.pages import goal_to_change
from beichen.goals.queries.plans import PAGE
from beichen.goals.queries.season import season
from beichen.people.queries import CycleCard
from beichen.platform.access.current import query
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.language import for_reader

BEING_TRIED = Q(goal__state__in=list(RUNNING), goal__is_dropped=False, outcome="")


@dataclass(frozen=True, slots=True)
class ExplorationCard:
    """One exploration; `faults` say what is careless about it today."""

    goal_id: int
    goal_title: str
    goal_state: str
    owner_id: int
    owner_name: str
    unit_name: str
    hypothesis: str
    evidence: str
    stop_rule: str
    budget: str
    until: date
    unharmed: str
    outcome: str
    found: str
    learning: str
    over_budget: bool
    harmed: bool
    ended_on: date | None
    faults: tuple[str, ...]
    version: int

    @property
    def outcome_label(self) -> str:
        """How it ended, in the reader's language; empty while it runs."""
        return str(Outcome(self.outcome).label) if self.outcome else ""

    @property
    def is_sound(self) -> bool:
        """Whether it gave an answer, whichever, from a sound trial."""
        return self.outcome in (Outcome.CONFIRMED, Outcome.REFUTED) and not self.faults

    @property
    def runs(self) -> bool:
        """Whether it is being tried."""
        return self.goal_state in RUNNING and not self.outcome


def trial_of(row: Exploration) -> Trial:
    """The row as the formulas see it."""
    return Trial(row.until, row.outcome, row.found, row.over_budget, row.harmed, row.ended_on)


def _card(row: Exploration) -> ExplorationCard:
    goal = row.goal
    unit, waits = goal.owner.unit, goal.state not in RUNNING and not row.outcome
    return ExplorationCard(
        row.pk, for_reader(goal.title, goal.title_en), goal.state, goal.owner_id, goal.owner.name,
        for_reader(unit.name, unit.name_en) if unit else "", row.hypothesis, row.evidence, row.stop_rule, row.budget,
        row.until, row.unharmed, row.outcome, row.found, row.learning, row.over_budget, row.harmed, row.ended_on,
        () if waits else tuple(faults(trial_of(row), clock.today())), row.version,
    )  # fmt: skip


def _visible(actor: Actor) -> QuerySet[Exploration]:
    found = Exploration.objects.select_related("goal__owner__unit")
    return found if actor.person_id is None else found.filter(access.visible_goals("goal__"))


@query
def exploration(actor: Actor, goal_id: int) -> ExplorationCard | None:
    """The exploration of a goal the actor reads, if it is one. Cost: one statement."""
    row = _visible(actor).filter(pk=goal_id).first()
    return _card(row) if row else None


@dataclass(frozen=True, slots=True)
class Tracks:
    """Explorations of a unit in a cycle, and how many of those open to the reader run there, of at most so many."""

    unit: str
    lines: tuple[ExplorationCard, ...]
    running: int
    most: int


@dataclass(frozen=True, slots=True)
class ExplorationPage:
    """A page of a cycle's explorations by unit; `next` is where the next page begins, None on the last."""

    units: tuple[Tracks, ...]
    next: int | None


@query
def explorations(actor: Actor, cycle: CycleCard, after: int = 0, limit: int = PAGE) -> ExplorationPage:
    """The explorations of a cycle that are open to the actor, by unit in the order of the organisation, from behind the
    goal `after` on. Cost: two statements, three with `after`.
    """
    found = _visible(actor).filter(goal__cycle_id=cycle.id, goal__is_dropped=False)
    rows = list(_behind(found, after).order_by("goal__owner_place", "pk")[: limit + 1])
    shown: dict[int | None, list[Exploration]] = defaultdict(list)
    for row in rows[:limit]:
        shown[row.goal.owner.unit_id].append(row)
    counts = found.filter(BEING_TRIED, goal__owner__unit_id__in=list(shown)).values_list("goal__owner__unit_id")
    running = dict(counts.annotate(n=Count("pk")).order_by())
    most = season(cycle.settings).tracks
    units = ((unit_id, [_card(row) for row in lines]) for unit_id, lines in shown.items())
    return ExplorationPage(
        tuple(Tracks(cards[0].unit_name, tuple(cards), running.get(unit_id, 0), most) for unit_id, cards in units),
        rows[limit - 1].pk if len(rows) > limit else None,
    )


def _behind(found: QuerySet[Exploration], goal_id: int) -> QuerySet[Exploration]:
    place = found.filter(pk=goal_id).values_list("goal__owner_place", flat=True).first() if goal_id else None
    if place is None:
        return found
    return found.filter(Q(goal__owner_place__gt=place) | Q(goal__owner_place=place, pk__gt=goal_id))


def trials_asked(actor: Actor) -> QuerySet[Any, Any]:
    """Explorations of the actor whose last day has come and that are not concluded, as a part of `inbox.asked`."""
    found = Exploration.objects.filter(BEING_TRIED, goal__owner_id=actor.person_id or 0, until__lte=clock.today())
    return found.order_by("until", "pk").values_list(
        Value("conclude", CharField()), "pk", "goal__title", "goal__title_en", F("goal__owner__name"),
        Value("", CharField()), "goal__owner_id", Cast("until", DateTimeField()),
    )  # fmt: skip


def tracks_at_once(goal: Goal) -> int:
    """How many other explorations run in the unit of the goal's owner in its cycle, whoever sees them. For rules."""
    of_unit = Exploration.objects.filter(goal__cycle_id=goal.cycle_id, goal__owner__unit_id=goal.owner.unit_id)
    return of_unit.filter(BEING_TRIED).exclude(pk=goal.pk).count()


def exploration_to_change(actor: Actor, goal_id: int) -> tuple[Goal, Exploration]:
    """The goal and its exploration, locked, or NotFound. For rules."""
    goal = goal_to_change(actor, goal_id)
    row = Exploration.objects.select_for_update(no_key=True).filter(pk=goal.pk).first()
    if row is None:
        raise NotFound
    return goal, row
