"""Heads of check-ins, and the settings of their rhythm."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from beichen.conversations import access
from beichen.conversations.choices import CheckInState
from beichen.conversations.formulas import next_due
from beichen.conversations.models import CheckIn
from beichen.conversations.queries.cards import CheckInCard, NextTalk
from beichen.people import queries as people
from beichen.people.queries import CycleCard
from beichen.platform.access.current import query
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound

PAGE = 20
NOT_RUNNING = ("C00", "C11", "C12")


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


_FIELDS = (
    "id", "person_id", "person__name", "person__unit__name", "person__unit__name_en", "manager_id", "manager__name",
    "due_on", "state", "sent_at", "answer_due_on", "replied_at", "version",
)  # fmt: skip


def known(actor: Actor) -> QuerySet[CheckIn]:
    """The heads the actor may know of; every one for a job."""
    found = CheckIn.objects.all()
    return found if actor.person_id is None else found.filter(access.known_check_ins())


def cards(found: QuerySet[CheckIn]) -> list[CheckInCard]:
    """Cards of these heads, in their order. Cost: one statement."""
    return [CheckInCard(*line) for line in found.values_list(*_FIELDS)]


NAMED = ("form", "person__unit", "manager")


def card_of(head: CheckIn) -> CheckInCard:
    """The card of a head loaded with `NAMED`. No statement."""
    unit = head.person.unit
    return CheckInCard(
        head.pk, head.person_id, head.person.name, unit.name if unit else "", unit.name_en if unit else "",
        head.manager_id, head.manager.name, head.due_on, head.state, head.sent_at, head.answer_due_on,
        head.replied_at, head.version,
    )  # fmt: skip


@query
def check_in_to_change(actor: Actor, check_in_id: int) -> CheckIn:
    """The row, locked, with its form, or NotFound. For rules. Cost: one statement."""
    found = known(actor).select_for_update(of=("self",)).select_related("form").filter(pk=check_in_id).first()
    if found is None:
        raise NotFound
    return found


@query
def card(actor: Actor, check_in_id: int) -> CheckInCard:
    """One head, or NotFound. Cost: one statement."""
    found = cards(known(actor).filter(pk=check_in_id))
    if not found:
        raise NotFound
    return found[0]


@query
def my_open(actor: Actor) -> CheckInCard | None:
    """The actor's check-in that is not sent yet. Cost: one statement."""
    return next(iter(cards(known(actor).filter(person_id=actor.person_id or 0, state=CheckInState.DUE))), None)


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
    found = known(actor).filter(person_id=person_id).exclude(state=CheckInState.DUE)
    found = found.filter(due_on__lt=before) if before else found
    return cards(found.order_by("-due_on")[:limit])
