"""Changing running goals by program."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ninja import Status

from beichen.goals import access, queries, rules
from beichen.goals.api.goals import C3, router
from beichen.goals.formulas.versions import FreeRange, plain, written
from beichen.goals.queries import Flow, GoalCard, Lock, Season, Wording
from beichen.goals.rules import ChangeInput, KeyResultInput, ResultChange, Weighed, Weights
from beichen.goals.schemas import VersionIn, WordsIn
from beichen.goals.schemas.changes import (
    ChangeGoalIn,
    ChangeMade,
    CheckIn,
    CorrectIn,
    GoalChangeOut,
    HintOut,
    RestatedOut,
    SeasonIn,
    SeasonOut,
    VersionsOut,
    WeighedOut,
    WeightsIn,
    WordingIn,
)
from beichen.goals.schemas.shown import GoalOut
from beichen.people import queries as people
from beichen.people.queries import CycleCard
from beichen.platform.access.permissions import require
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.api.schemas import Id


@router.post("/{int:goal_id}/progress", response=GoalOut, operation_id="goals_set_progress")
@door(access.CORRECT, reads=C3)
def set_progress(request: ApiRequest, goal_id: int, body: CorrectIn) -> GoalCard:
    """Set the progress of a running goal by hand, with the reason; the calculated one stays beside it."""
    return rules.set_progress(request.actor, goal_id, body.progress, body.reason, request.version)


@router.post("/{int:goal_id}/progress/take-back", response=GoalOut, operation_id="goals_take_back_progress")
@door(access.CORRECT, reads=C3)
def take_back(request: ApiRequest, goal_id: int, body: VersionIn) -> GoalCard:
    """Let the calculated progress count again."""
    return rules.take_back_progress(request.actor, goal_id, request.version)


@router.post("/{int:goal_id}/changes", response={201: ChangeMade}, operation_id="goals_ask_change")
@door(access.ASK_CHANGE, reads=C3)
def ask_change(request: ApiRequest, goal_id: int, body: ChangeGoalIn) -> Status[dict[str, Any]]:
    """Ask to change or drop a running goal; inside the cycle's free range it is in effect at once (`at_once`)."""
    add = KeyResultInput(**body.add.dict()) if body.add else None
    results = {one.key_result_id: ResultChange(**one.dict(exclude={"key_result_id"})) for one in body.results}
    entered = ChangeInput(
        reason=body.reason, weight=body.weight, due=body.due, drop=body.drop, results=results, add=add
    )
    made = rules.ask_change(request.actor, goal_id, entered, request.version)
    return Status(201, {"id": made.pk, "state": made.state})


@router.get("/changes/{int:change_id}", response=GoalChangeOut, operation_id="goal_changes_read")
@door(access.VIEW, reads=C3)
def change(request: ApiRequest, change_id: int) -> dict[str, Any]:
    """One request to change a goal, with the terms before and after."""
    return _change(queries.change_view(request.actor, change_id).change)


def _change(card: queries.ChangeCard) -> dict[str, Any]:
    return {
        "id": card.id, "goal_id": card.goal_id, "kind": card.kind, "state": card.state, "reason": card.reason,
        "by_name": card.by_name, "at": card.at, "comment": card.comment, "version": card.version,
        "is_my_turn": card.is_my_turn,
        "differences": [
            {
                "key_result_id": one.result_id or None, "term": one.name, "before": plain(one.before),
                "after": plain(one.after),
            }
            for one in card.differences
        ],
    }  # fmt: skip


@router.post("/changes/{int:change_id}/approve", response=ChangeMade, operation_id="goal_changes_approve")
@door(access.DECIDE_CHANGE, reads=C3)
def approve_change(request: ApiRequest, change_id: int, body: VersionIn) -> dict[str, Any]:
    """Agree to a change; at the last step the new terms are in force."""
    done = rules.approve_change(request.actor, change_id, request.version)
    return {"id": done.pk, "state": done.state}


@router.post("/changes/{int:change_id}/return", response=ChangeMade, operation_id="goal_changes_return")
@door(access.DECIDE_CHANGE, reads=C3)
def refuse_change(request: ApiRequest, change_id: int, body: WordsIn) -> dict[str, Any]:
    """Send a change back with words; the terms before stay in force."""
    done = rules.refuse_change(request.actor, change_id, body.reason, request.version)
    return {"id": done.pk, "state": done.state}


@router.post("/changes/{int:change_id}/withdraw", response=ChangeMade, operation_id="goal_changes_withdraw")
@door(access.WITHDRAW_CHANGE, reads=C3)
def withdraw_change(request: ApiRequest, change_id: int, body: VersionIn) -> dict[str, Any]:
    """Take your own request back."""
    done = rules.withdraw_change(request.actor, change_id, request.version)
    return {"id": done.pk, "state": done.state}


@router.get("/{int:goal_id}/versions", response=VersionsOut, operation_id="goals_versions")
@door(access.VIEW, reads=C3, leavers=True)
def versions(request: ApiRequest, goal_id: int) -> dict[str, Any]:
    """Every version of a goal, how long each counts, and the score as set and as restated."""
    found = queries.versions(request.actor, goal_id)
    return {
        "goal_id": goal_id, "as_set": found.ledger.as_set, "as_restated": found.ledger.as_restated,
        "scored": found.season.versions,
        "versions": [
            {"number": one.number, "since": one.since, "days": one.span.days, "score": one.score,
             "terms": written(one.terms)}
            for one in found.versions
        ],
    }  # fmt: skip


@router.get("/restated", response=RestatedOut, operation_id="goals_restated")
@door(access.VIEW, reads=C3)
def restated(request: ApiRequest, cycle_id: Id, after: int = 0) -> dict[str, Any]:
    """Goals of a cycle whose terms changed, with both scores, 50 at a time; `levels` counts all of them."""
    found = queries.restated(request.actor, people.cycle(request.actor, cycle_id), after)
    return {
        "lines": [
            {"goal_id": line.goal.id, "changes": line.changes, "last": line.last, "as_set": line.ledger.as_set,
             "as_restated": line.ledger.as_restated}
            for line in found.lines
        ],
        "levels": found.levels, "next": int(found.next) if found.next else None,
    }  # fmt: skip


@router.post("/checks", response={204: None}, operation_id="goals_check")
@door(access.CHECK, reads=C3)
def check(request: ApiRequest, body: CheckIn) -> Status[None]:
    """Say keep, adjust or drop of a running goal of yours in this round; drop asks for it with the reason."""
    rules.check_goal(request.actor, body.goal_id, body.verdict, body.reason)
    return Status(204, None)


@router.put("/cycles/{int:cycle_id}/rules", response=SeasonOut, operation_id="goals_set_rules")
@door(access.SEASON)
def set_season(request: ApiRequest, cycle_id: int, body: SeasonIn) -> dict[str, Any]:
    """Choose limits, scoring of changes, free range, goal reviews, locks and approvers by role, while it is set up."""
    free = FreeRange(Fraction(body.free_target_percent) / 100, body.free_weight, body.free_days)
    chosen = Season(
        body.limits, body.count_min, body.count_max, body.versions, free, body.goal_review,
        tuple(Lock(one.what, one.since, one.kind) for one in body.locks),
        tuple(Flow(one.profile_id, one.level, tuple(one.roles), one.days) for one in body.flows), body.tracks,
        body.shared,
    )  # fmt: skip
    return _season(rules.set_season(request.actor, cycle_id, chosen, request.version))


@router.get("/cycles/{int:cycle_id}/rules", response=SeasonOut, operation_id="goals_rules")
@door(access.READ_SEASON)
def read_season(request: ApiRequest, cycle_id: int) -> dict[str, Any]:
    """The goal rules of a cycle."""
    card = people.cycle(request.actor, cycle_id)
    require(request.actor, access.READ_SEASON, card)
    return _season(card)


def _season(card: CycleCard) -> dict[str, Any]:
    chosen = queries.season(card.settings)
    return {
        "cycle_id": card.id, "version": card.version, "limits": chosen.limits, "count_min": chosen.count_min,
        "count_max": chosen.count_max, "versions": chosen.versions, "free_target_percent": chosen.free_percent,
        "free_weight": chosen.free.weight, "free_days": chosen.free.days, "goal_review": chosen.rhythm,
        "locks": chosen.locks, "flows": chosen.flows, "tracks": chosen.tracks,
        "shared": chosen.shared,
    }  # fmt: skip


@router.post("/weights", response=WeighedOut, operation_id="goals_set_weights")
@door(access.WEIGH, reads=C3)
def set_weights(request: ApiRequest, body: WeightsIn) -> Weighed:
    """Weights of several goals and their key results at once; for your own running goals you ask, with a reason."""
    wanted = {
        one.goal_id: Weights(one.version, one.weight, {part.key_result_id: part.weight for part in one.results})
        for one in body.goals
    }
    return rules.set_weights(request.actor, wanted, body.reason)


@router.post("/hints", response=list[HintOut], operation_id="goals_hints")
@door(access.HINTS, reads=C3)
def hints(request: ApiRequest, body: WordingIn) -> list[dict[str, Any]]:
    """What to think about in the words of a goal or key result; nothing is kept."""
    given = body.dict()
    given["owner_id"] = given["owner_id"] or request.actor.person_id or 0
    return [{"code": one.code, "words": list(one.words)} for one in queries.findings(request.actor, Wording(**given))]
