"""Explorations, by program."""

from __future__ import annotations

from typing import Any

from beichen.goals import access, queries, rules
from beichen.goals.api.goals import C3, router
from beichen.goals.queries import ExplorationCard
from beichen.goals.rules import ConclusionInput, ExplorationInput
from beichen.goals.schemas.explorations import ConclusionIn, ExplorationIn, ExplorationOut, ExplorationsOut
from beichen.people import queries as people
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.api.schemas import Id
from beichen.platform.kit.errors import NotFound


@router.get("/explorations", response=ExplorationsOut, operation_id="goal_explorations_list")
@door(access.VIEW, reads=C3)
def explorations(request: ApiRequest, cycle_id: Id, after: int = 0) -> dict[str, Any]:
    """The explorations of a cycle that are open to you, with what was learned, 50 at a time."""
    found = queries.explorations(request.actor, people.cycle(request.actor, cycle_id), after)
    return {"lines": [line for tracks in found.units for line in tracks.lines], "next": found.next}


def _one(request: ApiRequest, goal_id: int) -> ExplorationCard:
    found = queries.exploration(request.actor, goal_id)
    if found is None:
        raise NotFound
    return found


@router.get("/{int:goal_id}/exploration", response=ExplorationOut, operation_id="goal_explorations_get")
@door(access.VIEW, reads=C3)
def exploration(request: ApiRequest, goal_id: int) -> ExplorationCard:
    """What a goal tries to find out, and what came of it."""
    return _one(request, goal_id)


@router.put("/{int:goal_id}/exploration", response=ExplorationOut, operation_id="goal_explorations_describe")
@door(access.VIEW)
def describe(request: ApiRequest, goal_id: int, body: ExplorationIn) -> ExplorationCard:
    """Make a draft an exploration, or change its bounds; of a running goal its manager does."""
    entered = ExplorationInput(**body.dict(exclude={"version"}))
    rules.describe_exploration(request.actor, goal_id, entered, request.version)
    return _one(request, goal_id)


@router.post("/{int:goal_id}/conclusion", response=ExplorationOut, operation_id="goal_explorations_conclude")
@door(access.CONCLUDE)
def conclude(request: ApiRequest, goal_id: int, body: ConclusionIn) -> ExplorationCard:
    """Close a running exploration as confirmed, refuted or stopped, with its learning."""
    entered = ConclusionInput(**body.dict(exclude={"version"}))
    rules.conclude_exploration(request.actor, goal_id, entered, request.version)
    return _one(request, goal_id)
