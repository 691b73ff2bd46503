"""What was written and answered: only to those who may read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from beichen.conversations import access
from beichen.conversations.choices import UNSUSTAINABLE, CheckInState
from beichen.conversations.formulas import strained
from beichen.conversations.models import CheckIn, CheckInAnswers, CheckInDraft, CheckInPrivate, Reply
from beichen.conversations.queries.cards import CheckInCard, CheckInView, ReplyCard, TeamLine
from beichen.conversations.queries.heads import NAMED, PAGE, card_of, cards, known
from beichen.people import queries as people
from beichen.people.queries import PersonCard
from beichen.platform import audit
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound


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
def own_draft(actor: Actor, check_in_id: int) -> dict[str, Any]:
    """What the actor typed into an own check-in that is not sent; NotFound for every other. Cost: two statements."""
    if not known(actor).filter(pk=check_in_id, person_id=actor.person_id or 0, state=CheckInState.DUE).exists():
        raise NotFound
    return draft(actor, check_in_id)


@query
def view(actor: Actor, check_in_id: int) -> CheckInView:
    """One check-in, or NotFound. Reading somebody else's is noted. Cost: five statements, six as its manager."""
    head = known(actor).select_related(*NAMED).filter(pk=check_in_id).first()
    if head is None:
        raise NotFound
    return _views(actor, [head])[0]


def _views(actor: Actor, heads_: list[CheckIn]) -> list[CheckInView]:
    """Cards with content, in one go: three statements, five when somebody else's are read; none for unsent ones."""
    ids = [head.pk for head in heads_ if head.state != CheckInState.DUE]
    heads_by_id = {head.pk: card_of(head) for head in heads_}
    said, replies = (answers_by_id(actor, ids), _replies(ids)) if ids else ({}, {})
    read = sorted({heads_by_id[i].person_id for i in said if heads_by_id[i].person_id != actor.person_id})
    tired = strained_people(actor, read) if read else set()
    if read:
        audit.record_read(actor, "check_in", read)
    return [
        CheckInView(
            heads_by_id[h.pk], h.form.form, said.get(h.pk, {}), replies.get(h.pk),
            may_write=h.state == CheckInState.DUE and h.person_id == actor.person_id,
            may_reply=h.state == CheckInState.FILLED and h.manager_id == actor.person_id,
            is_open=h.pk in said, strained=h.person_id in tired,
        )
        for h in heads_
    ]  # fmt: skip


@query
def own_history(actor: Actor, before: date | None = None, limit: int = PAGE) -> list[CheckInView]:
    """The actor's sent check-ins with answers and replies, newest first. Cost: five statements."""
    found = known(actor).filter(person_id=actor.person_id or 0).exclude(state=CheckInState.DUE)
    found = found.filter(due_on__lt=before) if before else found
    return _views(actor, list(found.select_related(*NAMED).order_by("-due_on")[:limit]))


@query
def owed(actor: Actor, limit: int = PAGE) -> list[CheckInCard]:
    """The actor's own open check-in, then those that wait for the actor's answer. Cost: one statement."""
    mine = Q(state=CheckInState.DUE) & access.MINE
    found = CheckIn.objects.filter(mine | (Q(state=CheckInState.FILLED) & access.addressed("id")))
    return cards(found.order_by("state", "answer_due_on", "id")[: limit + 1])


@query
def waiting(actor: Actor, limit: int = PAGE) -> list[CheckInCard]:
    """Check-ins that wait for the actor's answer, the most urgent first. Cost: one statement."""
    found = CheckIn.objects.filter(access.addressed("id"), state=CheckInState.FILLED)
    return cards(found.order_by("answer_due_on", "id")[:limit])


@query
def to_answer(actor: Actor, limit: int = PAGE) -> list[CheckInView]:
    """The same with what was written, to be answered in place; strained people first. Cost: six statements."""
    found = CheckIn.objects.filter(access.addressed("id"), state=CheckInState.FILLED).select_related(*NAMED)
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
    found = CheckIn.objects.filter(access.addressed("id"), person_id__in=ids).annotate(nth=newest).filter(nth=1)
    by_person: dict[int, list[CheckInCard]] = defaultdict(list)
    for head in cards(found.order_by("-due_on")):
        by_person[head.person_id].append(head)
    tired = strained_people(actor, ids)
    lines = [_team_line(person, by_person[person.id], strained_=person.id in tired) for person in reports]
    return sorted(lines, key=lambda line: (not line.strained, not line.needs_me))


def _team_line(person: PersonCard, found: list[CheckInCard], *, strained_: bool) -> TeamLine:
    open_ = next((head for head in found if head.is_due), None)
    waits = next((head for head in found if head.waits), None)
    last = waits or next((head for head in found if not head.is_due), None)
    return TeamLine(person, last, open_, strained_)
