"""Shared results: saying who stands for which part, agreeing to it, deciding where somebody disagrees (METRIC-04)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse

from beichen.goals import access, queries
from beichen.goals.choices import RUNNING, SHARE_ASKED, SHARE_DISPUTED, SHARES_IN_FORCE, GoalState, ShareState
from beichen.goals.formulas.shares import parts_of
from beichen.goals.models import ContributionShare, Goal, SharedResult
from beichen.goals.queries.season import TERMS
from beichen.goals.queries.shares import percent_of, shared_to_change
from beichen.goals.rules import errors, versions
from beichen.goals.rules.drafts import weight_of
from beichen.people import queries as people
from beichen.platform import audit, notify
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock, words
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound, gettext_noop
from beichen.platform.kit.words import BadValue

MOST, MOST_PART = 20, 1000
DAYS_TO_DECIDE = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyInput:
    """One person's part, 1 … 1000, of the sum of all parts."""

    person_id: int
    part: int


@rule
def share_result(actor: Actor, goal_id: int, parties: Sequence[PartyInput], lead_id: int | None, version: int) -> int:
    """Say who stands for which part of a running goal; gives the new version (0 before it is shared).

    Everybody else is asked; who asks agrees by it. `lead_id` decides where they disagree: by default the owner's
    manager, never one of them. Said again with other parts, all are asked again, and until they agree the goal counts
    for its owner alone. Errors: NotFound, Forbidden, NotRunning, ChangePending, Locked, CannotShare, Changed, Invalid,
    BadValue. Cost: about twelve statements, and three for each party.
    """
    goal = queries.goal_to_change(actor, goal_id)
    require(actor, access.SHARE, goal)
    _may_be_shared(goal)
    row = SharedResult.objects.select_for_update(no_key=True).filter(pk=goal_id).first()
    if (row.version if row else 0) != version:
        raise Changed(row or goal)
    _check(goal, parties)
    before = _told(row)
    row = row or SharedResult(goal=goal, version=0)
    row.lead_id = _lead(actor, goal, parties, lead_id)
    row.in_force, row.decide_by, row.decision, row.version = False, None, "", row.version + 1
    row.save()
    _write(actor, row, goal, parties)
    _note(actor, row, access.SHARE.key, {"parts": [before, _told(row)], "lead": row.lead_id})
    if not _come_into_force(actor, row):
        _ask(actor, row)
    return row.version


def _may_be_shared(goal: Goal) -> None:
    if goal.state not in RUNNING or goal.is_dropped:
        raise errors.NotRunning(goal)
    if goal.state == GoalState.CHANGING:
        raise errors.ChangePending(goal)
    if goal.unit_id is not None or access.row_of(goal) != "01d":
        raise errors.CannotShare(goal)
    versions.open_for(goal, TERMS)


def _check(goal: Goal, parties: Sequence[PartyInput]) -> None:
    ids = [one.person_id for one in parties]
    if not 2 <= len(ids) <= MOST:
        raise BadValue("parties", len(ids), words.BETWEEN, low=2, high=MOST)
    if len(set(ids)) < len(ids):
        raise Invalid(fields={"parties": gettext_noop("Each person has one part.")})
    if goal.owner_id not in ids:
        raise Invalid(fields={"parties": gettext_noop("The owner of the goal has a part too.")})
    for one in parties:
        if not 1 <= one.part <= MOST_PART:
            raise BadValue("part", one.part, words.BETWEEN, low=1, high=MOST_PART)


def _lead(actor: Actor, goal: Goal, parties: Sequence[PartyInput], lead_id: int | None) -> int:
    """Who decides a dispute: somebody who works here and has no part in it."""
    known = people.persons(actor, [goal.owner_id, lead_id, *(one.person_id for one in parties)])
    if any(one.person_id not in known or not known[one.person_id].is_active for one in parties):
        raise Invalid(fields={"parties": gettext_noop("Somebody named here does not work in the company.")})
    lead = lead_id or known[goal.owner_id].manager_id
    if lead is None or (lead_id is not None and (lead_id not in known or not known[lead_id].is_active)):
        raise Invalid(fields={"lead": gettext_noop("Name somebody who decides where the parties disagree.")})
    if lead in {one.person_id for one in parties}:
        raise Invalid(fields={"lead": gettext_noop("Whoever decides has no part in the result.")})
    return lead


def _write(actor: Actor, row: SharedResult, goal: Goal, parties: Sequence[PartyInput]) -> None:
    row.shares.exclude(person_id__in=[one.person_id for one in parties]).delete()
    known = {share.person_id: share for share in row.shares.all()}
    for one in parties:
        share = known.get(one.person_id) or ContributionShare(
            shared=row, person_id=one.person_id, weight=goal.weight
        )  # fmt: skip
        share.part, share.reason, share.seen = one.part, "", None
        share.state = ShareState.AGREED if one.person_id == actor.person_id else ShareState.ASKED
        share.save()


def _told(row: SharedResult | None) -> list[list[int]]:
    """Who, which part, which weight, as the audit keeps it."""
    return [list(one) for one in row.shares.values_list("person_id", "part", "weight")] if row else []


def _ask(actor: Actor, row: SharedResult) -> None:
    shares = list(row.shares.all())
    shown = parts_of([share.part for share in shares])
    names = people.persons(actor, [actor.person_id])
    for share, part in zip(shares, shown, strict=True):
        if share.state == ShareState.ASKED:
            _tell(
                actor, row, share.person_id, SHARE_ASKED,
                {"name": names[actor.person_id or 0].name, "part": percent_of(part)},
            )  # fmt: skip


@rule
def answer_share(
    actor: Actor, goal_id: int, version: int, *, agrees: bool, reason: str = "", weight: int | None = None
) -> int:
    """Agree to one's own part, or say why it is not right; then whoever is named decides within seven days.

    `weight`: what the result weighs in one's own plan, in hundredths; without it that of the goal stays, and the
    owner's is always the goal's. Gives the new version. Once all agree it is in force and their managers are told.
    Errors: NotFound, Forbidden, Changed, NotRunning, Locked, Invalid, BadValue. Cost: about twelve statements.
    """
    goal, row = shared_to_change(actor, goal_id)
    share = row.shares.filter(person_id=actor.person_id or 0).first()
    if share is None:
        raise NotFound
    require(actor, access.ANSWER_SHARE, share)
    _may_be_shared(goal)
    state = ShareState.AGREED if agrees else ShareState.DISPUTED
    if share.state == state and share.reason == reason.strip() and weight in (None, share.weight):
        return row.version
    if row.version != version:
        raise Changed(row)
    if row.in_force:
        raise errors.SharesInForce(goal)
    if not agrees and not reason.strip():
        raise Invalid(fields={"reason": gettext_noop("Say in a sentence what would be right.")})
    before = (share.state, share.weight)
    share.state, share.reason = state, "" if agrees else reason.strip()[:300]
    if weight is not None and share.person_id != goal.owner_id:
        share.weight = weight_of(weight)
    share.save(update_fields=["state", "reason", "weight"])
    row.version += 1
    if not agrees and row.decide_by is None:
        row.decide_by = clock.today() + timedelta(days=DAYS_TO_DECIDE)
    elif not row.shares.filter(state=ShareState.DISPUTED).exists():
        row.decide_by = None
    row.save(update_fields=["version", "decide_by"])
    _note(actor, row, access.ANSWER_SHARE.key, {"answer": [before, (state, share.weight)]})
    if agrees:
        _come_into_force(actor, row)
    else:
        name = people.persons(actor, [actor.person_id])[actor.person_id or 0].name
        for to in {row.lead_id, goal.owner_id}:
            _tell(actor, row, to, SHARE_DISPUTED, {"name": name, "day": f"{row.decide_by:%Y-%m-%d}"})
    return row.version


@rule
def settle_shares(actor: Actor, goal_id: int, parts: dict[int, int], reason: str, version: int) -> int:
    """Decide the parts where somebody disagrees: by who is named for it, or the owner's manager; in force at once.

    `parts` names each party (person id → part). Gives the new version. Errors: NotFound, Forbidden, Changed,
    NotDisputed, NotRunning, Locked, Invalid, BadValue. Cost: about ten statements, and one for each party.
    """
    goal, row = shared_to_change(actor, goal_id)
    require(actor, access.SETTLE_SHARES, row)
    _may_be_shared(goal)
    if row.version != version:
        raise Changed(row)
    shares = list(row.shares.all())
    if not any(share.state == ShareState.DISPUTED for share in shares):
        raise errors.NotDisputed(goal)
    if not reason.strip():
        raise Invalid(fields={"reason": gettext_noop("Say in a sentence why, so that everybody can follow.")})
    before = _told(row)
    _take(shares, parts)
    for share in shares:
        share.part, share.state = parts[share.person_id], ShareState.AGREED
        share.save(update_fields=["part", "state"])
    row.decision, row.version = reason.strip()[:300], row.version + 1
    _note(actor, row, access.SETTLE_SHARES.key, {"parts": [before, _told(row)], "reason": row.decision})
    _come_into_force(actor, row)
    return row.version


@rule
def say_seen(actor: Actor, goal_id: int, parts: dict[int, int], version: int) -> int:
    """Say at the end which part of the work each did, as the lead saw it (0: none); it stands beside the agreed parts.

    It changes no score. Gives the new version. Errors: NotFound, Forbidden, Changed, Invalid, BadValue.
    Cost: about eight statements, and one for each party.
    """
    _goal, row = shared_to_change(actor, goal_id)
    require(actor, access.SETTLE_SHARES, row)
    if row.version != version:
        raise Changed(row)
    shares = list(row.shares.all())
    _take(shares, parts, least=0)
    before = {share.person_id: share.seen for share in shares}
    for share in shares:
        share.seen = parts[share.person_id]
        share.save(update_fields=["seen"])
    row.version += 1
    row.save(update_fields=["version"])
    _note(actor, row, access.SETTLE_SHARES.key, {"seen": [before, parts]})
    return row.version


def _take(shares: Sequence[ContributionShare], parts: dict[int, int], least: int = 1) -> None:
    if set(parts) != {share.person_id for share in shares}:
        raise Invalid(fields={"parts": gettext_noop("Name a part for each of them, and for nobody else.")})
    for part in parts.values():
        if not least <= part <= MOST_PART:
            raise BadValue("part", part, words.BETWEEN, low=least, high=MOST_PART)


def _come_into_force(actor: Actor, row: SharedResult) -> bool:
    """Let the parts count once nobody is left to agree, and tell the parties and their managers."""
    shares = list(row.shares.all())
    if any(share.state != ShareState.AGREED for share in shares):
        return False
    row.in_force, row.decide_by = True, None
    row.save(update_fields=["in_force", "decide_by", "decision", "version"])
    cards = people.persons(actor, [share.person_id for share in shares])
    shown = zip(shares, parts_of([share.part for share in shares]), strict=True)
    told = ", ".join(f"{cards[share.person_id].name} {percent_of(part)}" for share, part in shown)
    managers = {cards[share.person_id].manager_id for share in shares}
    for to in sorted(one for one in {*cards, *managers, row.lead_id} if one is not None):
        _tell(actor, row, to, SHARES_IN_FORCE, {"parts": told})
    return True


def _tell(actor: Actor, row: SharedResult, to: int, template: str, said: dict[str, str]) -> None:
    if to == actor.person_id:
        return
    notify.send(
        actor, to, template, reverse("goals:goal", args=[row.pk]) + "#shares", {"goal": row.goal.title, **said},
        dedupe=f"{template}:{row.pk}:{row.version}:{to}",
    )  # fmt: skip


def _note(actor: Actor, row: SharedResult, act: str, what: dict[str, object]) -> None:
    subjects = sorted({row.goal.owner_id, *row.shares.values_list("person_id", flat=True)})
    audit.record(actor, act, row, subjects=subjects, details=what)
