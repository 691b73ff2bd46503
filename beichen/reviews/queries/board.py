"""The calibration list: people side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import get_language

from beichen.people import queries as people
from beichen.people.queries import PersonCard
from beichen.platform.access.current import query
from beichen.platform.access.permissions import may, require, seats_of
from beichen.platform.access.two_person import Asked, waiting
from beichen.platform.audit import rules as audit
from beichen.platform.kit.actor import Actor
from beichen.reviews import access
from beichen.reviews.choices import CALIBRATING, RatingState, SessionState
from beichen.reviews.models import CalibrationSession, Rating, RatingContent


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


@dataclass(frozen=True, slots=True)
class SessionCard:
    """The calibration of a plan: whether grades may still move, who closes it, and who asked for that."""

    state: str
    highest: PersonCard | None
    closed_at: datetime | None
    closed_by: tuple[PersonCard, ...]
    asked_by: PersonCard | None
    may_close: bool


def _session(plan_id: int) -> CalibrationSession | None:
    return CalibrationSession.objects.filter(plan_id=plan_id).first()


def session_key(plan_id: int) -> str:
    """The name under which the closing of a calibration is kept until the second person does the same."""
    return f"session:{plan_id}"


def acts_as_highest(actor: Actor, session: CalibrationSession) -> int | None:
    """The highest manager of the round, or who acts for them after they left (G21). Cost: one statement."""
    if session.highest_id in (None, actor.person_id):
        return session.highest_id
    card = people.persons(actor, [session.highest_id]).get(session.highest_id)
    return session.highest_id if card and card.is_active else people.who_acts("SK", session.highest_id)


def hats(actor: Actor, session: CalibrationSession | None) -> frozenset[str]:
    """As whom the actor may close a calibration: facilitator (CF), highest manager (SK), both or none.

    Cost: at most three statements.
    """
    if session is None:
        return frozenset()
    found = set()
    if (
        may(actor, access.CLOSE_SESSION)
        and Rating.objects.filter(access.facilitated_ratings(), plan_id=session.plan_id).exists()
    ):
        found.add("CF")
    if actor.person_id is not None and actor.person_id == acts_as_highest(actor, session):
        found.add("SK")
    return frozenset(found)


@query
def session(actor: Actor, plan_id: int) -> SessionCard | None:
    """The calibration of a plan, before those who see its list. Cost: at most six statements."""
    found = _session(plan_id)
    if found is None:
        return None
    key = session_key(plan_id)
    asked = waiting(access.CLOSE_SESSION, [key]).get(key) if found.state == SessionState.OPEN else None
    ids = {found.highest_id, found.facilitator_id, found.closed_with_id, asked.asked_by if asked else None}
    faces = people.persons(actor, ids - {None})
    closed = tuple(faces[i] for i in (found.facilitator_id, found.closed_with_id) if i in faces)
    mine = found.state == SessionState.OPEN and (asked is None or asked.asked_by != actor.person_id)
    return SessionCard(
        found.state, faces.get(found.highest_id or 0), found.closed_at, closed,
        faces.get(asked.asked_by) if asked else None, mine and bool(hats(actor, found)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Closing:
    """A calibration whose closing waits for the actor; `asked_by` has done the own part."""

    plan_id: int
    plan_name: str
    asked_by: PersonCard | None


@query
def calibrations_to_close(actor: Actor) -> list[Closing]:
    """For the highest manager of a round from its beginning, for a facilitator once the other has asked.

    Cost: that of the cycles, one statement while one of them is in calibration, and at most six for each that is found.
    """
    cycles = [card.id for card in people.cycles(actor) if card.phase in CALIBRATING]
    if not cycles:
        return []
    sessions = CalibrationSession.objects.filter(state=SessionState.OPEN, plan__cycle_id__in=cycles)
    if "CF" not in seats_of(actor):
        sessions = sessions.filter(Q(highest_id=actor.person_id) | Q(highest__is_active=False))
    found = list(sessions.select_related("plan").order_by("pk"))
    asked = waiting(access.CLOSE_SESSION, [session_key(one.pk) for one in found]) if found else {}
    mine = [(one, asked.get(session_key(one.pk))) for one in found]
    return [_closing(actor, one, by) for one, by in mine if _waits_for(actor, one, by)]


def _waits_for(actor: Actor, session: CalibrationSession, asked: Asked | None) -> bool:
    if asked is not None and asked.asked_by == actor.person_id:
        return False
    seat = hats(actor, session)
    if "SK" in seat:
        return True
    return "CF" in seat and asked is not None and asked.asked_by == acts_as_highest(actor, session)


def _closing(actor: Actor, session: CalibrationSession, asked: Asked | None) -> Closing:
    first = people.persons(actor, [asked.asked_by]).get(asked.asked_by) if asked else None
    name = session.plan.name_en if get_language() == "en" and session.plan.name_en else session.plan.name
    return Closing(session.pk, name, first)


@query
def board(actor: Actor, plan_id: int) -> list[BoardLine]:
    """People of a plan whose grades the actor may see in calibration, by manager. Cost: five statements.

    For the seats of the table, and for the highest manager of the round, who takes part in it.
    """
    sitting = may(actor, access.SEE_BOARD) or "SK" in hats(actor, _session(plan_id))
    if not sitting:
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
