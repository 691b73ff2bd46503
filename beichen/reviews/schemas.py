"""What the API of reviews takes and gives. Scores travel as text so that no digit is lost."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from beichen.platform.api.schemas import Strict

Reason = Field("", max_length=4_000)


class PlanOut(Schema):
    """A review plan; `settings` is what it froze at launch, `weights` the percent of each section of its form."""

    id: int
    name: str
    name_en: str
    cycle_id: int
    period: str
    phase: str
    unit_id: int
    state: str
    population: dict[str, Any]
    settings: dict[str, Any]
    form_version: int
    weights: dict[str, int]
    version: int


class FormOut(Schema):
    """The form of a plan: sections with weights, questions with their part and the row that guards the answer."""

    version: int
    form: dict[str, Any]


class FormIn(Strict):
    """The form of a draft as it shall be; `version` is the plan's."""

    version: int = Field(ge=1, le=2**31)
    form: dict[str, Any]


class PlanIn(Strict):
    """A plan to draft. `weights`: percent by section, together 100."""

    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field("", max_length=120)
    cycle_id: int = Field(ge=1, le=2**63 - 1)
    unit_id: int = Field(ge=1, le=2**63 - 1)
    managers: Literal["in", "out"] = "in"
    without: list[int] = Field(default_factory=list, max_length=10_000)
    weights: dict[str, int] = Field(default_factory=dict, max_length=20)
    rater_weights: dict[Literal["self", "manager", "peers"], int] = Field(default_factory=dict)
    peer_mode: Literal["confidential"] = "confidential"


class PlanEdit(PlanIn):
    """A draft as it shall be."""

    version: int = Field(ge=1, le=2**31)


class ReviewVersionIn(Strict):
    """The version that was read last."""

    version: int = Field(ge=1, le=2**31)


class LaunchIn(ReviewVersionIn):
    """The version that was read last; `reason` where a section is outside the published list of what is judged."""

    reason: str = Field("", max_length=500)


class ReleaseIn(ReviewVersionIn):
    """A release, of everybody or of one unit."""

    unit_id: int | None = Field(None, ge=1, le=2**63 - 1)


class StepOut(Schema):
    """An act of two people: whether it happened, or was asked for and waits for the second."""

    done: bool


class SeedOut(Schema):
    """What launching makes for one person; `managers` as [rater, days]."""

    person_id: int
    manager_id: int
    managers: list[tuple[int, int]]
    stands_in: bool


class LeftOut(Schema):
    """Somebody who gets no review, and why."""

    person_id: int
    why: str


class DryRunOut(Schema):
    """Who gets what when the plan is launched."""

    seeds: list[SeedOut]
    out: list[LeftOut]


class ProgressOut(Schema):
    """n of m: `parts` by role as [done, all], `reviews` by state."""

    reviews: int
    parts: dict[str, tuple[int, int]]
    decided: int
    states: dict[str, int]
    acknowledged: int


class ReviewOut(Schema):
    """The head of a review."""

    id: int
    plan_id: int
    cycle_id: int
    subject_id: int
    manager_id: int
    unit_id: int
    state: str
    released_at: datetime | None


class PartOut(Schema):
    """The head of a part."""

    id: UUID
    review_id: int
    role: str
    subject_id: int
    rater_id: int
    days: int
    state: str
    submitted_at: datetime | None
    returned: bool
    version: int


class AnswerIn(Strict):
    """A score and the words beside it."""

    score: str | None = Field(None, max_length=8, pattern=r"^\d{1,3}(\.\d{1,2})?$")
    text: str = Field("", max_length=4_000)


class AnswersIn(Strict):
    """A part to save or hand in, by question of its form; `closing` is the answer to the question of that key.

    `version` counts the saves, 0 before the first.
    """

    answers: dict[str, AnswerIn | str | int | bool] = Field(max_length=100)
    closing: str = Field("", max_length=4_000)
    version: int = Field(ge=0, le=2**31)


class SavedOut(Schema):
    """The acknowledgement of a save."""

    version: int
    at: datetime


class TextOut(Schema):
    """What a part says."""

    answers: dict[str, Any]
    version: int
    saved_at: datetime | None


class PartSheetOut(Schema):
    """A part before its rater; `form` is what this part is asked."""

    part: PartOut
    form: dict[str, Any]
    text: TextOut
    goals: list[dict[str, Any]]


class DeclineIn(Strict):
    """Why this rater cannot judge: a key of the form's reasons."""

    reason: str = Field(min_length=1, max_length=40)


class PeersIn(Strict):
    """Colleagues to propose (the person) or to ask (the manager)."""

    peers: list[int] = Field(min_length=1, max_length=20)


class SettleIn(Strict):
    """Proposals to accept and to leave out."""

    invite: list[UUID] = Field(default_factory=list, max_length=50)
    refuse: list[UUID] = Field(default_factory=list, max_length=50)


class NominationOut(Schema):
    """A proposed peer; `declined` is the reason that a peer who was asked chose."""

    id: UUID
    peer_id: int
    by_subject: bool
    state: str
    declined: str


class VoiceOut(Schema):
    """One part with its words; `rater_id` is null where the reader may not know it."""

    role: str
    rater_id: int | None
    days: int
    answers: dict[str, Any]


class DecisionOut(Schema):
    """Total in hundredths, and the grades."""

    total: int
    suggested: str
    decided: str
    reason: str
    final: str
    final_reason: str


class SheetOut(Schema):
    """A review before those who write and decide. `live` tells every term of the total."""

    review: ReviewOut
    voices: list[VoiceOut]
    missing: list[str]
    live: dict[str, Any] | None
    rating_state: str | None
    rating_version: int | None
    decision: DecisionOut | None


class DecideIn(Strict):
    """The manager's grade; the reason is needed where it differs from the suggestion."""

    grade: str = Field(min_length=1, max_length=8)
    reason: str = Reason
    version: int = Field(ge=1, le=2**31)


class BoardOut(Schema):
    """One line of the calibration list."""

    review_id: int
    subject_id: int
    manager_id: int
    state: str
    total: int
    suggested: str
    decided: str
    final: str
    last_grades: list[str]
    version: int


class ResultOut(Schema):
    """A result unfolded; `story` recomputes to its total."""

    review_id: int
    subject_id: int
    state: str
    decision: DecisionOut
    story: dict[str, Any]
    decided_by: int | None
    decided_at: datetime | None
    released_at: datetime | None
    peers: list[TextOut]
    answer: str | None


class AnswerResultIn(Strict):
    """The person's answer to the result."""

    answer: Literal["acknowledged", "read_disagree"]
    comment: str = Reason


class LockedOut(Schema):
    """A final result; `coefficient` in ten-thousandths, `total` in hundredths."""

    person_id: int
    grade: str
    coefficient: int
    total: int
    review_id: int
    state: str
