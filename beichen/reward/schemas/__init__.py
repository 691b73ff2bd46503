"""What the API of bonuses takes and gives. Money in the smallest unit, coefficients in ten-thousandths."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ninja import Schema
from pydantic import Field

from beichen.platform.api.schemas import Strict


class BonusPlanIn(Strict):
    """A new plan with its two policies."""

    cycle_id: int
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field("", max_length=120)
    name_a: str = Field("A", min_length=1, max_length=120)
    name_b: str = Field("B", min_length=1, max_length=120)


class BonusVersionIn(Strict):
    """The version that was read."""

    version: int


class PolicyIn(Strict):
    """Settings to change; what is not named stays. `settings` has the shape of `policy` in the answer."""

    name: str = Field(min_length=1, max_length=120)
    settings: dict[str, Any]
    version: int


class ChooseIn(Strict):
    """The policy it is to be."""

    key: str = Field(pattern="^[AB]$")
    version: int
    adjust_until: date | None = None


class ChangeIn(Strict):
    """One adjustment; 0 takes an earlier one back."""

    award_id: int
    delta: int
    reason: str = Field("", max_length=400)


class AdjustIn(Strict):
    """All adjustments of mine in a pool; what is not named goes back to the computed amount.

    `version` is the pool's as you read it.
    """

    changes: list[ChangeIn] = Field(max_length=2000)
    version: int = 0


class BonusPlanOut(Schema):
    id: int
    name: str
    name_en: str
    cycle_id: int
    period_key: str
    phase: str
    state: str
    chosen_key: str | None
    currency: str
    adjust_percent: Decimal
    adjust_until: date | None
    busy: str
    locked_at: datetime | None
    released_at: datetime | None
    letters_due: int
    letters_out: int
    version: int


class PolicyOut(Schema):
    """`facts`: sums of the last run; `problem`: why it was refused."""

    key: str
    name: str
    policy: dict[str, Any]
    facts: dict[str, Any]
    problem: dict[str, Any]
    simulated_at: datetime | None
    version: int


class DoneOut(Schema):
    """Whether it happened; false: it was asked for and waits for a second person."""

    done: bool


class CountOut(Schema):
    count: int


class PoolOut(Schema):
    id: int
    unit_id: int
    unit_code: str
    manager_id: int | None
    people: int
    c_company: int
    c_unit: int
    flattening: int
    value: int
    reserve: int
    unallocated: int
    currency: str
    passed_at: datetime | None


class PoolPairOut(Schema):
    unit_id: int
    unit_code: str
    people: int
    a: int | None
    b: int | None
    difference: int


class MoverOut(Schema):
    person_id: int
    number: str
    a: int
    b: int
    difference: int


class ComparisonOut(Schema):
    """B against A. Lists of people are empty for readers of sums."""

    pools: list[PoolPairOut]
    gain: int
    lose: int
    same: int
    gains: int
    losses: int
    most_gained: list[MoverOut]
    most_lost: list[MoverOut]
    gini: list[float]
    hidden: int


class AwardOut(Schema):
    id: int
    person_id: int
    number: str
    grade: str
    coefficient: int
    days: int
    target: int | None = Field(description="None where pay is closed to the reader (M5)")
    amount: int
    adjustment: int
    reason: str
    final: int
    at_limit: str
    terms: list[tuple[str, str]] = Field(description="How the amount is made, in words and figures")


class PoolSheetOut(Schema):
    plan_id: int
    pool: PoolOut | None
    awards: list[AwardOut]
    hidden: int
    may_adjust: bool
    may_pass_on: bool
    version: int = Field(description="Of the adjustments you may set")


class LetterOut(Schema):
    plan_id: int
    plan: str
    person_id: int
    currency: str
    total: int
    released_at: datetime | None
    shares: list[AwardOut]


class LetterLineOut(Schema):
    plan_id: int
    plan: str
    released_at: datetime


class OutOut(Schema):
    person_id: int
    number: str
    why: str
