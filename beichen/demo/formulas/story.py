"""The shapes of the story: who is there, what they set out to do, what they wrote. Days and integers only."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit; `head` and `hrbp` are employee numbers, `work` names the bank of words its people write from.

    `entity`: the company that employs its people.
    """

    code: str
    name: str
    name_en: str
    kind: str
    parent: str
    work: str
    role_type: str
    head: str = ""
    hrbp: str = ""
    entity: str = "main"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where somebody worked and who led them; `last` None while it goes on."""

    unit: str
    manager: str
    position: str
    level: str
    first: date
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Human:
    """Somebody with the habits the story needs: `skill` around 0, `punctual` 0–1, `team` the reviewer's hand.

    `bonus`: target of a quarter in cents.
    """

    number: str
    name: str
    name_en: str
    email: str
    work: str
    rank: int
    skill: float
    punctual: float
    bonus: int
    hired: date
    left: date | None
    stretches: tuple[Stretch, ...]

    @property
    def now(self) -> Stretch:
        """The last assignment, in force unless the person left."""
        return self.stretches[-1]

    def on(self, day: date) -> Stretch | None:
        """The assignment of a day."""
        return next((s for s in self.stretches if s.first <= day and (s.last is None or day <= s.last)), None)


@dataclass(frozen=True, slots=True)
class Chair:
    """A seat held by somebody over a unit, asked for and granted by two others."""

    person: str
    seat: str
    scope: str


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody a visitor can sign in as."""

    key: str
    person: str
    title: str


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone."""

    name: str
    weight: int
    due: date


@dataclass(frozen=True, slots=True)
class Report:
    """One update of a key result. `value` counts finished steps where there are milestones, 0/1 for yes or no."""

    day: date
    value: Decimal
    confidence: str
    text: str
    problem: str = ""
    next_action: str = ""
    support: str = ""
    risk: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A key result and its reports, the oldest first. Weights in hundredths of a per cent."""

    title: str
    title_en: str
    measure: str
    unit: str
    weight: int
    baseline: Decimal | None = None
    target: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    tolerance: Decimal | None = None
    steps: tuple[Step, ...] = ()
    reports: tuple[Report, ...] = ()


@dataclass(frozen=True, slots=True)
class Aim:
    """A goal. `owner` is a person's number, `unit` a code where the unit owns it; `parent` the key of the goal above.

    `about`: the words its texts use; `link`: whether the goal above accepted it.
    """

    key: str
    title: str
    title_en: str
    kind: str
    ambition: str
    owner: str
    unit: str
    period: str
    weight: int
    state: str
    priority: str = ""
    parent: str = ""
    parent_weight: int = 0
    visibility: str = "public"
    start: date = date.min
    due: date = date.min
    author: str = ""
    approver: str = ""
    comment: str = ""
    results: tuple[Result, ...] = ()
    link: str = "accepted"
    about: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Talk:
    """A check-in: answers by question, and the manager's answer where there is one."""

    person: str
    manager: str
    period: str
    due: date
    sent: date | None
    answers: tuple[tuple[str, str], ...] = ()
    replied: date | None = None
    reaction: str = ""
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One section of a review as its rater wrote it; `score` as entered, empty where none is."""

    section: str
    score: str
    text: str


@dataclass(frozen=True, slots=True)
class Voice:
    """One rater's part of a review; `state` draft, submitted or declined."""

    rater: str
    role: str
    state: str
    said: tuple[Said, ...] = ()
    closing: str = ""


@dataclass(frozen=True, slots=True)
class Appraisal:
    """A person's review in the quarter behind: what raters wrote, and what the story wants of the grade.

    `move`: +1 or -1 when the manager decides another grade than suggested; `calibrated` likewise.
    """

    person: str
    voices: tuple[Voice, ...]
    move: int = 0
    reason: str = ""
    calibrated: int = 0
    calibrated_reason: str = ""
    receipt: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter by its key, first and last day included."""

    key: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Page:
    """The one-page strategy; `targets`: priority, metric, from, to."""

    horizon: str
    period: str
    boxes: tuple[tuple[str, str], ...]
    priorities: tuple[tuple[str, str, str, str], ...]
    targets: tuple[tuple[str, str, Decimal, Decimal], ...]
    due: date
    tradeoffs: tuple[tuple[str, str], ...]
    exclusions: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Company:
    """Everybody and everything that does not move with the reports.

    `earlier`: the quarters before the one behind, the oldest first; `is_earlier`: this is how it stood in one of them.
    """

    day: date
    behind: Quarter
    running: Quarter
    units: tuple[Unit, ...]
    people: tuple[Human, ...]
    chairs: tuple[Chair, ...]
    cast: tuple[Player, ...]
    page: Page
    manners: dict[str, float] = field(default_factory=dict)
    earlier: tuple[Quarter, ...] = ()
    is_earlier: bool = False

    def as_of(self, quarter: Quarter, following: Quarter) -> Company:
        """The company when an earlier quarter had just ended."""
        return replace(self, behind=quarter, running=following, day=following.last, is_earlier=True)
