"""Shared results, by program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from beichen.goals import access, queries, rules
from beichen.goals.api.goals import C3, router
from beichen.goals.queries import percent_of
from beichen.goals.rules import PartyInput
from beichen.goals.schemas.shares import AnswerShareIn, SeenPartIn, SeenSharesIn, SettleSharesIn, ShareIn, SharesOut
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.kit.errors import Invalid, NotFound, gettext_noop


def _one(request: ApiRequest, goal_id: int) -> dict[str, Any]:
    found = queries.shares(request.actor, goal_id)
    if found is None:
        raise NotFound
    lines = [
        {
            "person_id": line.person_id, "name": line.name, "part": line.part, "percent": percent_of(line.share),
            "weight": line.weight, "counts": line.counts, "state": line.state, "reason": line.reason,
            "done": line.done, "far": line.far,
            "by_tasks": None if line.by_tasks is None else percent_of(line.by_tasks),
            "by_lead": None if line.by_lead is None else percent_of(line.by_lead),
        }
        for line in found.lines
    ]  # fmt: skip
    return {
        "goal_id": found.goal_id, "lead_id": found.lead_id, "lead_name": found.lead_name, "in_force": found.in_force,
        "decide_by": found.decide_by, "decision": found.decision, "lines": lines, "version": found.version,
    }  # fmt: skip


def _by_person(parts: Sequence[SeenPartIn]) -> dict[int, int]:
    found = {one.person_id: one.part for one in parts}
    if len(found) < len(parts):
        raise Invalid(fields={"parts": gettext_noop("Each person has one part.")})
    return found


@router.get("/{int:goal_id}/shares", response=SharesOut, operation_id="goal_shares_get")
@door(access.VIEW, reads=C3)
def shares(request: ApiRequest, goal_id: int) -> dict[str, Any]:
    """Who stands for which part of the result of a goal."""
    return _one(request, goal_id)


@router.put("/{int:goal_id}/shares", response=SharesOut, operation_id="goal_shares_set")
@door(access.SHARE, reads=C3)
def share(request: ApiRequest, goal_id: int, body: ShareIn) -> dict[str, Any]:
    """Say who stands for which part of a running goal; all of them are asked to agree."""
    parties = [PartyInput(**one.dict()) for one in body.parties]
    rules.share_result(request.actor, goal_id, parties, body.lead_id, request.version)
    return _one(request, goal_id)


@router.post("/{int:goal_id}/shares/answer", response=SharesOut, operation_id="goal_shares_answer")
@door(access.ANSWER_SHARE, reads=C3)
def answer(request: ApiRequest, goal_id: int, body: AnswerShareIn) -> dict[str, Any]:
    """Agree to your part, or say what would be right; then whoever is named decides."""
    rules.answer_share(request.actor, goal_id, request.version, **body.dict(exclude={"version"}))
    return _one(request, goal_id)


@router.post("/{int:goal_id}/shares/settle", response=SharesOut, operation_id="goal_shares_settle")
@door(access.SETTLE_SHARES, reads=C3)
def settle(request: ApiRequest, goal_id: int, body: SettleSharesIn) -> dict[str, Any]:
    """Decide the parts where somebody disagrees; they count at once."""
    rules.settle_shares(request.actor, goal_id, _by_person(body.parts), body.reason, request.version)
    return _one(request, goal_id)


@router.post("/{int:goal_id}/shares/seen", response=SharesOut, operation_id="goal_shares_seen")
@door(access.SETTLE_SHARES, reads=C3)
def seen(request: ApiRequest, goal_id: int, body: SeenSharesIn) -> dict[str, Any]:
    """Say which part of the work each did, as you saw it; it changes no score."""
    rules.say_seen(request.actor, goal_id, _by_person(body.parts), request.version)
    return _one(request, goal_id)
