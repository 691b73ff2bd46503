"""Every read of check-ins, as frozen cards. Texts come only to those who may read them; the rest sees heads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils.translation import ngettext

from beichen.conversations import access
from beichen.conversations.choices import UNSUSTAINABLE, CheckInState, Reaction
from beichen.conversations.formulas import next_due, strained
from beichen.conversations.models import CheckIn, CheckInAnswers, CheckInDraft, CheckInPrivate, Reply
from beichen.people import queries as people
from beichen.people.queries import CycleCard, PersonCard
from beichen.platform import audit
from beichen.platform.access.current import query
from beichen.platform.forms.schema import Form
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound

PAGE = 20
RATED_DAYS = 90
LEAST = 5
"""Figures of a group are shown for at least so many people, on either side of the talk."""

NOT_RUNNING = ("C00", "C11", "C12")


@dataclass(frozen=True, slots=True)
class CheckInCard:
    """The head of one check-in: what may be known of it without reading it."""

    id: int
    person_id: int
    person_name: str
    person_unit: str
    manager_id: int
    manager_name: str
    due_on: date
    state: str
    sent_at: datetime | None
    answer_due_on: date | None
    replied_at: datetime | None
    version: int

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


# ── settings ────────────────────────────────────────────────────────────────────────────────────────────────────


def rhythm(cycle: CycleCard) -> int:
    """Days from one check-in to the next."""
    return int(cycle.settings.get("talks", {}).get("check_in_days", 14))


def answer_days(cycle: CycleCard) -> int:
    """Working days a manager has for an answer."""
    return int(cycle.settings.get("talks", {}).get("answer_within_working_days", 3))


@query
def running_cycles(actor: Actor, day: date) -> list[CycleCard]:
    """Cycles that hold the day and in which people talk, the shortest first. Cost: one statement."""
    held = [c for c in people.cycles(actor) if c.first <= day <= c.last and c.phase not in NOT_RUNNING]
    return sorted(held, key=lambda cycle: cycle.days)


@query
def coming(actor: Actor) -> date | None:
    """When the rhythm will ask the actor next, where nothing is open; None without a cycle. Cost: two statements."""
    cycles = running_cycles(actor, clock.today())
    if not cycles:
        return None
    return next_due(cycles[0].first, rhythm(cycles[0]), clock.today(), people.work_calendar(actor))


# ── heads ───────────────────────────────────────────────────────────────────────────────────────────────────────

_FIELDS = (
    "id", "person_id", "person__name", "person__unit__name", "manager_id", "manager__name", "due_on", "state",
    "sent_at", "answer_due_on", "replied_at", "version",
)  # fmt: skip


def _known(actor: Actor) -> QuerySet[CheckIn]:
    found = CheckIn.objects.all()
    return found if actor.person_id is None else found.filter(access.known_check_ins())


def _cards(found: QuerySet[CheckIn]) -> list[CheckInCard]:
    return [CheckInCard(*line) for line in found.values_list(*_FIELDS)]


@query
def check_in_to_change(actor: Actor, check_in_id: int) -> CheckIn:
    """The row, locked, with its form, or NotFound. For rules. Cost: one statement."""
    found = _known(actor).select_for_update(of=("self",)).select_related("form").filter(pk=check_in_id).first()
    if found is None:
        raise NotFound
    return found


@query
def card(actor: Actor, check_in_id: int) -> CheckInCard:
    """One head, or NotFound. Cost: one statement."""
    found = _cards(_known(actor).filter(pk=check_in_id))
    if not found:
        raise NotFound
    return found[0]


@query
def my_open(actor: Actor) -> CheckInCard | None:
    """The actor's check-in that is not sent yet. Cost: one statement."""
    return next(iter(_cards(_known(actor).filter(person_id=actor.person_id or 0, state=CheckInState.DUE))), None)


@query
def next_talk(actor: Actor) -> NextTalk:
    """The actor's next check-in. Cost: one statement, four where none is open."""
    open_ = my_open(actor)
    if open_ is not None:
        return NextTalk(open_, None, has_manager=True)
    has_manager = people.me(actor).manager_id is not None
    return NextTalk(None, coming(actor) if has_manager else None, has_manager)


@query
def history(actor: Actor, person_id: int, before: date | None = None, limit: int = PAGE) -> list[CheckInCard]:
    """Heads of one person, newest first, as far as the viewer may know of them. Cost: one statement."""
    found = _known(actor).filter(person_id=person_id).exclude(state=CheckInState.DUE)
    found = found.filter(due_on__lt=before) if before else found
    return _cards(found.order_by("-due_on")[:limit])


@query
def heads(actor: Actor) -> QuerySet[CheckIn]:
    """Every head the actor may know of, with names, for lists by program. Read inside the actor's transaction."""
    return _known(actor).select_related("person__unit", "manager")


# ── content ─────────────────────────────────────────────────────────────────────────────────────────────────────


def answers_by_id(actor: Actor, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What may be read of these check-ins, by question key. Cost: two statements."""
    wanted, found = list(ids), defaultdict[int, dict[str, Any]](dict)
    progress = CheckInAnswers.objects.filter(access.visible_answers(), pk__in=wanted)
    for pk, answers in progress.values_list("pk", "answers"):
        found[pk] |= answers
    private = CheckInPrivate.objects.filter(access.visible_private(), pk__in=wanted)
    for pk, answers in private.values_list("pk", "answers"):
        found[pk] |= answers
    return dict(found)


def answers_of(actor: Actor, check_in_id: int) -> dict[str, Any]:
    """What may be read of one check-in. Cost: two statements."""
    return answers_by_id(actor, [check_in_id]).get(check_in_id, {})


def _replies(ids: Iterable[int]) -> dict[int, ReplyCard]:
    found = Reply.objects.filter(access.visible_replies(), pk__in=list(ids))
    lines = found.values_list("pk", "author__name", "text", "reaction", "at")
    return {pk: ReplyCard(name, text, reaction, at) for pk, name, text, reaction, at in lines}


@query
def draft(actor: Actor, check_in_id: int) -> dict[str, Any]:
    """What the actor typed and has not sent. Cost: one statement."""
    found = CheckInDraft.objects.filter(access.own_drafts(), pk=check_in_id).values_list("answers", flat=True).first()
    return dict(found or {})


@query
def view(actor: Actor, check_in_id: int) -> CheckInView:
    """One check-in, or NotFound. Reading somebody else's is noted. Cost: five statements, six as its manager."""
    head = _known(actor).select_related("form").filter(pk=check_in_id).first()
    if head is None:
        raise NotFound
    return _views(actor, [head])[0]


def _views(actor: Actor, heads_: list[CheckIn]) -> list[CheckInView]:
    """Cards with content, in one go: four statements, five when somebody else's are read."""
    ids = [head.pk for head in heads_]
    cards = {c.id: c for c in _cards(CheckIn.objects.filter(pk__in=ids))}
    said, replies = answers_by_id(actor, ids), _replies(ids)
    read = sorted({cards[i].person_id for i in said if cards[i].person_id != actor.person_id})
    tired = strained_people(actor, read) if read else set()
    if read:
        audit.record_read(actor, "check_in", read)
    return [
        CheckInView(
            cards[h.pk], h.form.form, said.get(h.pk, {}), replies.get(h.pk),
            may_write=h.state == CheckInState.DUE and h.person_id == actor.person_id,
            may_reply=h.state == CheckInState.FILLED and h.manager_id == actor.person_id and h.pk in said,
            is_open=h.pk in said, strained=h.person_id in tired,
        )
        for h in heads_
    ]  # fmt: skip


@query
def own_history(actor: Actor, before: date | None = None, limit: int = PAGE) -> list[CheckInView]:
    """The actor's sent check-ins with answers and replies, newest first. Cost: five statements."""
    found = _known(actor).filter(person_id=actor.person_id or 0).exclude(state=CheckInState.DUE)
    found = found.filter(due_on__lt=before) if before else found
    return _views(actor, list(found.select_related("form").order_by("-due_on")[:limit]))


# ── what a manager owes ─────────────────────────────────────────────────────────────────────────────────────────


@query
def owed(actor: Actor, limit: int = PAGE) -> list[CheckInCard]:
    """The actor's own open check-in, then those that wait for the actor's answer. Cost: one statement."""
    mine = Q(state=CheckInState.DUE) & access.MINE
    found = CheckIn.objects.filter(mine | (Q(state=CheckInState.FILLED) & access.ADDRESSED))
    return _cards(found.order_by("state", "answer_due_on", "id")[: limit + 1])


@query
def waiting(actor: Actor, limit: int = PAGE) -> list[CheckInCard]:
    """Check-ins that wait for the actor's answer, the most urgent first. Cost: one statement."""
    found = CheckIn.objects.filter(access.ADDRESSED, state=CheckInState.FILLED)
    return _cards(found.order_by("answer_due_on", "id")[:limit])


@query
def to_answer(actor: Actor, limit: int = PAGE) -> list[CheckInView]:
    """The same with what was written, to be answered in place; strained people first. Cost: six statements."""
    found = CheckIn.objects.filter(access.ADDRESSED, state=CheckInState.FILLED).select_related("form")
    views = _views(actor, list(found.order_by("answer_due_on", "id")[:limit]))
    return sorted(views, key=lambda line: not line.strained)


@query
def strained_people(actor: Actor, person_ids: Iterable[int]) -> set[int]:
    """Those whose last two check-ins the actor may read both say that the load is too much. Cost: one statement."""
    newest = Window(RowNumber(), partition_by="person_id", order_by=F("check_in__due_on").desc())
    lines = (
        CheckInPrivate.objects.filter(access.visible_private(), person_id__in=list(person_ids))
        .annotate(place=newest).filter(place__lte=2).order_by("person_id", "place").values_list("person_id", "load")
    )  # fmt: skip
    loads: dict[int, list[str]] = defaultdict(list)
    for person_id, load in lines:
        loads[person_id].append(load)
    return {person_id for person_id, said in loads.items() if strained(said, UNSUSTAINABLE)}


@query
def team(actor: Actor, reports: list[PersonCard] | None = None) -> list[TeamLine]:
    """The actor's direct reports, those who need something first. Cost: four statements, three with `reports`."""
    reports = people.reports_of(actor) if reports is None else reports
    ids = [person.id for person in reports]
    newest = Window(RowNumber(), partition_by=["person_id", "state"], order_by=F("due_on").desc())
    found = CheckIn.objects.filter(access.ADDRESSED, person_id__in=ids).annotate(nth=newest).filter(nth=1)
    by_person: dict[int, list[CheckInCard]] = defaultdict(list)
    for head in _cards(found.order_by("-due_on")):
        by_person[head.person_id].append(head)
    tired = strained_people(actor, ids)
    lines = [_team_line(person, by_person[person.id], strained_=person.id in tired) for person in reports]
    return sorted(lines, key=lambda line: (not line.strained, not line.needs_me))


def _team_line(person: PersonCard, found: list[CheckInCard], *, strained_: bool) -> TeamLine:
    open_ = next((head for head in found if head.is_due), None)
    waits = next((head for head in found if head.waits), None)
    last = waits or next((head for head in found if not head.is_due), None)
    return TeamLine(person, last, open_, strained_)


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────


class _Median(Aggregate):
    """The middle value in the order of the expression."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def _rated(found: QuerySet[CheckIn]) -> tuple[Rates, int]:
    """The figures, and how many managers they are about. Cost: one statement."""
    today = clock.today()
    taken = ExpressionWrapper(F("replied_at") - F("sent_at"), output_field=DurationField())
    late = Q(state=CheckInState.FILLED, answer_due_on__lt=today)
    line = found.filter(sent_at__gte=clock.now() - timedelta(days=RATED_DAYS)).aggregate(
        sent=Count("id"), answered=Count("id", filter=Q(state=CheckInState.REPLIED)), late=Count("id", filter=late),
        people=Count("person_id", distinct=True), managers=Count("manager_id", distinct=True), median=_Median(taken),
    )  # fmt: skip
    managers = line.pop("managers")
    return Rates(**line), managers


@query
def my_rates(actor: Actor) -> Rates | None:
    """How the actor answers; None when nobody wrote to the actor. Cost: one statement."""
    rates, _ = _rated(CheckIn.objects.filter(manager_id=actor.person_id))
    return rates if rates.sent else None


@query
def group_rates(actor: Actor) -> Rates | None:
    """How the managers about whom the actor may see figures answer. Cost: one statement.

    None where fewer than five people wrote or fewer than five managers were asked: a figure about so few would be
    one about a person.
    """
    rates, managers = _rated(CheckIn.objects.filter(access.counted_check_ins()))
    return rates if rates.people >= LEAST and managers >= LEAST else None


@query
def unanswered(actor: Actor) -> int | None:
    """How many check-ins wait past their day among those groups; None where the group is too small. One statement."""
    rates = group_rates(actor)
    return rates.late if rates else None
