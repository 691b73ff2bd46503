"""What pages and programs get to see of goals: frozen cards, so that no template can start a query.

Weights in hundredths, progress and expected progress in millionths, scores in hundredths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from beichen.goals.choices import (
    AGREED,
    NARROWING,
    AlignmentState,
    Ambition,
    Confidence,
    GoalKind,
    GoalState,
    Measure,
    Preset,
    Visibility,
)
from beichen.goals.formulas.health import Health, two_steps_apart
from beichen.goals.formulas.rollup import Item, progress_of
from beichen.goals.models import Goal
from beichen.platform.kit import clock
from beichen.platform.ui.language import for_reader


@dataclass(frozen=True, slots=True)
class GoalCard:
    """One goal with its rolled-up numbers. `owner_*` is who answers for it, `unit_*` is set where a unit owns it;
    the names of units and of the priority are in the reader's language.

    `approver_id` and `agree_by`: whose turn it is, until when; known to those who take part in the approval.
    `preset`: what narrows it by its unit `home_id`; `numbers_hidden`: the reader gets none of its numbers.
    """

    id: int
    key: str
    title: str
    title_en: str
    kind: str
    ambition: str
    owner_id: int
    owner_name: str
    owner_unit: str
    unit_id: int | None
    unit_name: str
    cycle_id: int
    weight: int
    priority_id: int | None
    priority_key: str
    priority_name: str
    state: str
    visibility: str
    start: date
    due: date
    verification: str
    effort_days: int | None
    author_id: int | None
    last_editor_id: int | None
    approver_id: int | None
    agree_by: date | None
    is_my_turn: bool
    proposed_at: datetime | None
    comment: str
    is_doubted: bool
    is_dropped: bool
    manual_progress: int | None
    manual_reason: str
    manual_at: datetime | None
    approved_at: datetime | None
    version: int
    progress: int | None
    score: int | None
    expected: int
    health: str
    updated_on: date | None
    preset: str = ""
    home_id: int | None = None
    numbers_hidden: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether the preset of its unit is narrower than what it says of itself."""
        return self.preset in NARROWING and self.state in AGREED and self.visibility != Visibility.RESTRICTED

    @property
    def shown_title(self) -> str:
        """The title in the reader's language, where there is one."""
        return for_reader(self.title, self.title_en)

    @property
    def shown_progress(self) -> int | None:
        """What the level above uses."""
        return self.progress if self.manual_progress is None else self.manual_progress

    @property
    def kind_label(self) -> str:
        """The kind in the reader's language."""
        return str(GoalKind(self.kind).label)

    @property
    def ambition_label(self) -> str:
        """Committed or stretch, in the reader's language."""
        return str(Ambition(self.ambition).label)

    @property
    def state_label(self) -> str:
        """The state in the reader's language."""
        return str(GoalState(self.state).label)

    @property
    def visibility_label(self) -> str:
        """Who sees it, in the reader's language: as the goal says, unless the preset of its unit is narrower."""
        return str(Preset(self.preset).label if self.is_narrowed else Visibility(self.visibility).label)

    @property
    def holder(self) -> str:
        """Whose goal it is: the unit's or the person's name."""
        return self.unit_name or self.owner_name

    @property
    def runs(self) -> bool:
        """Whether progress is reported on it."""
        return self.state in (GoalState.ACTIVE, GoalState.CHANGING)

    @property
    def waits(self) -> bool:
        """Whether nobody has agreed to it yet: it has no pace to be measured against."""
        return self.state in (GoalState.DRAFT, GoalState.PROPOSED)

    @property
    def row(self) -> str:
        """The row of the table of rights it is in."""
        from beichen.goals.access import row_of

        return row_of(self)


RELATED = ("owner", "owner__unit", "unit", "priority", "stat")


def _called(named: Any) -> str:
    return for_reader(named.name, named.name_en) if named else ""


HIDDEN = "hidden"
"""The health of what keeps its numbers from the reader."""


def goal_card(goal: Goal, *, shows_numbers: bool = True) -> GoalCard:
    """The card of a goal loaded with `RELATED`; without a rolled-up row it is not measured yet."""
    card = _whole(goal)
    if shows_numbers:
        return card
    return replace(
        card, manual_progress=None, manual_reason="", manual_at=None, progress=None, score=None, expected=0,
        health=HIDDEN, updated_on=None, numbers_hidden=True,
    )  # fmt: skip


def _whole(goal: Goal) -> GoalCard:
    stat, asked = getattr(goal, "stat", None), getattr(goal, "agree_by", None)
    return GoalCard(
        id=goal.pk, key=goal.key, title=goal.title, title_en=goal.title_en, kind=goal.kind, ambition=goal.ambition,
        owner_id=goal.owner_id, owner_name=goal.owner.name, owner_unit=_called(goal.owner.unit),
        unit_id=goal.unit_id, unit_name=_called(goal.unit), cycle_id=goal.cycle_id, weight=goal.weight,
        priority_id=goal.priority_id, priority_key=goal.priority.key if goal.priority else "",
        priority_name=_called(goal.priority), state=goal.state, visibility=goal.visibility,
        start=goal.start, due=goal.due, verification=goal.verification, effort_days=goal.effort_days,
        author_id=goal.author_id,
        last_editor_id=goal.last_editor_id,
        approver_id=getattr(goal, "approver_id", None), agree_by=clock.local(asked).date() if asked else None,
        is_my_turn=bool(getattr(goal, "is_my_turn", False)),
        proposed_at=goal.proposed_at, comment=goal.comment, is_doubted=goal.is_doubted, is_dropped=goal.is_dropped,
        manual_progress=goal.manual_progress, manual_reason=goal.manual_reason,
        manual_at=goal.manual_at, approved_at=goal.approved_at, version=goal.version,
        progress=stat.progress if stat else None, score=stat.score if stat else None,
        expected=stat.expected if stat else 0, health=stat.health if stat else Health.EARLY,
        updated_on=stat.updated_on if stat else None, preset=getattr(goal, "preset", ""), home_id=goal.home_id,
    )  # fmt: skip


def counted_items(goals: Sequence[GoalCard]) -> list[Item]:
    """Goals as the roll-up counts them in a plan."""
    return [Item(str(g.id), g.weight, g.shown_progress, counted=g.runs or g.state == GoalState.CLOSED) for g in goals]


def apart(goals: Sequence[GoalCard]) -> tuple[int | None, int | None]:
    """The progress of the committed goals and of the stretch goals, each by itself; None where there is none."""
    kinds = {kind: [g for g in goals if g.ambition == kind] for kind in Ambition.values}
    return progress_of(counted_items(kinds["committed"])).value, progress_of(counted_items(kinds["stretch"])).value


@dataclass(frozen=True, slots=True)
class MilestoneCard:
    """One step; `late` on the day it was asked for."""

    id: int
    name: str
    weight: int
    due: date
    finished_on: date | None
    late: bool


@dataclass(frozen=True, slots=True)
class Point:
    """One report in a sparkline: the day, progress in millionths, and where it came from."""

    day: date
    progress: int
    source: str = ""
    by: str = ""
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class KeyResultCard:
    """One key result and how it stands on the day it was asked for; `expected` in millionths."""

    id: int
    goal_id: int
    key: str
    title: str
    title_en: str
    measure: str
    baseline: Decimal | None
    target: Decimal | None
    low: Decimal | None
    high: Decimal | None
    tolerance: Decimal | None
    unit: str
    weight: int
    start: date
    due: date
    is_dropped: bool
    by_metric: bool
    metric_id: int | None
    band_id: int | None
    version: int
    current: Decimal | None
    answer: bool | None
    progress: int | None
    score: int | None
    updated_on: date | None
    confidence: str
    expected: int
    health: str
    behind: int
    milestones: tuple[MilestoneCard, ...]
    spark: tuple[Point, ...]
    numbers_hidden: bool = False

    def without_numbers(self) -> KeyResultCard:
        """For a reader from whom the goal keeps them: what it is called and weighs, not what it measures."""
        steps = tuple(replace(step, finished_on=None, late=False) for step in self.milestones)
        return replace(
            self, baseline=None, target=None, low=None, high=None, tolerance=None, current=None, answer=None,
            progress=None, score=None, updated_on=None, confidence="", expected=0, health=HIDDEN, behind=0,
            milestones=steps, spark=(), band_id=None, metric_id=None, numbers_hidden=True,
        )  # fmt: skip

    @property
    def shown_title(self) -> str:
        """The title in the reader's language, where there is one."""
        return for_reader(self.title, self.title_en)

    @property
    def measure_label(self) -> str:
        """The kind of measure in the reader's language."""
        return str(Measure(self.measure).label)

    @property
    def confidence_label(self) -> str:
        """The owner's own view in the reader's language."""
        return str(Confidence(self.confidence).label) if self.confidence else ""

    @property
    def apart(self) -> bool:
        """Whether the owner's confidence and the pace are two steps or more apart."""
        return bool(self.confidence) and two_steps_apart(Health(self.confidence), Health(self.health))

    @property
    def behind_running(self) -> bool:
        """At risk or off track at three reports in a row, or more."""
        return self.behind >= 3

    @property
    def newest(self) -> Point | None:
        """The newest report: where value and confidence came from."""
        return self.spark[-1] if self.spark else None

    @property
    def said(self) -> Point | None:
        """The newest report that says how confident its writer is."""
        return next((point for point in reversed(self.spark) if point.confidence), None)

    @property
    def spark_values(self) -> list[int]:
        """Progress over the reports, oldest first, from zero."""
        return [0, *(point.progress for point in self.spark)] if self.spark else []

    @property
    def finished(self) -> int:
        """How many milestones are finished."""
        return sum(1 for step in self.milestones if step.finished_on)


@dataclass(frozen=True, slots=True)
class AlignmentCard:
    """One alignment; title and holder of the other goal are empty where it is not open to the viewer."""

    id: int
    goal_id: int
    title: str
    holder: str
    progress: int | None
    health: str
    is_rollup: bool
    weight: int
    state: str
    proposed_by: int | None
    version: int

    @property
    def state_label(self) -> str:
        """The state in the reader's language."""
        return str(AlignmentState(self.state).label)


@dataclass(frozen=True, slots=True)
class UpdateCard:
    """One report. The words of row 02d are empty for those who may not read them."""

    id: int
    key_result_id: int
    key_result_title: str
    author_name: str
    at: datetime
    day: date
    source: str
    value: Decimal | None
    answer: bool | None
    finished_names: tuple[str, ...]
    unit: str
    confidence: str
    text: str
    progress: int | None
    health: str
    problem: str
    next_action: str
    support: str
    risk: str
    is_shared: bool
    is_correction: bool

    @property
    def confidence_label(self) -> str:
        """The owner's own view in the reader's language."""
        return str(Confidence(self.confidence).label) if self.confidence else ""

    @property
    def shown_value(self) -> str:
        """The value with its unit, without zeros at the end."""
        if self.value is None:
            return ""
        text = f"{self.value.normalize():f}"
        return f"{text}{self.unit}" if self.unit in ("", "%", "‰") else f"{text} {self.unit}"

    @property
    def has_words(self) -> bool:
        """Whether there is anything of row 02d to show."""
        return bool(self.problem or self.next_action or self.support or self.risk)
