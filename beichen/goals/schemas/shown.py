"""What the API shows of goals. Weights are hundredths of a per cent point, progress millionths, scores hundredths."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from ninja import Schema


class GoalOut(Schema):
    """One goal with its rolled-up numbers, none where `numbers_hidden`. `preset`: what narrows it by its unit."""

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
    effort_days: int | None
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
    preset: str
    numbers_hidden: bool
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
    numbers_hidden: bool
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


class GoalStepOut(Schema):
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
    """A goal with everything that hangs on it. `is_late`: not agreed to while goals could be; it counts nowhere."""

    goal: GoalOut
    key_results: list[KeyResultOut]
    parents: list[AlignmentOut]
    children: list[AlignmentOut]
    chain: list[GoalStepOut]
    terms: list[TermOut]
    equal_weights: bool
    is_late: bool


class PlanLineOut(Schema):
    """A goal of a plan with its key results."""

    goal: GoalOut
    key_results: list[KeyResultOut]


class GoalPlanOut(Schema):
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


class UncoveredPersonOut(Schema):
    """Somebody who answers for no goal in force that serves a priority."""

    id: int
    name: str
    unit_name: str


class UncoveredOut(Schema):
    """How many of the people of the cycles serve no priority; `named` are the first of the `known` open to you."""

    count: int
    people: int
    named: list[UncoveredPersonOut]
    known: int


class CoverageOut(Schema):
    """Priorities and what serves them; goals that serve none; people whose goals serve none."""

    priorities: list[CoverageLineOut]
    loose: list[GoalOut]
    loose_count: int
    goal_count: int
    uncovered: UncoveredOut


class NudgeOut(Schema):
    """Who asked for a word on a goal."""

    by_name: str
    day: date
    sentence: str


class BoardLineOut(Schema):
    """A goal on the board; `risks` and `risk` are what you may know of."""

    goal: GoalOut
    behind: int
    risks: int
    risk: str
    may_nudge: bool
    nudge: NudgeOut | None


class GoalBoardOut(Schema):
    """A page of the board; what is counted comes with the first page alone."""

    items: list[BoardLineOut]
    next: str | None
    total: int | None = None
    counts: dict[str, int] | None = None
    to_nudge: int | None = None


class NudgedOut(Schema):
    """How many goals were asked about, and how many were left: asked about today, or neither late nor behind."""

    count: int
    left: int


class MatrixCellOut(Schema):
    """The goals that name a priority in a unit and below it; `attainment` in millionths; `is_alone`: of itself only."""

    priority_id: int
    unit_id: int
    is_alone: bool
    goals: int
    measured: int
    attainment: int | None
    healths: dict[str, int]


class MatrixOut(Schema):
    """Priorities by the units below one."""

    unit_id: int
    cells: list[MatrixCellOut]
