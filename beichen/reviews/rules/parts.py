"""Writing a part: every save is kept, handing in needs every question, returning happens once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.people.rules import open_cycle
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.audit import rules as audit
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, NotFound
from beichen.platform.notify import rules as notify
from beichen.reviews import access, queries
from beichen.reviews.choices import PART_RETURNED, REMINDED, PartRole, PartState, RatingState
from beichen.reviews.formulas.results import GOALS
from beichen.reviews.models import Part, PartContent, PartVersion, Rating
from beichen.reviews.queries import Answers, PartText, PlanCard
from beichen.reviews.queries.evidence import goal_lines, measured
from beichen.reviews.queries.parts import EMPTY
from beichen.reviews.rules.errors import (
    AlreadyReturned,
    BadAnswers,
    CannotDecline,
    NotSubmitted,
    PartChanged,
    PartClosed,
)

WINDOWS = {PartRole.SELF: ("C03",), PartRole.PEER: ("C04",), PartRole.MANAGER: ("C05",)}
WINDOW_AFTER_RETURN = ("C03", "C04", "C05")
LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Saved:
    """The acknowledgement of a save: from now on version `version` can be got back."""

    version: int
    at: datetime


def _own(actor: Actor, part_id: UUID) -> Part:
    found = Part.objects.select_for_update().filter(pk=part_id, rater_id=actor.person_id).first()
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

    Errors: NotFound, PartClosed, WrongPhase, PartChanged (with both texts), BadAnswers for what no draft may hold.
    """
    part = _own(actor, part_id)
    _open(actor, part)
    return _keep(actor, part, _clean(queries.plan(actor, part.plan_id), part, answers), closing.strip(), version)


def _keep(actor: Actor, part: Part, answers: Answers, closing: str, version: int) -> Saved:
    content = PartContent.objects.filter(pk=part.pk).first()
    now = clock.now()
    if content is not None and (content.answers, content.closing) == (answers, closing):
        return Saved(content.version, now)
    if (content.version if content else 0) != version:
        theirs = PartText(content.answers, content.closing, content.version) if content else EMPTY
        raise PartChanged(PartText(answers, closing, version), theirs)
    number = version + 1
    values: dict[str, Any] = {"answers": answers, "closing": closing, "version": number}
    if content is None:
        PartContent.objects.bulk_create([PartContent(part=part, review_id=part.review_id, role=part.role, **values)])
    else:
        PartContent.objects.filter(pk=part.pk).update(**values)
    PartVersion.objects.bulk_create(
        [PartVersion(part=part, number=number, answers=answers, closing=closing, saved_at=now)]
    )
    audit.record(actor, access.WRITE_PART, part, subjects=[part.subject_id], details={"version": number})
    return Saved(number, now)


@rule
def submit_part(actor: Actor, part_id: UUID, answers: Answers, closing: str, version: int) -> None:
    """Save and hand in. Errors: those of `save_part`; BadAnswers names every question that is not answered."""
    part = _own(actor, part_id)
    if part.state == PartState.SUBMITTED and _same(part_id, version):
        return
    _open(actor, part)
    plan = queries.plan(actor, part.plan_id)
    cleaned = _clean(plan, part, answers)
    missing = _missing(actor, plan, part, cleaned)
    if missing:
        raise BadAnswers(fields=missing)
    _keep(actor, part, cleaned, closing.strip(), version)
    PartContent.objects.filter(pk=part_id).update(counted=True)
    part.state, part.submitted_at, part.version = PartState.SUBMITTED, clock.now(), part.version + 1
    part.save(update_fields=["state", "submitted_at", "version"])
    audit.record(actor, "reviews.submit_part", part, subjects=[part.subject_id])


def _same(part_id: UUID, version: int) -> bool:
    found = PartContent.objects.filter(pk=part_id).values_list("version", flat=True).first()
    return found is not None and found in (version, version + 1)


def _clean(plan: PlanCard, part: Part, answers: Answers) -> dict[str, dict[str, Any]]:
    """Answers of known sections: a score on 0 … the plan's maximum with two digits, or none; words up to 4,000."""
    sections = {section["key"] for section in plan.form}
    unknown = sorted(set(answers) - sections)
    errors = {f"score_{key}": _("There is no such section in this form.") for key in unknown}
    cleaned: dict[str, dict[str, Any]] = {}
    for key in sorted(sections & set(answers)):
        answer = answers[key]
        text = str(answer.get("text") or "").strip()
        if len(text) > LONGEST:
            errors[f"text_{key}"] = _("At most %(limit)s characters.") % {"limit": LONGEST}
        score = str(answer.get("score") or "").strip()
        wrong = _wrong_score(score, int(plan.settings["total_max"])) if score else ""
        if wrong:
            errors[f"score_{key}"] = wrong
        if score and key == GOALS and part.role != PartRole.MANAGER:
            errors[f"score_{key}"] = _("Goals are scored by their results.")
        cleaned[key] = {"score": score or None, "text": text}
    if errors:
        raise BadAnswers(fields=errors)
    return cleaned


def _wrong_score(score: str, maximum: int) -> str:
    try:
        value = Decimal(score)
    except InvalidOperation:
        return _("A number from 0 to %(maximum)s, with at most two decimals.") % {"maximum": maximum}
    exponent = value.as_tuple().exponent
    fits = value.is_finite() and 0 <= value <= maximum and isinstance(exponent, int) and exponent >= -2
    return "" if fits else _("A number from 0 to %(maximum)s, with at most two decimals.") % {"maximum": maximum}


def _missing(actor: Actor, plan: PlanCard, part: Part, answers: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What keeps a part from being handed in, by field."""
    found: dict[str, str] = {}
    for section in plan.form:
        key = section["key"]
        answer = answers.get(key, {"score": None, "text": ""})
        if section["scored"]:
            found |= _missing_in(plan, part, key, answer)
        elif answer["score"] and not answer["text"]:
            found[f"text_{key}"] = _("A score entered by hand needs a reason.")
        elif answer["score"] and measured(goal_lines(actor, part.subject_id, part.cycle_id)):
            found[f"score_{key}"] = _("This person has scored goals: their results make the score.")
    return found


def _missing_in(plan: PlanCard, part: Part, key: str, answer: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    if not answer["score"]:
        found[f"score_{key}"] = _("Give a score.")
    if not answer["text"] and part.role == PartRole.MANAGER:
        found[f"text_{key}"] = _("Say in a sentence or two why.")
    if not answer["text"] and part.role == PartRole.SELF and _is_extreme(plan, answer["score"]):
        found[f"text_{key}"] = _("A very high or very low score needs evidence: what happened, where can it be seen?")
    return found


def _is_extreme(plan: PlanCard, score: str | None) -> bool:
    limits = plan.settings.get("self_score_extreme", {"below": 60, "above": 95})
    return bool(score) and not int(limits["below"]) <= Decimal(score or 0) <= int(limits["above"])


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
def decline_part(actor: Actor, part_id: UUID) -> None:
    """ "I cannot judge this person's work": an answer, not a failure. For peers and earlier managers."""
    part = _own(actor, part_id)
    if part.state == PartState.DECLINED:
        return
    if part.role == PartRole.SELF or part.rater_id == part.manager_id:
        raise CannotDecline
    _open(actor, part)
    part.state, part.version = PartState.DECLINED, part.version + 1
    part.save(update_fields=["state", "version"])
    audit.record(actor, "reviews.decline_part", part, subjects=[part.subject_id])


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
        .values_list("rater_id").annotate(n=Count("id")).order_by("rater_id")
    )  # fmt: skip
    letters = [
        notify.Letter(rater, REMINDED, reverse("reviews:index"), {"count": count},
                      dedupe=f"remind:{plan_id}:{rater}:{clock.today()}")
        for rater, count in waiting
    ]  # fmt: skip
    notify.send_many(actor, letters)
    audit.record(actor, "reviews.remind", details={"plan": plan_id, "people": len(letters)})
    return len(letters)
