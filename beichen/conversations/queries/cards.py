"""What pages and programs get to see of check-ins: frozen cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import ngettext

from beichen.conversations.choices import CheckInState, Reaction
from beichen.people.queries import PersonCard
from beichen.platform.forms.schema import Form
from beichen.platform.kit import clock
from beichen.platform.ui.language import for_reader


@dataclass(frozen=True, slots=True)
class CheckInCard:
    """The head of one check-in: what may be known of it without reading it."""

    id: int
    person_id: int
    person_name: str
    unit_name: str
    unit_name_en: str
    manager_id: int
    manager_name: str
    due_on: date
    state: str
    sent_at: datetime | None
    answer_due_on: date | None
    replied_at: datetime | None
    version: int

    @property
    def unit_title(self) -> str:
        """The unit's name in the reader's language, where there is one."""
        return for_reader(self.unit_name, self.unit_name_en)

    @property
    def state_label(self) -> str:
        """The state in the reader's language."""
        return str(CheckInState(self.state).label)

    @property
    def is_due(self) -> bool:
        """Not written yet."""
        return self.state == CheckInState.DUE

    @property
    def waits(self) -> bool:
        """Sent and not answered."""
        return self.state == CheckInState.FILLED

    @property
    def is_late(self) -> bool:
        """The next step is past its day: the writing, or the answer."""
        last = self.answer_due_on if self.waits else self.due_on if self.is_due else None
        return last is not None and last < clock.today()


@dataclass(frozen=True, slots=True)
class Said:
    """One question and its answer, in the reader's language."""

    key: str
    question: str
    answer: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class ReplyCard:
    """What the manager answered."""

    author_name: str
    text: str
    reaction: str
    at: datetime

    @property
    def reaction_label(self) -> str:
        """The reaction in the reader's language."""
        return str(Reaction(self.reaction).label) if self.reaction else ""


@dataclass(frozen=True, slots=True)
class CheckInView:
    """One check-in with what the viewer may read of it; `answers` by question key. `strained`: twice running."""

    card: CheckInCard
    form: Form
    answers: Mapping[str, Any]
    reply: ReplyCard | None
    may_write: bool
    may_reply: bool
    is_open: bool
    strained: bool = False


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One direct report: the open check-in, the last one sent, and whether the load was too much twice running."""

    person: PersonCard
    last: CheckInCard | None
    next: CheckInCard | None
    strained: bool

    @property
    def needs_me(self) -> bool:
        """Whether the manager has something to do here."""
        return self.strained or bool(self.last and self.last.waits)


@dataclass(frozen=True, slots=True)
class Rates:
    """How check-ins sent in the last 90 days were answered; `people` wrote them. `median` is None without answers."""

    sent: int
    answered: int
    late: int
    people: int
    median: timedelta | None

    @property
    def share(self) -> int | None:
        """Answered, in millionths."""
        return self.answered * 1_000_000 // self.sent if self.sent else None

    @property
    def median_words(self) -> str:
        """The middle time until an answer, as people say it: hours up to two days, then days."""
        hours = max(1, round((self.median or timedelta()).total_seconds() / 3600))
        if hours < 48:
            return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
        days = round(hours / 24)
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


@dataclass(frozen=True, slots=True)
class NextTalk:
    """My next check-in: the open one, or the day on which the rhythm asks next. Nobody writes without a manager."""

    open: CheckInCard | None
    coming: date | None
    has_manager: bool
