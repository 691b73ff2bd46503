"""What goes in and out by program. Texts come only to those who may read them; everyone else gets the head."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from beichen.conversations.choices import Reaction
from beichen.platform.api.schemas import Strict


class CheckInOut(Schema):
    """A check-in without content."""

    id: int
    person_id: int
    person_name: str
    manager_id: int
    manager_name: str
    due_on: date
    state: str
    is_late: bool
    sent_at: datetime | None
    answer_due_on: date | None
    replied_at: datetime | None
    version: int


class ReplyOut(Schema):
    """The manager's answer."""

    author_name: str
    text: str
    reaction: str
    at: datetime


class CheckInViewOut(CheckInOut):
    """A check-in with what the reader may read: empty answers mean none are open to the reader."""

    answers: dict[str, Any]
    reply: ReplyOut | None
    strained: bool


class TalkLineOut(Schema):
    """One direct report."""

    person_id: int
    person_name: str
    last: CheckInOut | None
    next: CheckInOut | None
    strained: bool


class RatesOut(Schema):
    """How check-ins of the last 90 days were answered; the median in seconds. Nothing about fewer than five people."""

    sent: int
    answered: int
    late: int
    people: int
    median_seconds: int | None


class AllRatesOut(Schema):
    """The reader's own figures, and those of the group the reader may see figures of."""

    own: RatesOut | None
    group: RatesOut | None


class CheckInAnswersIn(Strict):
    """Answers by question key, as the form asks: fulfilling, obstacles, load, plan, growth."""

    answers: dict[str, Any] = Field(max_length=20)
    version: int = 0


class ReplyIn(Strict):
    """A reaction, a line, or both."""

    text: str = Field("", max_length=2000)
    reaction: Reaction | None = None
    version: int = 0
