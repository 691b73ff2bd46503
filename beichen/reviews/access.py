"""Who sees and who may, for reviews: the rows 06*–10*, 20g–h, 41* of the table, by state.

Locks never point in a circle: review, part, nomination and rating read their own row alone; contents ask their head.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from beichen.platform.access.filters import filters
from beichen.platform.access.locks import JobGrant, Lock, StateGuard
from beichen.platform.access.permissions import Permission
from beichen.platform.access.relations import (
    NOBODY,
    ActorId,
    Case,
    InPeople,
    InRanges,
    IsFormerPair,
    LeaverId,
    WasFormer,
    cases,
    oneself,
    rows,
    sees,
)
from beichen.platform.kit.actor import Actor
from beichen.reviews.choices import NominationState, PartRole, PartState, RatingState, ReviewState
from beichen.reviews.models import Acknowledgement, Part, Rating, Review, ReviewPlan

HEAD = frozenset("xrwt")
"""Codes that show a head. A masked reader (m) sees content without its head, which names the author."""

PART_ROWS: Mapping[str, Mapping[str, str]] = {
    PartRole.SELF: {
        PartState.DRAFT: "06a", PartState.SUBMITTED: "06b", PartState.DECLINED: "06a",
        PartState.LOCKED: "06c", PartState.RELEASED: "06c", PartState.ARCHIVED: "06c",
    },
    PartRole.PEER: {
        PartState.DRAFT: "07b", PartState.SUBMITTED: "07c", PartState.DECLINED: "07b",
        PartState.LOCKED: "07c", PartState.RELEASED: "07e", PartState.ARCHIVED: "07e",
    },
    PartRole.MANAGER: {
        PartState.DRAFT: "08a", PartState.SUBMITTED: "08b", PartState.DECLINED: "08a",
        PartState.LOCKED: "08c", PartState.RELEASED: "08d", PartState.ARCHIVED: "08e",
    },
}  # fmt: skip
RATING_ROWS: Mapping[str, str] = {
    RatingState.PROPOSED: "10a", RatingState.CALIBRATION: "10b", RatingState.LOCKED: "10c",
    RatingState.RELEASED: "10d", RatingState.ARCHIVED: "10e",
}  # fmt: skip
STORY_ROWS: Mapping[str, str] = {
    ReviewState.OPEN: "20g", ReviewState.CALIBRATION: "20g", ReviewState.LOCKED: "20g",
    ReviewState.RELEASED: "20h", ReviewState.ARCHIVED: "20h",
}  # fmt: skip
ASSESSED = "06b"
OPEN_TO_SUBJECT = frozenset({"released", "archived"})

_CF = Q(InRanges("subject_place", "seat_ranges", "CF")) & ~Q(InPeople("subject_id", "masked"))
_RESPONSIBLE = Q(manager_id=ActorId())
_RATER = Q(rater_id=ActorId())
_FORMER = Q(IsFormerPair("subject_id", "cycle_id", "cycles"))


def _how(row_id: str, state: str) -> dict[str, Any]:
    """Who stands as LM: before release the manager who decides (T03), afterwards whoever leads the person today.

    A project lead reads a self-review as an appointed assessor alone, and nobody is appointed yet.
    """
    how: dict[str, Any] = {"place": "subject_place", "former": _FORMER, "CF": _CF}
    how |= {"DL": NOBODY} if row_id == ASSESSED else {}
    return how if state in OPEN_TO_SUBJECT else {**how, "LM": _RESPONSIBLE}


def _by_state(table: Mapping[str, str], codes: frozenset[str]) -> Q:
    return cases([Case(row_id, when=Q(state=state), **_how(row_id, state)) for state, row_id in table.items()], codes)


def _parts(codes: frozenset[str], *, drafts: bool = True) -> Q:
    """Parts by role and state; without `drafts`, only what was submitted (a draft is its rater's alone)."""
    return cases(
        [
            Case(row_id, when=Q(role=role, state=state), **_how(row_id, state))
            for role, table in PART_ROWS.items()
            for state, row_id in table.items()
            if drafts or state not in (PartState.DRAFT, PartState.DECLINED)
        ],
        codes,
    )


# ── what may be read ────────────────────────────────────────────────────────────────────────────────────────────


@filters("reviews.ReviewPlan")
def visible_plans() -> Q:
    """Drafts for HR (41a), published plans for everyone who works here (41b)."""
    return (Q(state="draft") & sees("41a", subject=None)) | (~Q(state="draft") & sees("41b", subject=None))


@filters("reviews.Review")
def visible_reviews() -> Q:
    """The heads of reviews (41c): SE, LM, SK, BP, HA, CF, AU. The manager who decides is one of them in any case.

    Who left knows of those whose outcome is out (08d, 08e).
    """
    left = _by_state({"released": "08d", "archived": "08e"}, HEAD) & Q(subject_id=LeaverId())
    return rows("41c", HEAD, place="subject_place", former=_FORMER, CF=_CF) | _RESPONSIBLE | left


@filters("reviews.Part")
def visible_parts() -> Q:
    """Who writes about whom, and how far it is; a rater always knows the own part."""
    return _RATER | _parts(HEAD)


@filters("reviews.Part")
def readable_parts() -> Q:
    """Parts whose words the viewer may read, author included."""
    return _RATER | _parts(frozenset("rw"), drafts=False)


@filters("reviews.PartContent")
def readable_part_contents() -> Q:
    """Words and scores: by the part's head, or masked (M1) for the person after release and for calibration."""
    by_head = Exists(Part.objects.filter(pk=OuterRef("part_id")).filter(readable_parts()))
    released = oneself("subject_id") & Q(state__in=sorted(OPEN_TO_SUBJECT), peers_shown=True)
    session = Q(state__in=[ReviewState.OPEN, ReviewState.CALIBRATION, ReviewState.LOCKED]) & _CF
    masked = Exists(Review.objects.filter(pk=OuterRef("review_id")).filter(released | session))
    return Q(by_head) | (Q(role=PartRole.PEER, counted=True) & Q(masked))


def own_drafts() -> Q:
    """Contents the viewer may still write."""
    return Q(Exists(Part.objects.filter(_RATER, pk=OuterRef("part_id"), state=PartState.DRAFT)))


def own_parts() -> Q:
    """Contents of the viewer's own parts, in any state."""
    return Q(Exists(Part.objects.filter(_RATER, pk=OuterRef("part_id"))))


@filters("reviews.Nomination")
def visible_nominations() -> Q:
    """Who proposed whom (07a): SE the own proposals, the peer the own, LM, BP and HA all."""
    own = Q(nominated_by_id=ActorId())
    return rows("07a", HEAD, place="subject_place", own=own, LM=_RESPONSIBLE, PR=Q(peer_id=ActorId()))


@filters("reviews.Rating")
def visible_ratings() -> Q:
    """That there is a rating and how far it is (10*)."""
    return _by_state(RATING_ROWS, HEAD)


@filters("reviews.RatingContent")
def readable_rating_contents() -> Q:
    """Total and grade (10*)."""
    return Q(Exists(Rating.objects.filter(pk=OuterRef("rating_id")).filter(_by_state(RATING_ROWS, frozenset("rw")))))


@filters("reviews.Explanation")
def readable_explanations() -> Q:
    """How the result came about (20g, 20h)."""
    return Q(Exists(Review.objects.filter(pk=OuterRef("review_id")).filter(_by_state(STORY_ROWS, frozenset("rw")))))


@filters("reviews.Rating")
def facilitated_ratings() -> Q:
    """Ratings of the round in which the viewer sits as facilitator (09b)."""
    return Q(state=RatingState.CALIBRATION) & _CF


@filters("reviews.GradeMove")
def visible_moves() -> Q:
    """Grade moves of calibration (09e)."""
    return sees("09e", place="subject_place", former=Q(WasFormer("subject_id", "moved_at")), LM=_RESPONSIBLE, CF=_CF)


_ANSWERED_BEFORE = Q(WasFormer("subject_id", "at"))


@filters("reviews.Acknowledgement")
def visible_acknowledgements() -> Q:
    """That somebody acknowledged (08d)."""
    return rows("08d", HEAD, place="subject_place", former=_ANSWERED_BEFORE)


@filters("reviews.AcknowledgementContent")
def readable_acknowledgement_contents() -> Q:
    """What somebody answered (08d)."""
    readable = sees("08d", place="subject_place", former=_ANSWERED_BEFORE) | oneself("subject_id")
    return Q(Exists(Acknowledgement.objects.filter(pk=OuterRef("acknowledgement_id")).filter(readable)))


def _writable_rating_contents() -> Q:
    """The manager who decides writes while proposed, the facilitator in calibration."""
    table = {str(state): RATING_ROWS[state] for state in (RatingState.PROPOSED, RatingState.CALIBRATION)}
    return Q(Exists(Rating.objects.filter(pk=OuterRef("rating_id")).filter(_by_state(table, frozenset("w")))))


def _writable_explanations() -> Q:
    return Q(Exists(Rating.objects.filter(pk=OuterRef("review_id"), state=RatingState.PROPOSED).filter(_RESPONSIBLE)))


# ── who may do what ─────────────────────────────────────────────────────────────────────────────────────────────


def _is_rater(actor: Actor, part: Part) -> bool:
    return actor.person_id == part.rater_id


def _is_responsible(actor: Actor, head: Any) -> bool:
    return bool(actor.person_id == head.manager_id)


def _part_row(part: Part) -> str:
    return PART_ROWS[part.role][part.state]


def _rating_row(rating: Rating) -> str:
    return RATING_ROWS[rating.state]


def _plan_row(plan: ReviewPlan) -> str:
    return "41a" if plan.state == "draft" else "41b"


_LEADS = (("LM", _is_responsible),)

EDIT_PLAN = Permission(key="reviews.edit_plan", label=_("Set up a review plan"), row="41a", code="w", subject=None)
SEE_PLANS = Permission(key="reviews.see_plans", label=_("See review plans"), row="41b", subject=None)
RUN_PLAN = Permission(
    key="reviews.run_plan", label=_("Run a review"), row="41c", code="x", subject=None,
    only=frozenset({"BP", "HA", "AU"}),
)  # fmt: skip
LAUNCH = Permission(
    key="reviews.launch", label=_("Launch a review"), row="41b", code="w", subject=None, only=frozenset({"HA"}),
    jobs=frozenset({"reviews.launch", "reviews.follow_person"}),
)  # fmt: skip
WRITE_PART = Permission(
    key="reviews.write_part", label=_("Write this review"), row=_part_row, code="w", own=_is_rater,
    special=(("PR", _is_rater), ("PM", _is_rater), ("LM", _is_rater)),
)  # fmt: skip
RETURN_PART = Permission(
    key="reviews.return_part", label=_("Return a self review"), row=_part_row, code="t", special=_LEADS,
    only=frozenset({"LM", "SK", "BP"}),
)  # fmt: skip
NOMINATE = Permission(
    key="reviews.nominate", label=_("Nominate peers"), row="07a", code="w", special=_LEADS,
    own=lambda actor, obj: actor.person_id == obj.subject_id,
)  # fmt: skip
SETTLE_PEERS = Permission(
    key="reviews.settle_peers", label=_("Choose peers"), row="07a", code="t", special=_LEADS,
    only=frozenset({"LM", "BP"}),
)  # fmt: skip
DECIDE = Permission(
    key="reviews.decide", label=_("Decide the grade"), row=_rating_row, code="w", special=_LEADS, only=frozenset({"LM"})
)
MOVE_GRADE = Permission(
    key="reviews.move_grade", label=_("Change a grade"), row=_rating_row, code="w", only=frozenset({"CF"})
)
SEE_BOARD = Permission(
    key="reviews.see_board", label=_("See the calibration list"), row="09b", subject=None, only=frozenset({"BP", "CF"})
)
CLOSE_SESSION = Permission(
    key="reviews.close_session", label=_("Close a calibration"), row="09b", code="t", subject=None,
    only=frozenset({"CF", "SK"}),
)  # fmt: skip
SIT_AS_FACILITATOR = Permission(
    key="reviews.facilitate", label=_("Facilitate a calibration"), row="10b", code="w", subject=None,
    only=frozenset({"CF"}),
)  # fmt: skip
CALIBRATE = Permission(
    key="reviews.calibrate", label=_("Open the calibration"), row="10b", code="t", subject=None, only=frozenset({"HA"})
)
LOCK = Permission(
    key="reviews.lock", label=_("Lock the results"), row="10c", code="t", subject=None, only=frozenset({"HA"})
)
UNLOCK = Permission(
    key="reviews.unlock", label=_("Reopen locked results"), row="10c", code="t", subject=None,
    only=frozenset({"HA"}),
)  # fmt: skip
RELEASE = Permission(
    key="reviews.release", label=_("Release the results"), row="10d", code="t", subject=None, only=frozenset({"HA"})
)
ACKNOWLEDGE = Permission(
    key="reviews.acknowledge", label=_("Response to the result"), row="08d", code="t", only=frozenset({"SE", "TE"})
)

# ── lock two ────────────────────────────────────────────────────────────────────────────────────────────────────

_HR = rows("41c", frozenset("w"), place="subject_place")
_PEERS = rows("07a", frozenset("wt"), place="subject_place", LM=_RESPONSIBLE)
_GIVEN_BACK = Q(state=PartState.DRAFT, returned=True) & (
    (Q(role=PartRole.SELF) & rows("06b", frozenset("t"), **_how("06b", PartState.SUBMITTED)))
    | (Q(role=PartRole.MANAGER) & rows("08b", frozenset("t"), **_how("08b", PartState.SUBMITTED)))
)
_HANDED_IN = Q(state__in=[PartState.DRAFT, PartState.SUBMITTED, PartState.DECLINED])
_RATING_WRITE = _by_state(RATING_ROWS, frozenset("wt"))

LOCKS = [
    Lock(model="reviews.Review", select=visible_reviews(), insert=_HR, update=_HR),
    Lock(
        model="reviews.Part",
        select=visible_parts(),
        insert=_HR | (Q(role=PartRole.PEER) & _PEERS),
        update=(_RATER & Q(state=PartState.DRAFT)) | _HR | _parts(frozenset("t")),
        becomes=(_RATER & _HANDED_IN) | _HR | _GIVEN_BACK,
    ),
    Lock(
        model="reviews.PartContent", select=readable_part_contents(), insert=own_drafts(), update=own_drafts(),
    ),
    Lock(model="reviews.PartVersion", select=own_parts(), insert=own_drafts()),
    Lock(
        model="reviews.Nomination",
        select=visible_nominations(),
        insert=(Q(subject_id=ActorId()) & Q(nominated_by_id=ActorId())) | _PEERS,
        update=_PEERS,
        delete=Q(subject_id=ActorId(), nominated_by_id=ActorId(), state=NominationState.NOMINATED) | _PEERS,
    ),
    Lock(model="reviews.Rating", select=visible_ratings(), insert=_HR, update=_RATING_WRITE),
    Lock(
        model="reviews.RatingContent", select=readable_rating_contents(),
        insert=_writable_rating_contents(), update=_writable_rating_contents(),
    ),
    Lock(
        model="reviews.Explanation", select=readable_explanations(),
        insert=_writable_explanations(), update=_writable_explanations(),
    ),
    Lock(
        model="reviews.GradeMove", select=visible_moves(),
        insert=rows("10b", frozenset("w"), place="subject_place", CF=_CF),
    ),
    Lock(
        model="reviews.Acknowledgement", select=visible_acknowledgements(), insert=oneself("subject_id"),
    ),
    Lock(
        model="reviews.AcknowledgementContent",
        select=readable_acknowledgement_contents(), insert=readable_acknowledgement_contents(),
    ),
]  # fmt: skip

GUARDS = [
    StateGuard("reviews.CalibrationSession", frozenset({("open", "closed"), ("closed", "open")})),
    StateGuard("reviews.ReviewPlan", frozenset({("draft", "launched"), ("launched", "closed")})),
    StateGuard(
        "reviews.Review",
        frozenset({
            ("open", "in_calibration"), ("in_calibration", "open"), ("open", "locked"), ("in_calibration", "locked"),
            ("locked", "in_calibration"), ("locked", "released"), ("released", "archived"),
        }),
    ),
    StateGuard(
        "reviews.Part",
        frozenset({
            ("draft", "submitted"), ("submitted", "draft"), ("draft", "declined"), ("submitted", "locked"),
            ("locked", "submitted"), ("locked", "released"), ("released", "archived"),
        }),
    ),
    StateGuard(
        "reviews.Nomination", frozenset({("nominated", "invited"), ("nominated", "refused"), ("refused", "invited")})
    ),
    StateGuard(
        "reviews.Rating",
        frozenset({
            ("proposed", "in_calibration"), ("in_calibration", "proposed"), ("in_calibration", "locked"),
            ("locked", "in_calibration"), ("locked", "released"), ("released", "archived"),
        }),
    ),
]  # fmt: skip

_LAUNCH_WHY = "makes the reviews of a launched plan, for everybody in it"
_STEP_WHY = "moves all results of a plan at once, as two HR administrators asked; it reads heads, no words, no grades"
_FOLLOW_WHY = "opens the calibration when the cycle moves; it reads heads, no words and no grades"
_MOVE_WHY = "gives open reviews to who leads the person now; it reads heads, no words and no grades"
JOB_GRANTS = [
    JobGrant(job, f"reviews.{model}", "rw", why)
    for job, why in (
        ("reviews.launch", _LAUNCH_WHY), ("reviews.advance", _STEP_WHY), ("reviews.follow", _FOLLOW_WHY)
    )
    for model in ("Review", "Part", "Rating")
] + [
    JobGrant(job, f"reviews.{model}", "rw", _MOVE_WHY)
    for job in ("reviews.follow_person", "reviews.follow_leaver")
    for model in ("Review", "Part", "Rating", "Nomination")
] + [
    JobGrant("reviews.tell_begun", "reviews.Review", "r", "tells those whose reviews a launch made; reads whom")
]  # fmt: skip
