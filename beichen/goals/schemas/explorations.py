"""What the API takes and shows of explorations."""

from __future__ import annotations

from datetime import date

from ninja import Schema
from pydantic import Field

from beichen.goals.choices import Outcome
from beichen.platform.api.schemas import Strict


class ExplorationIn(Strict):
    """The question and its bounds, set before; `version` is the goal's."""

    hypothesis: str = Field(min_length=1, max_length=500)
    evidence: str = Field(min_length=1, max_length=500)
    stop_rule: str = Field(min_length=1, max_length=300)
    budget: str = Field(min_length=1, max_length=160)
    until: date
    unharmed: str = Field(min_length=1, max_length=300)
    version: int = 0


class ConclusionIn(Strict):
    """How it ended; `version` is the exploration's."""

    outcome: Outcome
    found: str = Field("", max_length=1000)
    learning: str = Field(min_length=1, max_length=1000)
    over_budget: bool = False
    harmed: bool = False
    version: int = 0


class ExplorationOut(Schema):
    """One exploration; `faults`: no_evidence, over_budget, over_time, harmed."""

    goal_id: int
    goal_title: str
    owner_id: int
    hypothesis: str
    evidence: str
    stop_rule: str
    budget: str
    until: date
    unharmed: str
    outcome: str
    found: str
    learning: str
    ended_on: date | None
    is_sound: bool
    faults: list[str]
    version: int


class ExplorationsOut(Schema):
    """A page of explorations; the next begins with `after=next`, null on the last."""

    lines: list[ExplorationOut]
    next: int | None
