"""Plans, reviews and ratings. Heads (ids, states, dates) and contents (words, scores, grades) lie apart (access.py).

Scores and totals are hundredths of a point. `manager_id` repeats on heads who decides, so that each lock reads one row.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length

from beichen.reviews.choices import (
    NominationState,
    PartRole,
    PartState,
    PeerMode,
    PlanState,
    RatingState,
    Receipt,
    ReviewState,
    SessionState,
)

# `reason__length` in the constraints below.
models.TextField.register_lookup(Length)

REASON_MIN = 20
MOVE_REASON_MIN = 10


class ReviewPlan(models.Model):
    """Who is reviewed in a cycle, and with which form. Class C3 (41a), published C2 (41b).

    `population`: {managers: "in"|"out", without: [person ids]}; `settings`: the shape of [reviews] in defaults.toml as
    it was when the plan was made, without the sections; these and their weights are the form's. From the launch on a
    trigger refuses another form, other settings and another population.
    """

    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    cycle = models.ForeignKey("people.Cycle", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    population = models.JSONField(default=dict)
    settings = models.JSONField(default=dict)
    form = models.ForeignKey("forms.FormVersion", on_delete=models.PROTECT, related_name="+")
    peer_mode = models.CharField(max_length=12, choices=PeerMode.choices, default=PeerMode.CONFIDENTIAL)
    state = models.CharField(max_length=12, choices=PlanState.choices, default=PlanState.DRAFT)
    author_id = models.BigIntegerField()
    launched_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="plan_has_a_name"),
            models.CheckConstraint(
                condition=Q(state=PlanState.DRAFT) | Q(launched_at__isnull=False), name="plan_launched_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Review(models.Model):
    """One person in one plan: the head that shows how far it is. Class C4 (41c).

    `manager` decides: who led the person on the last day of the cycle, or who stands in. `peers_shown`: enough peers
    answered that their words, without names, may go to the person.
    """

    plan = models.ForeignKey(ReviewPlan, on_delete=models.PROTECT, related_name="+")
    cycle = models.ForeignKey("people.Cycle", on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    subject_place = models.BigIntegerField()
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=14, choices=ReviewState.choices, default=ReviewState.OPEN)
    peers_shown = models.BooleanField(default=False)
    released_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "cycle"], name="review_once_per_cycle"),
            models.CheckConstraint(condition=~Q(manager=F("subject")), name="review_not_by_oneself"),
            models.CheckConstraint(
                condition=~Q(state__in=[ReviewState.RELEASED, ReviewState.ARCHIVED]) | Q(released_at__isnull=False),
                name="review_released_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "state"], name="review_plan_state"),
            models.Index(fields=["manager", "cycle"], name="review_manager"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.subject_id}"


class Part(models.Model):
    """One rater's part of a review: the head. Class C4 (06*, 07*, 08*).

    The id is random: the order in which peers were invited is not to be read from it. `days`: calendar days a manager
    was in charge in the cycle. `declined_because`: a reason of the form, so that whoever invited can ask another.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(ReviewPlan, on_delete=models.PROTECT, related_name="+")
    cycle = models.ForeignKey("people.Cycle", on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    subject_place = models.BigIntegerField()
    manager = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    rater = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8, choices=PartRole.choices)
    days = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=PartState.choices, default=PartState.DRAFT)
    submitted_at = models.DateTimeField(null=True)
    returned = models.BooleanField(default=False)
    declined_because = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "rater", "role"], name="part_once"),
            models.UniqueConstraint(fields=["review"], condition=Q(role=PartRole.SELF), name="part_one_self"),
            models.CheckConstraint(
                condition=(Q(role=PartRole.SELF) & Q(rater=F("subject")))
                | (~Q(role=PartRole.SELF) & ~Q(rater=F("subject"))),
                name="part_self_is_by_oneself",
            ),
            models.CheckConstraint(
                condition=~Q(role=PartRole.PEER, state=PartState.DRAFT) | ~Q(rater=F("manager")),
                name="part_peer_is_not_the_manager",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[PartState.DRAFT, PartState.DECLINED]) | Q(submitted_at__isnull=False),
                name="part_submitted_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["rater", "cycle", "state"], name="part_rater")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.role}"


class PartContent(models.Model):
    """What a rater wrote. Class C5 while unreleased (06*, 07*, 08*). It names no author: the head does.

    `answers`: as the plan's form asks them (platform.forms.schema); `version` counts the saves. `counted`: submitted by
    a peer, so that masked readers never meet a draft.
    """

    part = models.OneToOneField(Part, primary_key=True, on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8, choices=PartRole.choices)
    answers = models.JSONField(default=dict)
    counted = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["review"], name="part_content_review")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.role}"


class PartVersion(models.Model):
    """One acknowledged save of a part, kept for its rater: 1, 2, 3 … without a gap. Class C5."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    answers = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["part", "number"], name="part_version_once")]

    def __str__(self) -> str:
        return f"{self.part_id} {self.number}"


class Nomination(models.Model):
    """A colleague proposed as a peer. Class C4 (07a)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    subject_place = models.BigIntegerField()
    manager = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    peer = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    nominated_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    nominated_at = models.DateTimeField()
    settled_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=NominationState.choices, default=NominationState.NOMINATED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "peer"], name="nomination_once"),
            models.CheckConstraint(
                condition=~Q(peer=F("subject")) & (~Q(peer=F("manager")) | ~Q(state=NominationState.NOMINATED)),
                name="nomination_of_a_peer",
            ),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True) | ~Q(settled_by=F("subject")), name="nomination_settled_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.state}"


class Rating(models.Model):
    """The head of a person's rating: how far, who decided, who locked and released. Class C5 until released (10*)."""

    review = models.OneToOneField(Review, primary_key=True, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(ReviewPlan, on_delete=models.PROTECT, related_name="+")
    cycle = models.ForeignKey("people.Cycle", on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    subject_place = models.BigIntegerField()
    manager = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=14, choices=RatingState.choices, default=RatingState.PROPOSED)
    decided_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    locked_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    locked_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=RatingState.PROPOSED) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="rating_decided_by_a_human",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RatingState.LOCKED, RatingState.RELEASED, RatingState.ARCHIVED])
                | Q(locked_by__isnull=False, locked_at__isnull=False),
                name="rating_locked_by_a_human",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RatingState.RELEASED, RatingState.ARCHIVED])
                | Q(released_by__isnull=False, released_at__isnull=False, released_at__gte=F("locked_at")),
                name="rating_released_after_locked",
            ),
            models.CheckConstraint(
                condition=(Q(decided_by__isnull=True) | ~Q(decided_by=F("subject")))
                & (Q(locked_by__isnull=True) | ~Q(locked_by=F("subject")))
                & (Q(released_by__isnull=True) | ~Q(released_by=F("subject"))),
                name="rating_never_by_its_subject",
            ),
        ]
        indexes = [models.Index(fields=["cycle", "state"], name="rating_cycle_state")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.state}"


class RatingContent(models.Model):
    """Total and grades. Class C5 until released (10*). `decided`: the manager's; `final`: after calibration."""

    rating = models.OneToOneField(Rating, primary_key=True, on_delete=models.PROTECT, related_name="+")
    total = models.PositiveIntegerField()
    suggested = models.CharField(max_length=8)
    decided = models.CharField(max_length=8)
    reason = models.TextField(blank=True)
    final = models.CharField(max_length=8)
    final_reason = models.TextField(blank=True)
    coefficient = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided=F("suggested")) | Q(reason__length__gte=REASON_MIN),
                name="grade_reason_where_differs",
            ),
            models.CheckConstraint(
                condition=Q(final=F("decided")) | Q(final_reason__length__gte=MOVE_REASON_MIN),
                name="grade_move_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.rating_id)


class CalibrationSession(models.Model):
    """The calibration of one plan: open while grades may move. Class C3 (09a).

    `highest`: the highest of those who lead the managers who decided, as it was opened. It is closed by two people: a
    facilitator, and the highest manager or who acts for them (`closed_with`).
    """

    plan = models.OneToOneField(ReviewPlan, primary_key=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=SessionState.choices, default=SessionState.OPEN)
    opened_at = models.DateTimeField()
    facilitator = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    highest = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    closed_with = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=SessionState.OPEN, closed_at__isnull=True)
                | Q(state=SessionState.CLOSED, closed_at__isnull=False, facilitator__isnull=False,
                    closed_with__isnull=False) & ~Q(facilitator=F("closed_with")),
                name="session_closed_by_two",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.plan_id} {self.state}"


class Explanation(models.Model):
    """How the total came about, term by term. Class C5 until released (20g, 20h); shape: formulas.results.story."""

    review = models.OneToOneField(Review, primary_key=True, on_delete=models.PROTECT, related_name="+")
    terms = models.JSONField(default=dict)
    rule_version = models.CharField(max_length=64)

    def __str__(self) -> str:
        return str(self.review_id)


class GradeMove(models.Model):
    """A grade changed in calibration; never altered. Class C5 (09e)."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    subject_place = models.BigIntegerField()
    manager = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    before = models.CharField(max_length=8)
    after = models.CharField(max_length=8)
    reason = models.TextField()
    moved_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    moved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(reason__length__gte=MOVE_REASON_MIN), name="move_has_a_reason"),
            models.CheckConstraint(condition=~Q(before=F("after")), name="move_moves"),
            models.CheckConstraint(condition=~Q(moved_by=F("subject")), name="move_not_of_oneself"),
        ]

    def __str__(self) -> str:
        return str(self.review_id)


class Acknowledgement(models.Model):
    """The person has read the result: the head, which shows that and when. Class C4 (08d)."""

    review = models.OneToOneField(Review, primary_key=True, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    subject_place = models.BigIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.review_id)


class AcknowledgementContent(models.Model):
    """What the person answered to the result. Class C4 (08d)."""

    acknowledgement = models.OneToOneField(
        Acknowledgement, primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(max_length=16, choices=Receipt.choices)
    comment = models.TextField(blank=True)

    def __str__(self) -> str:
        return str(self.acknowledgement_id)
