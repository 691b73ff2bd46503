"""How key results and goals stand on a day: what the drain stores, and the terms that explain it on a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Prefetch

from beichen.goals.choices import LINEAR, RUNNING, AlignmentState, GoalState, Measure
from beichen.goals.formulas import measures as m
from beichen.goals.formulas.health import (
    Health,
    HealthRules,
    ItemStanding,
    Standing,
    When,
    holds_to_end,
    stand,
    stand_of_goal,
)
from beichen.goals.formulas.rollup import Item, progress_of, score_of, upward
from beichen.goals.models import Alignment, Goal, KeyResult, Milestone
from beichen.metrics.queries import Table, band_score
from beichen.platform.kit.rounding import PROGRESS, half_even
from beichen.platform.ui.language import for_reader

NEVER = Standing(Health.NOT_MEASURED, None, Fraction(0), None)


def health_rules(settings: dict[str, Any]) -> HealthRules:
    """The rules of health a cycle was opened with; what is not set has its starting value."""
    goals = settings.get("goals", {})
    given = {name: Fraction(str(value)) for name, value in goals.get("health", {}).items()}
    days = {
        "rhythm_days": int(goals.get("update_rhythm_days", 14)),
        "late_after_days": int(goals.get("late_after_days", 3)),
    }
    return HealthRules(**given, **days)  # type: ignore[arg-type]


def cap_of(settings: dict[str, Any], ambition: str) -> Decimal:
    """What a score is cut to: more for stretch goals."""
    caps = settings.get("goals", {}).get("score_cap", {})
    default = m.CAP_STRETCH if ambition == "stretch" else m.CAP_COMMITTED
    return Decimal(str(caps.get(ambition, default)))


def steps_of(milestones: Iterable[Milestone]) -> tuple[m.Milestone, ...]:
    """Milestones as the formulas take them."""
    return tuple(m.Milestone(step.weight, step.due, done=step.finished_on is not None) for step in milestones)


@dataclass(frozen=True, slots=True)
class Bands:
    """The points a key result is scored by, and of which of them the condition is confirmed."""

    table: Table
    confirmed: frozenset[int] = frozenset()

    def score(self, value: Decimal) -> Fraction:
        """What a value earns (100 = met): the next lower point where a condition is not confirmed (formulas §4)."""
        return band_score(self.table, value, self.confirmed).score

    def reached(self, value: Decimal) -> int | None:
        """The best point a value reaches, whether its condition is confirmed or not."""
        return band_score(self.table, value).reached

    def lower(self, position: int) -> int:
        """The score in hundredths that holds at a point as long as its condition is not confirmed."""
        return band_score(self.table, self.table.points[position].value, self.confirmed - {position}).stored


def measure_of(
    key_result: KeyResult, current: Decimal | None, answer: bool | None,  # noqa: FBT001  (an answer, not a switch)
    milestones: Sequence[Milestone], bands: Bands | None = None,
) -> m.Measure:  # fmt: skip
    """The measure as the formulas take it; a band without its points stands without a score."""
    kind = key_result.measure
    if kind in LINEAR:
        return m.Linear(_given(key_result.baseline), _given(key_result.target), current)
    if kind == Measure.WITHIN:
        return m.KeepWithin(key_result.low, key_result.high, _given(key_result.tolerance), current)
    if kind == Measure.YES_NO:
        return m.YesNo(answer)
    if kind == Measure.BAND:
        return m.Band(bands.score(current) if bands is not None and current is not None else None)
    return m.Milestones(steps_of(milestones))


def _given(value: Decimal | None) -> Decimal:
    return Decimal(0) if value is None else value


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item of a goal's roll-up: a key result or a child goal. `note` says why it is not counted."""

    kind: str
    id: int
    title: str
    weight: int
    progress: int | None
    score: int | None
    standing: Standing
    counted: bool
    holds: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class BoardNumbers:
    """What the board asks of a goal; see `GoalStat`."""

    cycle_id: int | None
    unit_id: int | None
    gap: int
    behind: int
    risks: int
    shared_risks: int
    risk_update: int | None


@dataclass(frozen=True, slots=True)
class GoalNumbers:
    """What is stored for a goal, and the items it was made of."""

    goal_id: int
    progress: int | None
    score: int | None
    expected: int
    health: str
    holds_to_end: bool
    updated_on: date | None
    items: tuple[ItemLine, ...]
    equal: bool
    board: BoardNumbers

    @property
    def stored(self) -> tuple[object, ...]:
        """The columns of the narrow row."""
        own = self.progress, self.score, self.expected, self.health, self.holds_to_end, self.updated_on
        return *own, *astuple(self.board)


def stand_on(key_result: KeyResult, day: date, rules: HealthRules) -> tuple[Standing, bool]:
    """How a key result (loaded with stat and milestones) stands, and whether full progress is "so far" only."""
    stat = getattr(key_result, "stat", None)
    steps = list(key_result.milestones.all()) if key_result.measure == Measure.MILESTONES else []
    when = When(key_result.start, key_result.due, day)
    if key_result.measure == Measure.MILESTONES and not steps:
        return NEVER, False
    measure = measure_of(key_result, stat.current if stat else None, stat.answer if stat else None, steps)
    standing = stand(measure, stat.progress if stat else None, stat.updated_on if stat else None, when, rules)
    return standing, holds_to_end(measure, when)


def numbers(goal_ids: Iterable[int], day: date) -> dict[int, GoalNumbers]:
    """Recompute goals from their key results and the stored numbers of their children. Cost: four statements."""
    goals = Goal.objects.filter(pk__in=list(goal_ids)).select_related("cycle", "owner").in_bulk()
    key_results: dict[int, list[KeyResult]] = defaultdict(list)
    found = KeyResult.objects.filter(goal_id__in=goals).select_related("stat").prefetch_related(
        Prefetch("milestones", queryset=Milestone.objects.order_by("position", "id"))
    )  # fmt: skip
    for key_result in found:
        key_results[key_result.goal_id].append(key_result)
    children: dict[int, list[Alignment]] = defaultdict(list)
    for line in Alignment.objects.filter(
        parent_id__in=goals, is_rollup=True, state=AlignmentState.ACCEPTED
    ).select_related("child", "child__stat").order_by("id"):  # fmt: skip
        children[line.parent_id].append(line)
    return {pk: numbers_of(goal, key_results[pk], children[pk], day) for pk, goal in goals.items()}


def numbers_of(goal: Goal, key_results: list[KeyResult], children: list[Alignment], day: date) -> GoalNumbers:
    """The same from rows that are loaded: key results with stat and milestones, children with theirs."""
    rules = health_rules(goal.cycle.settings)
    lines = [_key_result_line(kr, day, rules) for kr in key_results] + [_child_line(child) for child in children]
    items = [Item(f"{line.kind}:{line.id}", line.weight, line.progress, line.score, line.counted) for line in lines]
    rolled = progress_of(items)
    standing = stand_of_goal(
        upward(rolled.value, goal.manual_progress),
        [ItemStanding(line.weight, line.standing, line.counted, line.holds) for line in lines],
        When(goal.start, goal.due, day), rules,
    )  # fmt: skip
    days = [kr.stat.updated_on for kr in key_results if getattr(kr, "stat", None) and kr.stat.updated_on]
    expected = half_even(standing.expected.numerator * PROGRESS, standing.expected.denominator)
    return GoalNumbers(
        goal.pk, rolled.value, score_of(items).value, expected, standing.health.value,
        any(line.holds for line in lines if line.counted), max(days, default=None), tuple(lines), rolled.how.equal,
        _board(goal, key_results, expected - (upward(rolled.value, goal.manual_progress) or 0)),
    )  # fmt: skip


def _board(goal: Goal, key_results: list[KeyResult], gap: int) -> BoardNumbers:
    stats = [kr.stat for kr in key_results if not kr.is_dropped and getattr(kr, "stat", None)]
    risks = [stat for stat in stats if stat.risk_update]
    on_board = goal.state in (*RUNNING, GoalState.CLOSED) and not goal.is_dropped
    return BoardNumbers(
        goal.cycle_id if on_board else None, goal.unit_id or goal.owner.unit_id, gap,
        max((stat.behind for stat in stats), default=0),
        len(risks), sum(1 for stat in risks if stat.risk_is_shared),
        max((stat.risk_update for stat in risks if stat.risk_update), default=None),
    )  # fmt: skip


def _key_result_line(key_result: KeyResult, day: date, rules: HealthRules) -> ItemLine:
    stat = getattr(key_result, "stat", None)
    standing, holds = stand_on(key_result, day, rules)
    note = "dropped" if key_result.is_dropped else "not_measured" if stat is None or stat.progress is None else ""
    return ItemLine(
        "key_result", key_result.pk, for_reader(key_result.title, key_result.title_en), key_result.weight,
        stat.progress if stat else None, stat.score if stat else None, standing, not key_result.is_dropped, holds, note,
    )  # fmt: skip


def _child_line(line: Alignment) -> ItemLine:
    child, stat = line.child, getattr(line.child, "stat", None)
    progress = upward(stat.progress if stat else None, child.manual_progress)
    counts = child.state in RUNNING or (child.state == GoalState.CLOSED and not child.is_dropped)
    expected = Fraction(stat.expected if stat else 0, PROGRESS)
    health = Health(stat.health) if stat else Health.NOT_MEASURED
    note = "not_counted" if not counts else "not_measured" if progress is None else ""
    return ItemLine(
        "goal", child.pk, child.title, line.weight, progress, stat.score if stat else None,
        Standing(health, progress, expected, None), counts, bool(stat and stat.holds_to_end), note,
    )  # fmt: skip
