"""Writing a part: every save is kept, handing in needs every question, returning happens once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count
from django.urls import reverse

from beichen.people.rules import open_cycle
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.audit import rules as audit
from beichen.platform.forms.choices import sentences
from beichen.platform.forms.schema import Form, tidy, validate
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, NotFound
from beichen.platform.notify import rules as notify
from beichen.reviews import access, queries
from beichen.reviews.choices import PART_RETURNED, REMINDED, PartRole, PartState, RatingState
from beichen.reviews.models import Part, PartContent, PartVersion, Rating
from beichen.reviews.queries import Answers, PartText
from beichen.reviews.queries.evidence import SOURCES, missing_records
from beichen.reviews.queries.parts import EMPTY
from beichen.reviews.rules.errors import (
    AlreadyReturned,
    BadAnswers,
    CannotDecline,
    NoSuchReason,
    NotSubmitted,
    PartChanged,
    PartClosed,
)

WINDOWS = {PartRole.SELF: ("C03",), PartRole.PEER: ("C04",), PartRole.MANAGER: ("C05",)}
WINDOW_AFTER_RETURN = ("C03", "C04", "C05")
CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Saved:
    """The acknowledgement of a save: from now on version `version` can be got back."""

    version: int
    at: datetime


def _own(actor: Actor, part_id: UUID) -> Part:
    """Held while it is a draft; afterwards the rater reads it and changes nothing, so there is nothing to hold."""
    mine = Part.objects.filter(pk=part_id, rater_id=actor.person_id)
    found = mine.select_for_update().first() or mine.first()
    if found is None:
        raise NotFound
    return found


def _open(actor: Actor, part: Part) -> None:
    """The part may be written now: state, permission, phase of the cycle."""
    if part.state != PartState.DRAFT:
        raise PartClosed(part)
    require(actor, access.WRITE_PART, part)
    role = PartRole(part.role)
    open_cycle(actor, part.cycle_id, *(WINDOW_AFTER_RETURN if part.returned else WINDOWS[role]))


@rule
def save_part(actor: Actor, part_id: UUID, answers: Answers, closing: str, version: int) -> Saved:
    """Keep what is typed as the next version. The same text again is the same version. Cost: nine statements.

    `closing` is the answer to the question of that key. Errors: NotFound, PartClosed, WrongPhase, PartChanged (with
    both texts), BadAnswers for what no draft may hold.
    """
    part = _own(actor, part_id)
    _open(actor, part)
    form = queries.plan(actor, part.plan_id).form.for_part(part.role, SOURCES)
    return _keep(actor, part, _checked(form, answers, closing, complete=False), version)


def _checked(form: Form, answers: Answers, closing: str, *, complete: bool) -> dict[str, Any]:
    """The answers as they are kept, or BadAnswers with a sentence per field."""
    cleaned = tidy(form, {**answers, CLOSING: closing} if closing.strip() else answers)
    faults = validate(form, cleaned, complete=complete)
    if faults:
        raise BadAnswers(fields=sentences(faults))
    return cleaned


def _keep(actor: Actor, part: Part, answers: Answers, version: int, *, counted: bool = False) -> Saved:
    content = PartContent.objects.filter(pk=part.pk).first()
    now = clock.now()
    if content is not None and content.answers == answers:
        if counted:
            PartContent.objects.filter(pk=part.pk).update(counted=True)
        return Saved(content.version, now)
    if (content.version if content else 0) != version:
        theirs = PartText(content.answers, content.version) if content else EMPTY
        raise PartChanged(PartText(answers, version), theirs)
    number = version + 1
    values: dict[str, Any] = {"answers": answers, "version": number, **({"counted": True} if counted else {})}
    if content is None:
        PartContent.objects.bulk_create([PartContent(part=part, review_id=part.review_id, role=part.role, **values)])
    else:
        PartContent.objects.filter(pk=part.pk).update(**values)
    PartVersion.objects.bulk_create([PartVersion(part=part, number=number, answers=answers, saved_at=now)])
    audit.record(actor, access.WRITE_PART, part, subjects=[part.subject_id], details={"version": number})
    return Saved(number, now)


@rule
def submit_part(actor: Actor, part_id: UUID, answers: Answers, closing: str, version: int) -> None:
    """Save and hand in. Errors: those of `save_part`; BadAnswers names every question that is not answered."""
    part = _own(actor, part_id)
    if part.state == PartState.SUBMITTED and _same(part_id, version):
        return
    _open(actor, part)
    form = queries.plan(actor, part.plan_id).form.for_part(part.role, missing_records(actor, part))
    _keep(actor, part, _checked(form, answers, closing, complete=True), version, counted=True)
    part.state, part.submitted_at, part.version = PartState.SUBMITTED, clock.now(), part.version + 1
    part.save(update_fields=["state", "submitted_at", "version"])
    audit.record(actor, "reviews.submit_part", part, subjects=[part.subject_id])


def _same(part_id: UUID, version: int) -> bool:
    found = PartContent.objects.filter(pk=part_id).values_list("version", flat=True).first()
    return found is not None and found in (version, version + 1)


@rule
def return_part(actor: Actor, part_id: UUID, version: int) -> int:
    """Give a self review back to its writer (once), or a manager's part back to the manager (SK, BP); the review's id.

    A decided grade that rested on a returned manager's part must be decided again. Errors: NotFound, Forbidden,
    NotSubmitted, AlreadyReturned, Changed by version. Cost: seven statements.
    """
    seen = Part.objects.filter(access.visible_parts(), pk=part_id).first()
    if seen is None or seen.rater_id == actor.person_id:
        raise NotFound
    require(actor, access.RETURN_PART, seen)
    part = Part.objects.select_for_update().get(pk=part_id)
    if part.state != PartState.SUBMITTED:
        raise NotSubmitted(part)
    if part.version != version:
        raise Changed(part)
    if part.returned and part.role == PartRole.SELF:
        raise AlreadyReturned(part)
    open_cycle(actor, part.cycle_id, *WINDOW_AFTER_RETURN)
    part.state, part.returned, part.version = PartState.DRAFT, True, part.version + 1
    part.save(update_fields=["state", "returned", "version"])
    if part.role == PartRole.MANAGER:
        Rating.objects.filter(pk=part.review_id, state=RatingState.PROPOSED).update(decided_by=None, decided_at=None)
    audit.record(actor, access.RETURN_PART, part, subjects=[part.subject_id])
    notify.send(actor, part.rater_id, PART_RETURNED, reverse("reviews:part", args=[part.pk]))
    return part.review_id


@rule
def decline_part(actor: Actor, part_id: UUID, reason: str) -> None:
    """ "I cannot judge this person's work", with a reason of the form: an answer, not a failure.

    For whom the form offers it, but never for the manager who decides. Declined already: nothing happens. Errors:
    NotFound, CannotDecline, PartClosed, WrongPhase, NoSuchReason. Cost: eight statements.
    """
    part = _own(actor, part_id)
    if part.state == PartState.DECLINED:
        return
    offered = queries.plan(actor, part.plan_id).form.for_part(part.role).decline
    if offered is None or part.rater_id == part.manager_id:
        raise CannotDecline
    _open(actor, part)
    if reason not in {each.key for each in offered.reasons}:
        raise NoSuchReason(field="reason")
    part.state, part.declined_because, part.version = PartState.DECLINED, reason, part.version + 1
    part.save(update_fields=["state", "declined_because", "version"])
    audit.record(actor, "reviews.decline_part", part, subjects=[part.subject_id], details={"because": reason})


def _where(part_ids: list[UUID]) -> str:
    """The form itself where one part waits: a reminder opens what it asks for."""
    return reverse("reviews:part", args=part_ids) if len(part_ids) == 1 else reverse("reviews:index")


@rule
def remind(actor: Actor, plan_id: int) -> int:
    """Tell everyone who has something to write in the phase the cycle is in; how many. Once a day per person.

    Cost: five statements.
    """
    plan = queries.plan(actor, plan_id)
    require(actor, access.CALIBRATE, plan)
    roles = [role for role, phases in WINDOWS.items() if plan.cycle.phase in phases]
    waiting = (
        Part.objects.filter(access.visible_parts(), plan_id=plan_id, state=PartState.DRAFT, role__in=roles)
        .values_list("rater_id").annotate(n=Count("id"), ids=ArrayAgg("id")).order_by("rater_id")
    )  # fmt: skip
    letters = [
        notify.Letter(rater, REMINDED, _where(ids), {"count": count},
                      dedupe=f"remind:{plan_id}:{rater}:{clock.today()}")
        for rater, count, ids in waiting
    ]  # fmt: skip
    notify.send_many(actor, letters)
    audit.record(actor, "reviews.remind", details={"plan": plan_id, "people": len(letters)})
    return len(letters)
