"""The calibration list: people side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from beichen.people import queries as people
from beichen.people.queries import PersonCard
from beichen.platform.access.current import query
from beichen.platform.access.permissions import require
from beichen.platform.audit import rules as audit
from beichen.platform.kit.actor import Actor
from beichen.reviews import access
from beichen.reviews.choices import RatingState
from beichen.reviews.models import Rating, RatingContent


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One person on the calibration list."""

    review_id: int
    subject: PersonCard
    manager: PersonCard
    state: str
    total: int
    suggested: str
    decided: str
    final: str
    reason: str
    last_grades: tuple[str, ...]
    version: int


@query
def board(actor: Actor, plan_id: int) -> list[BoardLine]:
    """People of a plan whose grades the actor may see in calibration, by manager. Cost: five statements."""
    require(actor, access.SEE_BOARD)
    visible = Rating.objects.filter(access.visible_ratings(), plan_id=plan_id).exclude(subject_id=actor.person_id)
    heads = {head.pk: head for head in visible}
    found = RatingContent.objects.filter(access.readable_rating_contents(), pk__in=heads)
    contents = list(found)
    subjects = [heads[content.pk].subject_id for content in contents]
    faces = people.persons(actor, {*subjects, *(heads[c.pk].manager_id for c in contents)})
    earlier = _earlier(plan_id, subjects)
    audit.record_read(actor, "reviews.board", subjects)
    rows = [_board_line(heads[c.pk], c, faces, earlier.get(heads[c.pk].subject_id, ())) for c in contents]
    return sorted(rows, key=lambda row: (row.manager.number, -row.total, row.subject.number))


def _board_line(
    head: Rating, content: RatingContent, faces: Mapping[int, PersonCard], earlier: tuple[str, ...]
) -> BoardLine:
    return BoardLine(
        head.pk, faces[head.subject_id], faces[head.manager_id], head.state, content.total, content.suggested,
        content.decided, content.final, content.reason, earlier, head.version,
    )  # fmt: skip


def _earlier(plan_id: int, subjects: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The last four released grades of each person, oldest first (M3)."""
    found = (
        RatingContent.objects.filter(access.readable_rating_contents())
        .filter(rating__subject_id__in=subjects, rating__state__in=[RatingState.RELEASED, RatingState.ARCHIVED])
        .exclude(rating__plan_id=plan_id)
    )
    grades: dict[int, list[str]] = {}
    for subject, grade in found.order_by("rating_id").values_list("rating__subject_id", "final"):
        grades.setdefault(subject, []).append(grade)
    return {subject: tuple(line[-4:]) for subject, line in grades.items()}
