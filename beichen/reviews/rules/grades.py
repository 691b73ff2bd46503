"""Grades: entered by a human, moved with a reason. Nothing here writes a grade for many people at once."""

from __future__ import annotations

from beichen.people.rules import open_cycle
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import Permission, require
from beichen.platform.audit import rules as audit
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, NotFound
from beichen.reviews import access, queries
from beichen.reviews.choices import PartRole, PartState, RatingState
from beichen.reviews.formulas.results import Result
from beichen.reviews.models import (
    MOVE_REASON_MIN,
    REASON_MIN,
    Explanation,
    GradeMove,
    Part,
    Rating,
    RatingContent,
)
from beichen.reviews.queries import PlanCard
from beichen.reviews.rules.errors import (
    MoveReasonNeeded,
    NoSuchGrade,
    NotAllScored,
    NotInCalibration,
    NotProposed,
    PartNotHandedIn,
    ReasonNeeded,
    SameGrade,
)
from beichen.reviews.rules.sessions import still_open


def _locked(actor: Actor, review_id: int, permission: Permission) -> Rating:
    """The rating, its row held. Row security shows a row for update only to those who may change it, so the
    permission is asked on the row as it is seen. Cost: four statements."""
    seen = Rating.objects.filter(access.visible_ratings(), pk=review_id).first()
    if seen is None or (seen.subject_id == actor.person_id and seen.state != RatingState.RELEASED):
        raise NotFound
    require(actor, permission, seen)
    return Rating.objects.select_for_update().get(pk=review_id)


def _coefficient(plan: PlanCard, grade: str) -> int:
    return next(row.coefficient for row in plan.rules.scale.grades if row.key == grade)


@rule
def decide(actor: Actor, review_id: int, grade: str, reason: str, version: int) -> None:
    """The manager who decides enters the grade. The same decision again changes nothing.

    Errors: NotFound, Forbidden, WrongPhase, Changed, PartNotHandedIn, NotAllScored, NoSuchGrade, ReasonNeeded.
    Cost: that of the review's page and eight statements.
    """
    rating, reason = _locked(actor, review_id, access.DECIDE), reason.strip()
    if rating.state != RatingState.PROPOSED:
        raise NotProposed(rating)
    if rating.version != version:
        if _stands(actor, rating, grade, reason):
            return
        raise Changed(rating)
    open_cycle(actor, rating.cycle_id, "C05")
    sheet = queries.review_sheet(actor, review_id)
    _handed_in(actor, review_id)
    result = _scored(sheet.plan, sheet.live)
    _allowed(sheet.plan, grade, reason, str(result.suggested))
    _write(rating, sheet.plan, result, grade, reason)
    rating.decided_by_id, rating.decided_at, rating.version = actor.person_id, clock.now(), rating.version + 1
    rating.save(update_fields=["decided_by", "decided_at", "version"])
    audit.record(actor, access.DECIDE, rating, subjects=[rating.subject_id])


def _stands(actor: Actor, rating: Rating, grade: str, reason: str) -> bool:
    same = RatingContent.objects.filter(access.readable_rating_contents(), pk=rating.pk, decided=grade, reason=reason)
    return rating.decided_by_id == actor.person_id and same.exists()


def _handed_in(actor: Actor, review_id: int) -> None:
    own = Part.objects.filter(review_id=review_id, rater_id=actor.person_id, role=PartRole.MANAGER)
    if own.filter(state=PartState.DRAFT).exists():
        raise PartNotHandedIn


def _scored(plan: PlanCard, result: Result | None) -> Result:
    if result is None or result.total is None:
        names = plan.titles()
        missing = result.missing if result else ()
        raise NotAllScored(sections=", ".join(names.get(key, key) for key in missing))
    return result


def _allowed(plan: PlanCard, grade: str, reason: str, suggested: str) -> None:
    if grade not in plan.grades:
        raise NoSuchGrade(field="grade", grades=", ".join(plan.grades))
    if grade != suggested and len(reason) < REASON_MIN:
        raise ReasonNeeded(field="reason", suggested=suggested, limit=REASON_MIN)


def _write(rating: Rating, plan: PlanCard, result: Result, grade: str, reason: str) -> None:
    RatingContent.objects.bulk_create(
        [
            RatingContent(
                rating=rating, total=result.total or 0, suggested=str(result.suggested), decided=grade, reason=reason,
                final=grade, final_reason="", coefficient=_coefficient(plan, grade),
            )
        ],
        update_conflicts=True,
        unique_fields=["rating"],
        update_fields=["total", "suggested", "decided", "reason", "final", "final_reason", "coefficient"],
    )  # fmt: skip
    Explanation.objects.bulk_create(
        [Explanation(review_id=rating.pk, terms=result.story, rule_version=plan.rules.version)],
        update_conflicts=True, unique_fields=["review"], update_fields=["terms", "rule_version"],
    )  # fmt: skip


@rule
def move_grade(actor: Actor, review_id: int, grade: str, reason: str, version: int) -> None:
    """A facilitator records a move that a participant proposed. Before, after, who and why stay for ever.

    Errors: NotFound, Forbidden (also about oneself), WrongPhase, Changed, NotInCalibration, SessionClosed, NoSuchGrade,
    SameGrade, MoveReasonNeeded. Cost: eleven statements.
    """
    rating, reason = _locked(actor, review_id, access.MOVE_GRADE), reason.strip()
    if rating.state != RatingState.CALIBRATION:
        raise NotInCalibration(rating)
    if rating.version != version:
        raise Changed(rating)
    open_cycle(actor, rating.cycle_id, "C06")
    still_open(rating.plan_id)
    plan = queries.plan(actor, rating.plan_id)
    if grade not in plan.grades:
        raise NoSuchGrade(field="grade", grades=", ".join(plan.grades))
    if len(reason) < MOVE_REASON_MIN:
        raise MoveReasonNeeded(field="reason", limit=MOVE_REASON_MIN)
    content = RatingContent.objects.select_for_update().get(pk=review_id)
    if content.final == grade:
        raise SameGrade(rating)
    _note_move(actor, rating, content.final, grade, reason)
    content.final, content.final_reason, content.coefficient = grade, reason, _coefficient(plan, grade)
    content.save(update_fields=["final", "final_reason", "coefficient"])
    rating.version += 1
    rating.save(update_fields=["version"])
    audit.record(actor, access.MOVE_GRADE, rating, subjects=[rating.subject_id])


def _note_move(actor: Actor, rating: Rating, before: str, after: str, reason: str) -> None:
    GradeMove.objects.create(
        review_id=rating.pk, subject_id=rating.subject_id, subject_place=rating.subject_place,
        manager_id=rating.manager_id, before=before, after=after, reason=reason, moved_by_id=actor.person_id or 0,
        moved_at=clock.now(),
    )  # fmt: skip
