"""What was attained before, beside what a goal asks for: one's own last cycle and comparable colleagues (GOAL-02)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import BigIntegerField, Q, Sum
from django.db.models.functions import Cast, Coalesce

from beichen.goals import access
from beichen.goals.choices import LINEAR, Ambition, GoalState, Visibility
from beichen.goals.formulas.ambition import GROUP_MIN, Bounds, Past, Question, asks, asks_of_plan
from beichen.goals.formulas.rollup import Item, progress_of
from beichen.goals.models import Goal, KeyResult
from beichen.goals.queries.cards import KeyResultCard
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.rounding import half_even
from beichen.platform.ui.language import for_reader


@dataclass(frozen=True, slots=True)
class Same:
    """A key result whose measure the owner had in the last cycle, and what is worth asking about it."""

    card: KeyResultCard
    past: Past
    question: Question | None


@dataclass(frozen=True, slots=True)
class Group:
    """What comparable colleagues attained in the last cycle, in millionths: at least five, public goals only."""

    kind: str
    name: str
    people: int
    progress: int


@dataclass(frozen=True, slots=True)
class Attained:
    """What stands beside a goal: the owner's last closed cycle, committed and stretch apart, the same measures, the
    comparable colleagues, and a question about the whole where no measure is the same.
    """

    period: str
    committed: int | None
    stretch: int | None
    same: tuple[Same, ...]
    group: Group | None
    question: Question | None

    @property
    def asks(self) -> bool:
        """Whether anything looks too safe or out of reach."""
        return self.question is not None or any(line.question for line in self.same)


def bounds_of(settings: dict[str, Any]) -> Bounds:
    """From where on a target is asked about in this cycle."""
    given = settings.get("goals", {}).get("ambition", {})
    return Bounds(**{name: Fraction(str(value)) for name, value in given.items()})


def attained(actor: Actor, goal: Goal, results: Sequence[KeyResultCard]) -> Attained | None:
    """The comparison for a goal loaded with cycle, period and owner; None before the first closed cycle.

    Cost: three statements.
    """
    closed = _closed(actor, goal)
    if not closed:
        return None
    cycle = closed[0].cycle
    past = KeyResult.objects.filter(goal__in=closed, is_dropped=False).select_related("stat")
    before = {_measure(kr): kr for kr in past if kr.measure in LINEAR and kr.stat.current is not None}
    bounds = bounds_of(goal.cycle.settings)
    same = tuple(
        _same(card, before[key], bounds)
        for card in results
        if (key := _measure(card)) in before and not card.is_dropped
    )
    parts = {one: _mean([g for g in closed if g.ambition == one]) for one in Ambition.values}
    whole = None if same else asks_of_plan(_mean(closed), stretch=goal.ambition == Ambition.STRETCH)
    group = _group(goal, cycle.pk) if goal.unit_id is None else None
    return Attained(cycle.period.key, parts["committed"], parts["stretch"], same, group, whole)


def _closed(actor: Actor, goal: Goal) -> list[Goal]:
    """The owner's (or the unit's) closed goals of the newest cycle before this one, as far as the viewer reads them."""
    found = Goal.objects.filter(
        access.goals_with_numbers() if actor.person_id is not None else Q(), unit_id=goal.unit_id,
        state=GoalState.CLOSED, is_dropped=False, cycle__period__ends_on__lt=goal.cycle.period.ends_on,
    ).select_related("stat", "cycle__period").order_by("-cycle__period__ends_on", "cycle_id", "id")  # fmt: skip
    lines = list((found if goal.unit_id else found.filter(owner_id=goal.owner_id))[:60])
    return [line for line in lines if line.cycle_id == lines[0].cycle_id]


def _measure(result: KeyResult | KeyResultCard) -> tuple[str, str, str]:
    return (result.title.strip().casefold(), result.measure, result.unit)


NOTHING = Decimal(0)


def _given(value: Decimal | None, other: Decimal) -> Decimal:
    return other if value is None else value


def _same(card: KeyResultCard, before: KeyResult, bounds: Bounds) -> Same:
    stood, meant = _given(before.baseline, NOTHING), _given(before.target, NOTHING)
    past = Past(stood, meant, _given(before.stat.current, stood), before.stat.progress)
    return Same(card, past, asks(past, _given(card.baseline, stood), _given(card.target, meant), bounds))


def _mean(goals: Sequence[Goal]) -> int | None:
    items = [
        Item(str(g.pk), g.weight, g.stat.progress if g.manual_progress is None else g.manual_progress)
        for g in goals if getattr(g, "stat", None)
    ]  # fmt: skip
    return progress_of(items).value


def _group(goal: Goal, cycle_id: int) -> Group | None:
    """Colleagues of the same role, else of the same unit: each one's mean over public goals, then the mean of those."""
    owner = goal.owner
    alike = Q(owner__unit_id=owner.unit_id)
    if owner.position:
        alike |= Q(owner__position=owner.position)
    shown = Coalesce("manual_progress", "stat__progress", output_field=BigIntegerField())
    lines = list(
        Goal.objects.filter(
            alike, access.counted_for_all(), cycle_id=cycle_id, state=GoalState.CLOSED, visibility=Visibility.PUBLIC,
            unit_id__isnull=True,
            is_dropped=False, owner__is_active=True, weight__gt=0, stat__progress__isnull=False,
        ).exclude(owner_id=owner.pk)
        .values("owner_id", "owner__position", "owner__unit_id")
        .annotate(all=Sum(Cast("weight", BigIntegerField())), done=Sum(Cast("weight", BigIntegerField()) * shown))
    )  # fmt: skip
    unit = for_reader(owner.unit.name, owner.unit.name_en) if owner.unit else ""
    groups = (
        ("role", owner.position, [line for line in lines if line["owner__position"] == owner.position]),
        ("unit", unit, [line for line in lines if line["owner__unit_id"] == owner.unit_id]),
    )
    for kind, name, found in groups:
        if name and len(found) >= GROUP_MIN:
            total = sum((Fraction(int(line["done"]), int(line["all"])) for line in found), Fraction(0)) / len(found)
            return Group(kind, name, len(found), half_even(total.numerator, total.denominator))
    return None
