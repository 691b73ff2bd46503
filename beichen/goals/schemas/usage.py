"""What the API shows of the use of metrics."""

from __future__ import annotations

from decimal import Decimal

from ninja import Schema


class ScoreSpreadOut(Schema):
    """How scores are spread; `tells`: whether they lie apart, null where there are too few to say."""

    count: int
    least: Decimal
    lower: Decimal
    middle: Decimal
    upper: Decimal
    most: Decimal
    tells: bool | None


class MetricUseOut(Schema):
    """A metric in the goals of a cycle. `moved`: goals whose score leaving it out would move by a point or more;
    `can_go`: it was never given a value, or moved none.
    """

    metric_id: int
    code: str
    title: str
    goals: int
    key_results: int
    untracked: int
    units: int
    scores: ScoreSpreadOut | None
    moved: int
    can_go: bool


class UnitUseOut(Schema):
    """The key results on metrics of a unit; `percent` of them were never given a value."""

    unit_id: int
    name: str
    planned: int
    untracked: int
    percent: int


class UsageOut(Schema):
    """The metrics in the goals of a cycle; `percent` of the key results on them were never given a value."""

    planned: int
    untracked: int
    percent: int | None
    lines: list[MetricUseOut]
    units: list[UnitUseOut]


class UsedByOut(Schema):
    """A goal that counts a metric."""

    goal_id: int
    title: str
    holder: str
    unit: str


class MetricGoalsOut(Schema):
    """Goals by cycle (key and number, the newest first), some of the newest cycle's, and how many `more` it has."""

    metric_id: int
    cycles: list[tuple[str, int]]
    goals: list[UsedByOut]
    more: int
