"""What the API takes and shows of conditions beside the numbers of a KPI."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema
from pydantic import Field

from beichen.platform.api.schemas import Strict


class ConfirmIn(Strict):
    """What shows that the condition is met."""

    evidence: str = Field(min_length=10, max_length=500)


class ConditionOut(Schema):
    """One condition, asked from the value `edge` on. `score` counts once it is confirmed, `lower` until then, both in
    hundredths; `evidence` is empty where you may not read it.
    """

    key_result_id: int
    key_result: str
    unit: str
    position: int
    condition: str
    edge: str
    score: int
    lower: int
    is_reached: bool
    is_confirmed: bool
    by: str
    at: datetime | None
    evidence: str


class ConditionsOut(Schema):
    """The conditions of a goal's bands."""

    goal_id: int
    may_confirm: bool
    lines: list[ConditionOut]
