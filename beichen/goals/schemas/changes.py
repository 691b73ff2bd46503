"""What the API takes and shows about changes of running goals."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from beichen.goals.choices import Measure
from beichen.platform.api.schemas import Id, Strict

SHARE = Field(None, ge=0, le=10_000, description="Hundredths: 10000 is 100 %; left out: as it is")


class CorrectIn(Strict):
    """Progress by hand in millionths, and why."""

    progress: int = Field(ge=0, le=1_000_000)
    reason: str = Field(min_length=1, max_length=300)
    version: int = 0


class ResultChangeIn(Strict):
    """What should be different about a key result; what is left out stays."""

    key_result_id: Id
    target: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    weight: int | None = SHARE
    due: date | None = None
    drop: bool = False


class AddIn(Strict):
    """A further key result: from a number to a number."""

    title: str = Field(min_length=1, max_length=160)
    measure: Literal[Measure.INCREASE, Measure.DECREASE] = Measure.INCREASE
    baseline: Decimal = Decimal(0)
    target: Decimal
    unit: str = Field("", max_length=20)
    weight: int = Field(0, ge=0, le=10_000)


class ChangeGoalIn(Strict):
    """What should be different about a running goal, and why; `version` is the goal's you read."""

    reason: str = Field(min_length=1, max_length=500)
    weight: int | None = SHARE
    due: date | None = None
    drop: bool = False
    results: list[ResultChangeIn] = Field([], max_length=50)
    add: AddIn | None = None
    version: int = 0


class ChangeMade(Schema):
    """A request and where it is."""

    id: int
    state: str


class DifferenceOut(Schema):
    """One term that differs; of the goal where `key_result_id` is empty."""

    key_result_id: int | None
    term: str
    before: Any
    after: Any


class GoalChangeOut(Schema):
    """A request to change a goal."""

    id: int
    goal_id: int
    kind: str
    state: str
    reason: str
    by_name: str
    at: datetime
    comment: str
    version: int
    is_my_turn: bool
    differences: list[DifferenceOut]


class VersionOut(Schema):
    """One version; `days` of the cycle it was in force, its score on the value of its last day."""

    number: int
    since: date
    days: int
    score: int | None
    terms: dict[str, Any]


class VersionsOut(Schema):
    """The versions of a goal; `as_set` and `as_restated`: today's values by the first and by the newest terms."""

    goal_id: int
    as_set: int | None
    as_restated: int | None
    scored: str
    versions: list[VersionOut]


class RestatedLineOut(Schema):
    """A goal whose terms changed."""

    goal_id: int
    changes: int
    last: date
    as_set: int | None
    as_restated: int | None


class LevelOut(Schema):
    """How often goals of a kind of unit, or of persons, changed."""

    level: str
    goals: int
    changes: int


class RestatedOut(Schema):
    """The ledger of a cycle."""

    lines: list[RestatedLineOut]
    levels: list[LevelOut]
    next: int | None


class CheckIn(Strict):
    """What you say of a goal of yours."""

    goal_id: Id
    verdict: Literal["keep", "adjust", "drop"]
    reason: str = Field("", max_length=500)


class LockIn(Strict):
    """From a day on, terms, progress or both stay as they are; `kind` empty: of every goal."""

    what: Literal["terms", "progress", "both"]
    since: date
    kind: Literal["", "objective", "kpi", "milestone", "behaviour"] = ""


class FlowIn(Strict):
    """Who agrees to goals of a role or a level, one after the other; each has `days`."""

    profile_id: Id | None = None
    level: str = Field("", max_length=20)
    roles: list[Literal["LM", "SK", "BP", "HA"]] = Field(min_length=1, max_length=3)
    days: int = Field(5, ge=1, le=30)


class SeasonIn(Strict):
    """The goal rules of a cycle; `version` is the cycle's."""

    limits: Literal["warn", "block"] = "warn"
    count_min: int = Field(3, ge=1, le=20)
    count_max: int = Field(5, ge=1, le=20)
    versions: Literal["last", "by_time"] = "last"
    free_target_percent: Decimal = Field(Decimal(0), ge=0, le=100, decimal_places=2)
    free_weight: int = Field(0, ge=0, le=10_000)
    free_days: int = Field(0, ge=0, le=90)
    goal_review: Literal["", "month", "quarter"] = ""
    tracks: int = Field(3, ge=0, le=20, description="Explorations a unit runs at once")
    shared: Literal["by_contribution", "fill_up", "in_full"] = "by_contribution"
    locks: list[LockIn] = Field([], max_length=6)
    flows: list[FlowIn] = Field([], max_length=12)
    version: int = 0


class LockOut(Schema):
    """A lock."""

    what: str
    since: date
    kind: str


class FlowOut(Schema):
    """Who agrees to goals of a role or a level."""

    profile_id: int | None
    level: str
    roles: list[str]
    days: int


class SeasonOut(Schema):
    """The goal rules of a cycle."""

    cycle_id: int
    version: int
    limits: str
    count_min: int
    count_max: int
    versions: str
    free_target_percent: Decimal
    free_weight: int
    free_days: int
    goal_review: str
    tracks: int
    shared: str
    locks: list[LockOut]
    flows: list[FlowOut]


class PartWeightIn(Strict):
    """What a key result should weigh in its goal, in hundredths."""

    key_result_id: Id
    weight: int = Field(ge=0, le=10_000)


class GoalWeightIn(Strict):
    """What a goal and its key results should weigh; `version` is the goal's you read."""

    goal_id: Id
    version: int
    weight: int | None = SHARE
    results: list[PartWeightIn] = Field([], max_length=50)


class WeightsIn(Strict):
    """Weights of several goals, all or none."""

    goals: list[GoalWeightIn] = Field(min_length=1, max_length=50)
    reason: str = Field("", max_length=500)


class WeighedOut(Schema):
    """How many goals have new weights, and for how many they wait for a decision."""

    changed: int
    asked: int


class WordingIn(Strict):
    """Words of a goal or key result; `measured`: numbers stand beside them; without `owner_id` it is yours."""

    title: str = Field(max_length=160)
    cycle_id: Id
    owner_id: Id | None = None
    goal_id: Id | None = None
    unit_id: Id | None = None
    measured: bool = False
    due: date | None = None
    effort_days: int | None = Field(None, ge=1, le=400)


class HintOut(Schema):
    """One thing to think about: its kind, and the words it names."""

    code: str
    words: list[str]
