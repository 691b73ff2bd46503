"""The calibration list: people side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import get_language

from beichen.people import queries as people
from beichen.people.queries import PersonCard, UnitCard
from beichen.platform.access.current import query
from beichen.platform.access.permissions import may, require, seats_of
from beichen.platform.access.two_person import Asked, waiting
from beichen.platform.api.paging import page_of
from beichen.platform.api.schemas import PageIn
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
class BoardPart:
    """A part of the list, and the cursor of the next one."""

    items: list[BoardLine]
    next: str | None


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


def acts_as_highest(
    actor: Actor, session: CalibrationSession, known: Mapping[int, PersonCard] | None = None
) -> int | None:
    """The highest manager of the round, or who acts for them after they left (G21).

    Cost: one statement, none where the card is `known`.
    """
    if session.highest_id in (None, actor.person_id):
        return session.highest_id
    card = (known or people.persons(actor, [session.highest_id])).get(session.highest_id)
    return session.highest_id if card and card.is_active else people.who_acts("SK", session.highest_id)


def hats(
    actor: Actor, session: CalibrationSession | None, known: Mapping[int, PersonCard] | None = None
) -> frozenset[str]:
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
    if actor.person_id is not None and actor.person_id == acts_as_highest(actor, session, known):
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
        faces.get(asked.asked_by) if asked else None, mine and bool(hats(actor, found, faces)),
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


def _on_board(actor: Actor, plan_id: int, unit: UnitCard | None) -> QuerySet[Rating]:
    """Ratings the actor may see in calibration: for the seats of the table and the highest manager of the round."""
    if not (may(actor, access.SEE_BOARD) or "SK" in hats(actor, _session(plan_id))):
        require(actor, access.SEE_BOARD)
    found = Rating.objects.filter(access.visible_ratings(), plan_id=plan_id).exclude(subject_id=actor.person_id)
    if unit is not None:
        found = found.filter(subject__unit__place__range=(unit.place, unit.place_end))
    return found


@query
def board(actor: Actor, plan_id: int, asked: PageIn, unit: UnitCard | None = None) -> BoardPart:
    """People of a plan (and unit) whose grades the actor may see in calibration, manager by manager.

    Cost: five statements.
    """
    name = f"reviews.board {plan_id} {unit.id if unit else ''}"
    found = page_of(actor, _on_board(actor, plan_id, unit), asked, order=("manager_id", "pk"), name=name)
    heads = {head.pk: head for head in found.items}
    contents = list(RatingContent.objects.filter(access.readable_rating_contents(), pk__in=list(heads)))
    subjects = [heads[content.pk].subject_id for content in contents]
    faces = people.persons(actor, {*subjects, *(heads[content.pk].manager_id for content in contents)})
    earlier = _earlier(plan_id, subjects)
    audit.record_read(actor, "reviews.board", subjects)
    lines = [_board_line(heads[c.pk], c, faces, earlier.get(heads[c.pk].subject_id, ())) for c in contents]
    lines.sort(key=lambda line: (line.manager.id, -line.total, line.subject.number))
    return BoardPart(lines, found.next)


def _board_line(
    head: Rating, content: RatingContent, faces: Mapping[int, PersonCard], earlier: tuple[str, ...]
) -> BoardLine:
    return BoardLine(
        head.pk, faces[head.subject_id], faces[head.manager_id], head.state, content.total, content.suggested,
        content.decided, content.final, content.reason, earlier, head.version,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """What was given: people by grade; by manager how many people and the mean of their totals (exact)."""

    grades: Mapping[str, int]
    means: Mapping[int, tuple[int, Fraction]]

    @property
    def people(self) -> int:
        """How many people the counts speak of."""
        return sum(self.grades.values())


@query
def given(actor: Actor, plan_id: int, unit: UnitCard | None = None) -> Given:
    """Counts over all that `board` would list. Cost: one statement."""
    found = (
        RatingContent.objects.filter(access.readable_rating_contents(), rating__in=_on_board(actor, plan_id, unit))
        .values_list("rating__manager_id", "final")
        .annotate(n=Count("pk"), total=Sum("total"))
        .order_by()
    )
    grades: Counter[str] = Counter()
    sums: dict[int, tuple[int, int]] = {}
    for manager, final, n, total in found:
        grades[final] += n
        count, whole = sums.get(manager, (0, 0))
        sums[manager] = (count + n, whole + total)
    return Given(grades, {manager: (n, Fraction(whole, n)) for manager, (n, whole) in sums.items()})


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
