"""Shapes of goals in the API. Weights are hundredths of a per cent point, progress millionths, scores hundredths."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from ninja import Schema
from pydantic import Field

from beichen.goals.choices import Ambition, GoalKind, Measure, Visibility
from beichen.platform.api.schemas import Strict

WEIGHT = Field(0, ge=0, le=10_000, description="Hundredths: 10000 is 100 %")


class GoalOut(Schema):
    """One goal with its rolled-up numbers."""

    id: int
    key: str
    title: str
    title_en: str
    kind: str
    ambition: str
    owner_id: int
    owner_name: str
    unit_id: int | None
    unit_name: str
    cycle_id: int
    weight: int
    priority_id: int | None
    priority_key: str
    state: str
    visibility: str
    start: date
    due: date
    verification: str
    approver_id: int | None
    agree_by: date | None
    is_my_turn: bool
    is_doubted: bool
    comment: str
    manual_progress: int | None
    progress: int | None
    score: int | None
    expected: int
    health: str
    updated_on: date | None
    version: int


class MilestoneOut(Schema):
    """One step of a key result."""

    id: int
    name: str
    weight: int
    due: date
    finished_on: date | None


class KeyResultOut(Schema):
    """One key result and how it stands today."""

    id: int
    goal_id: int
    key: str
    title: str
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
    band_id: int | None
    current: Decimal | None
    answer: bool | None
    progress: int | None
    score: int | None
    expected: int
    health: str
    confidence: str
    updated_on: date | None
    milestones: list[MilestoneOut]
    version: int


class AlignmentOut(Schema):
    """An alignment seen from one goal; `goal_id` is the other one, its title empty where it is not open to you."""

    id: int
    goal_id: int
    title: str
    holder: str
    is_rollup: bool
    weight: int
    state: str
    version: int


class StepOut(Schema):
    """One step of the chain up to the strategy: goal, hidden or priority."""

    kind: str
    id: int
    title: str
    holder: str


class TermOut(Schema):
    """One term of the weighted mean that is the goal's progress; `note` says why it is not counted."""

    kind: str
    id: int
    title: str
    weight: int
    progress: int | None
    note: str


class GoalViewOut(Schema):
    """A goal with everything that hangs on it."""

    goal: GoalOut
    key_results: list[KeyResultOut]
    parents: list[AlignmentOut]
    children: list[AlignmentOut]
    chain: list[StepOut]
    terms: list[TermOut]
    equal_weights: bool


class PlanLineOut(Schema):
    """A goal of a plan with its key results."""

    goal: GoalOut
    key_results: list[KeyResultOut]


class PlanOut(Schema):
    """The plan of a person in a cycle."""

    person_id: int
    cycle_id: int
    weight: int
    progress: int | None
    committed: int | None
    stretch: int | None
    expected: int | None
    lines: list[PlanLineOut]
    unit_lines: list[PlanLineOut]


class TeamLineOut(Schema):
    """A direct report and how the goals stand."""

    person_id: int
    name: str
    weight: int
    progress: int | None
    committed: int | None
    stretch: int | None
    attention: int
    goals: list[GoalOut]


class AskOut(Schema):
    """A goal that wants to serve one of yours."""

    id: int
    child: GoalOut
    parent_id: int
    parent_title: str
    is_rollup: bool
    version: int


class WaitingOut(Schema):
    """What waits for your word."""

    goals: list[GoalOut]
    alignments: list[AskOut]


class ReportOut(Schema):
    """One report; the words of problem, next step, support and risk are empty where they are not open to you."""

    id: int
    key_result_id: int
    author_name: str
    at: datetime
    day: date
    source: str
    value: Decimal | None
    answer: bool | None
    finished_names: list[str]
    confidence: str
    text: str
    progress: int | None
    health: str
    problem: str
    next_action: str
    support: str
    risk: str


class ApprovalStepOut(Schema):
    """One step of the approval: whose, since when and until when; who decided, for whom, and why."""

    n: int
    role: str
    state: str
    name: str
    delegate_name: str
    delegated_until: datetime | None
    decided_by_name: str
    on_behalf_of_name: str
    asked_at: datetime | None
    due_at: datetime | None
    decided_at: datetime | None
    comment: str


class GroupOut(Schema):
    """What comparable colleagues attained in the last cycle (at least five; public goals): `kind` role or unit."""

    kind: str
    name: str
    people: int
    progress: int


class SameOut(Schema):
    """A key result measured the same way last cycle; `question`: reached, still, far or safe (times in tenths)."""

    key_result_id: int
    baseline: Decimal
    target: Decimal
    reached: Decimal
    progress: int | None
    question: str
    tenths: int


class AttainedOut(Schema):
    """What was attained in the last closed cycle, committed and stretch apart."""

    period: str
    committed: int | None
    stretch: int | None
    group: GroupOut | None
    same: list[SameOut]
    question: str


class AgreementOut(Schema):
    """How a goal is being agreed on; steps are open to those who take part."""

    steps: list[ApprovalStepOut]
    attained: AttainedOut | None
    may_decide: bool
    may_hand_on: bool
    may_doubt: bool


class AgreedOut(Schema):
    """How many were agreed to, and why the others were not."""

    count: int
    refused: list[str]


class CoverageLineOut(Schema):
    """A priority, its attainment, and the goals that name it."""

    priority_id: int
    key: str
    name: str
    attainment: int | None
    people: int
    goal_count: int
    goals: list[GoalOut]


class CoverageOut(Schema):
    """Priorities and what serves them; goals that serve none."""

    priorities: list[CoverageLineOut]
    loose: list[GoalOut]
    loose_count: int
    goal_count: int


class Made(Schema):
    """The id of what was made."""

    id: int


class GoalIn(Strict):
    """A goal as entered; without dates the cycle's hold."""

    title: str = Field(min_length=1, max_length=160)
    title_en: str = Field("", max_length=160)
    kind: GoalKind = GoalKind.OBJECTIVE
    ambition: Ambition = Ambition.COMMITTED
    weight: int = WEIGHT
    priority_id: int | None = None
    visibility: Visibility = Visibility.PUBLIC
    start: date | None = None
    due: date | None = None
    verification: str = Field("", max_length=300)


class NewGoalIn(GoalIn):
    """A new draft: one's own, or of a report (`owner_id`), or of a unit one heads (`unit_id`)."""

    cycle_id: int
    owner_id: int | None = None
    unit_id: int | None = None


class EditGoalIn(GoalIn):
    """A changed goal; `version` is the one you read."""

    version: int = 0


class MilestoneIn(Strict):
    """One step; `id` of the step it replaces, 0 for a new one."""

    name: str = Field(min_length=1, max_length=120)
    due: date
    weight: int = WEIGHT
    id: int = 0


class KeyResultIn(Strict):
    """A key result as entered; the measure says which numbers are needed. `version`: of the goal for a new one."""

    title: str = Field(min_length=1, max_length=160)
    measure: Measure
    baseline: Decimal | None = None
    target: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    tolerance: Decimal | None = None
    unit: str = Field("", max_length=20)
    weight: int = WEIGHT
    start: date | None = None
    due: date | None = None
    band_id: int | None = None
    milestones: list[MilestoneIn] = []
    version: int = 0


class ReportIn(Strict):
    """A report: `value`, `answer` or `finished` (ids of finished milestones), by the kind of measure."""

    value: Decimal | None = None
    answer: bool | None = None
    finished: list[int] | None = None
    confidence: Literal["", "on_track", "at_risk", "off_track"] = ""
    text: str = Field("", max_length=1000)
    problem: str = Field("", max_length=1000)
    next_action: str = Field("", max_length=1000)
    support: str = Field("", max_length=1000)
    risk: str = Field("", max_length=1000)
    is_shared: bool = False
    day: date | None = None


class AlignIn(Strict):
    """The goal to serve, and whether the progress counts there."""

    parent_id: int
    rolls_up: bool = True


class AcceptIn(Strict):
    """Accept, with the weight it has in your goal (left out: the mean of what the other items hold)."""

    weight: int | None = Field(None, ge=0, le=10_000)
    version: int = 0


class HandOnIn(Strict):
    """Who decides in your place, and the last day."""

    to: int
    last_day: date
    version: int = 0


class ChosenIn(Strict):
    """A goal to agree to, with the version you read."""

    goal_id: int
    version: int


class ManyIn(Strict):
    """Goals to agree to at once."""

    goals: list[ChosenIn] = Field(max_length=100)


class WordsIn(Strict):
    """Why it goes back or is declined."""

    reason: str = Field(max_length=500)
    version: int = 0


class VersionIn(Strict):
    """The version you read."""

    version: int = 0
