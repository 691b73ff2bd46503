"""What the API takes and shows of shared results."""

from __future__ import annotations

from datetime import date

from ninja import Schema
from pydantic import Field

from beichen.platform.api.schemas import Id, Strict


class PartyIn(Strict):
    """One person's part of the sum of all."""

    person_id: Id
    part: int = Field(ge=1, le=1000)


class ShareIn(Strict):
    """Who stands for which part, the owner among them; `lead_id` decides a dispute (by default the owner's manager).

    `version` is that of the shares, 0 before there are any.
    """

    parties: list[PartyIn] = Field(min_length=2, max_length=20)
    lead_id: Id | None = None
    version: int = 0


class AnswerShareIn(Strict):
    """Your answer to your part; without agreeing, say what would be right. `weight` in your own plan, in hundredths."""

    agrees: bool
    reason: str = Field("", max_length=300)
    weight: int | None = Field(None, ge=0, le=10_000)
    version: int = 0


class SeenPartIn(Strict):
    """What one person did of the work, 0 for none."""

    person_id: Id
    part: int = Field(ge=0, le=1000)


class SettleSharesIn(Strict):
    """A part for each of the parties, with the reason."""

    parts: list[SeenPartIn] = Field(min_length=2, max_length=20)
    reason: str = Field(min_length=1, max_length=300)
    version: int = 0


class SeenSharesIn(Strict):
    """A part for each of the parties, as the lead saw it."""

    parts: list[SeenPartIn] = Field(min_length=2, max_length=20)
    version: int = 0


class ShareLineOut(Schema):
    """One party; `weight` in the own plan and what of it `counts` in hundredths; `far`: 1 or -1 where the finished
    tasks or the lead's view show far more or far less than the agreed part. `by_tasks` and `by_lead` in per cent.
    """

    person_id: int
    name: str
    part: int
    percent: str
    weight: int
    counts: int
    state: str
    reason: str
    done: int
    by_tasks: str | None
    by_lead: str | None
    far: int


class SharesOut(Schema):
    """The parts of a goal's result; they count once `in_force`."""

    goal_id: int
    lead_id: int
    lead_name: str
    in_force: bool
    decide_by: date | None
    decision: str
    lines: list[ShareLineOut]
    version: int
