"""Writes of check-ins: begun by rhythm or by the person, written, sent, answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection

from beichen.conversations import access, choices, queries
from beichen.conversations.choices import CheckInState, Reaction
from beichen.conversations.events import CheckInReplied, CheckInSent
from beichen.conversations.formulas import answer_due, next_due
from beichen.conversations.models import CheckIn, CheckInAnswers, CheckInDraft, CheckInPrivate, Reply
from beichen.people import queries as people
from beichen.people.queries import CycleCard
from beichen.platform import audit, notify
from beichen.platform.access.current import rule
from beichen.platform.access.many import write_many
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.forms import rules as forms
from beichen.platform.forms.ready import CHECK_IN
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound, Refused, gettext_noop
from beichen.platform.kit.workdays import WorkCalendar
from beichen.platform.notify import Letter

SQL = Path(__file__).parent / "sql"
OPEN_DUE = (SQL / "open_due.sql").read_text(encoding="utf-8")
FOLLOW_MANAGER = (SQL / "follow_manager.sql").read_text(encoding="utf-8")
LONGEST_REPLY = 2000


class NoManager(Refused):
    """A check-in is written to a manager."""

    code = "no_manager"
    text = gettext_noop("A check-in goes to your manager, and you have none set. HR can add one.")


class NoCycle(Refused):
    """Check-ins belong to a running cycle."""

    code = "no_running_cycle"
    text = gettext_noop("No cycle is running. Check-ins start when HR starts one.")


class AlreadySent(Refused):
    """What was sent stays as it was sent."""

    code = "already_sent"
    text = gettext_noop("This check-in has been sent and cannot be changed. Start a new one to add something.")


class AlreadyAnswered(Refused):
    """One answer belongs to one check-in."""

    code = "already_answered"
    text = gettext_noop("This check-in already has a reply. Continue in person, or in the next check-in.")


class SaysNothing(Invalid):
    """An empty answer."""

    code = "says_nothing"
    text = gettext_noop("Choose a reaction or write a line.")


@dataclass(frozen=True, slots=True)
class _Of:
    person_id: int


# ── begun ───────────────────────────────────────────────────────────────────────────────────────────────────────


@rule
def open_due(actor: Actor, cycle_id: int, due_on: date) -> list[int]:
    """Begin the check-ins of a stretch for everyone in the cycle who has none open; gives their ids.

    The form must be there already. Cost: four statements, however many people.
    """
    require(actor, access.OPEN)
    cycle = people.cycle(actor, cycle_id)
    form = forms.use(actor, forms.ensure(actor, CHECK_IN))
    values: dict[str, int | date] = {"cycle": cycle.id, "scope": cycle.scope_id, "form": form.pk, "due": due_on}
    with connection.cursor() as cursor:
        cursor.execute(OPEN_DUE, values)
        made = [int(line[0]) for line in cursor.fetchall()]
    if made:
        audit.record_bulk(actor, access.OPEN, "conversations.checkin", made, {"due_on": due_on.isoformat()})
    return made


@rule
def open_by_rhythm(actor: Actor, day: date) -> list[int]:
    """Begin what the rhythm of every running cycle asks for on this day. Cost: about eight statements for a cycle."""
    calendar, made = people.work_calendar(actor), []
    for cycle in queries.running_cycles(actor, day):
        made += open_due(actor, cycle.id, next_due(cycle.first, queries.rhythm(cycle), day, calendar))
    return made


@rule
def open_check_in(actor: Actor, person_id: int, due_on: date | None = None) -> CheckIn:
    """Begin one check-in, due today unless said otherwise; the open one, where there is one.

    Errors: NoManager, NoCycle. Cost: about eight statements.
    """
    require(actor, access.OPEN, _Of(person_id))
    person = people.person(actor, person_id)
    found = CheckIn.objects.filter(person_id=person_id, state=CheckInState.DUE).first()
    due_on = due_on or clock.today()
    found = found or CheckIn.objects.filter(person_id=person_id, due_on=due_on).first()
    if found is not None:
        return found
    if person.manager_id is None:
        raise NoManager
    cycle = _cycle_of(actor, person.unit_id, clock.today())
    form = forms.use(actor, forms.ensure(actor, CHECK_IN))
    made = CheckIn.objects.create(
        person_id=person_id, manager_id=person.manager_id, cycle_id=cycle.id, form=form, due_on=due_on,
        owner_place=person.place,
    )  # fmt: skip
    audit.record(actor, access.OPEN, made, subjects=[person_id])
    return made


def _cycle_of(actor: Actor, unit_id: int | None, day: date) -> CycleCard:
    units = people.units(actor)
    own = units.get(unit_id or 0)
    for cycle in queries.running_cycles(actor, day):
        scope = units.get(cycle.scope_id)
        if own and scope and scope.place <= own.place <= scope.place_end:
            return cycle
    raise NoCycle


@rule
def follow_manager(actor: Actor, person_ids: list[int] | None = None) -> int:
    """Give open check-ins to today's managers (of everyone by default); how many.

    One that was sent is answered by the new manager, who has the usual days for it and does not read what was written
    to the former one: the words keep their address. Cost: three statements, four where a sent one moved.
    """
    days = _answer_days(actor)
    values: dict[str, Any] = {
        "all": person_ids is None, "ids": person_ids or [], "cycles": list(days), "days": list(days.values()),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW_MANAGER, values)
        moved = cursor.fetchall()
    sent = [line for line in moved if line[1] == CheckInState.FILLED]
    letters = [Letter(now, choices.PASSED_ON, f"/talks/{pk}/", {"name": name}) for pk, _, now, _, name, _ in sent]
    letters += [Letter(who, choices.NEW_READER, f"/talks/{pk}/", {"name": lead}) for pk, _, _, who, _, lead in sent]
    notify.send_many(actor, letters)
    if sent:
        audit.record_bulk(actor, "talks.follow_manager", "conversations.checkin", [line[0] for line in sent])
    return len(moved)


def _answer_days(actor: Actor) -> dict[int, date]:
    """By cycle, the last day for an answer to what is handed over today."""
    cycles, calendar = people.cycles(actor), people.work_calendar(actor)
    return {cycle.id: answer_due(clock.today(), queries.answer_days(cycle), calendar) for cycle in cycles}


@rule
def remind(actor: Actor, day: date) -> int:
    """Tell people whose check-in is due today, and managers whose answer is late today. Cost: five statements."""
    due = CheckIn.objects.filter(state=CheckInState.DUE, due_on=day, person__is_active=True)
    late = CheckIn.objects.filter(state=CheckInState.FILLED, answer_due_on__lt=day, manager__is_active=True)
    letters = [
        Letter(to, choices.DUE_TODAY, f"/talks/{pk}/", {}, f"conversations.due:{pk}")
        for pk, to in due.values_list("id", "person_id")
    ]
    letters += [
        Letter(to, choices.UNANSWERED, f"/talks/{pk}/", {"name": name}, f"conversations.unanswered:{pk}")
        for pk, to, name in late.values_list("id", "manager_id", "person__name")
    ]
    notify.send_many(actor, letters)
    return len(letters)


# ── written and sent ────────────────────────────────────────────────────────────────────────────────────────────


@rule
def save_draft(actor: Actor, check_in_id: int, answers: Mapping[str, Any], version: int) -> CheckIn:
    """Keep what was typed so far; `version` is that of the check-in. Errors: NotFound, AlreadySent, Changed, Invalid.

    Two windows of the writer write the same draft: the later one stays. Cost: five statements.
    """
    check_in = queries.check_in_to_change(actor, check_in_id)
    require(actor, access.SAVE, check_in)
    if check_in.state != CheckInState.DUE:
        raise AlreadySent
    if check_in.version != version:
        raise Changed(check_in)
    forms.check_answers(check_in.form.form, answers, complete=False)
    kept = {"answers": dict(answers), "saved_at": clock.now(), "person_id": check_in.person_id}
    CheckInDraft.objects.update_or_create(check_in_id=check_in_id, defaults=kept)
    return check_in


@rule
def send_check_in(actor: Actor, check_in_id: int, answers: Mapping[str, Any], version: int) -> CheckIn:
    """Send a check-in to today's manager. Errors: NotFound, AlreadySent, Changed, Invalid, NoManager.

    Cost: about fourteen statements.
    """
    check_in = queries.check_in_to_change(actor, check_in_id)
    require(actor, access.SEND, check_in)
    if check_in.state != CheckInState.DUE:
        return _sent_before(actor, check_in, answers)
    if check_in.version != version:
        raise Changed(check_in)
    form = check_in.form.form
    forms.check_answers(form, answers, complete=True)
    person = people.person(actor, check_in.person_id)
    if person.manager_id is None:
        raise NoManager
    parts = form.split_by_row(answers)
    _fill(actor, check_in, person.manager_id)
    _keep_answers(check_in, parts)
    CheckInDraft.objects.filter(check_in_id=check_in_id).delete()
    audit.record(actor, access.SEND, check_in, subjects=[check_in.person_id])
    notify.send(actor, check_in.manager_id, choices.SENT, f"/talks/{check_in.pk}/", {"name": person.name})
    publish(CheckInSent(check_in.pk, check_in.person_id, check_in.manager_id))
    return check_in


def _sent_before(actor: Actor, check_in: CheckIn, answers: Mapping[str, Any]) -> CheckIn:
    """A second press of the same answers is no error."""
    if queries.answers_of(actor, check_in.pk) == dict(answers):
        return check_in
    raise AlreadySent


def _fill(actor: Actor, check_in: CheckIn, manager_id: int) -> None:
    cycle, calendar = people.cycle(actor, check_in.cycle_id), people.work_calendar(actor)
    check_in.state, check_in.sent_at, check_in.manager_id = CheckInState.FILLED, clock.now(), manager_id
    check_in.answer_due_on = answer_due(clock.today(), queries.answer_days(cycle), calendar)
    check_in.version += 1
    check_in.save(update_fields=["state", "sent_at", "manager", "answer_due_on", "version"])


def _keep_answers(check_in: CheckIn, parts: Mapping[str, dict[str, Any]]) -> None:
    who = {"check_in": check_in, "person_id": check_in.person_id, "manager_id": check_in.manager_id}
    private = parts.get("23c", {})
    CheckInAnswers.objects.create(**who, answers=parts.get("23b", {}))
    CheckInPrivate.objects.create(**who, answers=private, load=str(private.get("load", "")))


# ── answered ────────────────────────────────────────────────────────────────────────────────────────────────────


@rule
def reply(actor: Actor, check_in_id: int, text: str, reaction: str, version: int) -> CheckIn:
    """Answer a check-in with a reaction, a line, or both; one is enough. Errors: NotFound, AlreadyAnswered, Changed,
    Invalid. Cost: about ten statements.
    """
    check_in = queries.check_in_to_change(actor, check_in_id)
    require(actor, access.REPLY, check_in)
    text = text.strip()
    if check_in.state == CheckInState.REPLIED:
        return _answered_before(actor, check_in, text, reaction)
    if check_in.version != version:
        raise Changed(check_in)
    if check_in.state != CheckInState.FILLED:
        raise NotFound
    _check_reply(text, reaction)
    Reply.objects.create(
        check_in=check_in, person_id=check_in.person_id, manager_id=check_in.manager_id, author_id=actor.person_id or 0,
        text=text, reaction=reaction, at=clock.now(),
    )  # fmt: skip
    check_in.state, check_in.replied_at, check_in.version = CheckInState.REPLIED, clock.now(), check_in.version + 1
    check_in.save(update_fields=["state", "replied_at", "version"])
    audit.record(actor, access.REPLY, check_in, subjects=[check_in.person_id])
    name = people.person(actor, check_in.manager_id).name
    notify.send(actor, check_in.person_id, choices.REPLIED, f"/talks/{check_in.pk}/", {"name": name})
    publish(CheckInReplied(check_in.pk, check_in.person_id, check_in.manager_id))
    return check_in


def _check_reply(text: str, reaction: str) -> None:
    if not text and not reaction:
        raise SaysNothing(field="text")
    if reaction and reaction not in Reaction.values:
        raise SaysNothing(field="reaction")
    if len(text) > LONGEST_REPLY:
        raise Invalid(fields={"text": gettext_noop("At most 2,000 characters. The rest is better said in person.")})


def _answered_before(actor: Actor, check_in: CheckIn, text: str, reaction: str) -> CheckIn:
    found = Reply.objects.filter(access.visible_replies(), check_in=check_in).first()
    if found and (found.author_id, found.text, found.reaction) == (actor.person_id, text, reaction):
        return check_in
    raise AlreadyAnswered


# ── many at once ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInRow:
    """A check-in as it stands; without `sent_at` it is still to be written. Instants in the company's own zone."""

    person_id: int
    place: int
    manager_id: int
    cycle_id: int
    due_on: date
    sent_at: datetime | None = None
    answers: Mapping[str, Any]
    replied_at: datetime | None = None
    reaction: str = ""
    reply: str = ""


@rule
def load_check_ins(actor: Actor, rows: Sequence[CheckInRow]) -> int:
    """Write check-ins with their answers and replies, as the demo tells them. Cost: five statements per 5,000 rows."""
    require(actor, access.OPEN)
    form = forms.use(actor, forms.ensure(actor, CHECK_IN))
    days, calendar = {c.id: queries.answer_days(c) for c in people.cycles(actor)}, people.work_calendar(actor)
    made = [_check_in(row, form.pk, days[row.cycle_id], calendar) for row in rows]
    write_many(made)
    pairs = [(check_in, row) for check_in, row in zip(made, rows, strict=True) if row.sent_at]
    parts = [form.form.split_by_row(row.answers) for _, row in pairs]
    who = [{"check_in": c, "person_id": c.person_id, "manager_id": c.manager_id} for c, _ in pairs]
    write_many(CheckInAnswers(**w, answers=p.get("23b", {})) for w, p in zip(who, parts, strict=True))
    write_many(
        CheckInPrivate(**w, answers=p.get("23c", {}), load=str(p.get("23c", {}).get("load", "")))
        for w, p in zip(who, parts, strict=True)
    )
    write_many(
        Reply(**w, author_id=row.manager_id, text=row.reply, reaction=row.reaction, at=row.replied_at)
        for w, (_, row) in zip(who, pairs, strict=True) if row.replied_at
    )  # fmt: skip
    audit.record_bulk(actor, access.OPEN, "conversations.checkin", [c.pk for c in made])
    return len(made)


def _check_in(row: CheckInRow, form_id: int, days: int, calendar: WorkCalendar) -> CheckIn:
    state = CheckInState.REPLIED if row.replied_at else CheckInState.FILLED if row.sent_at else CheckInState.DUE
    return CheckIn(
        person_id=row.person_id, manager_id=row.manager_id, cycle_id=row.cycle_id, form_id=form_id, due_on=row.due_on,
        state=state, sent_at=row.sent_at, replied_at=row.replied_at, owner_place=row.place,
        answer_due_on=answer_due(row.sent_at.date(), days, calendar) if row.sent_at else None,
    )  # fmt: skip
