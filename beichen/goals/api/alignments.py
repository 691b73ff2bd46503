"""What goals serve, by program: asking, answering, taking away, and splitting a goal into parts."""

from __future__ import annotations

from ninja import Status

from beichen.goals import access, rules
from beichen.goals.api.goals import C3, router
from beichen.goals.queries import GoalCard
from beichen.goals.rules import PartInput
from beichen.goals.schemas import AcceptIn, AlignIn, Made, SplitIn, VersionIn, WordsIn
from beichen.goals.schemas.shown import GoalOut
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest


@router.post("/{int:goal_id}/alignments", response={201: Made}, operation_id="alignments_create")
@door(access.ALIGN, reads=C3)
def align(request: ApiRequest, goal_id: int, body: AlignIn) -> Status[dict[str, int]]:
    """Ask that a goal serves another."""
    return Status(201, {"id": rules.propose_alignment(request.actor, goal_id, body.parent_id, rolls_up=body.rolls_up)})


@router.post("/alignments/{int:alignment_id}/accept", response={204: None}, operation_id="alignments_accept")
@door(access.DECIDE_ALIGNMENT, reads=C3)
def accept(request: ApiRequest, alignment_id: int, body: AcceptIn) -> Status[None]:
    """Agree that a goal serves yours."""
    rules.accept_alignment(request.actor, alignment_id, request.version, weight=body.weight)
    return Status(204, None)


@router.post("/alignments/{int:alignment_id}/decline", response={204: None}, operation_id="alignments_decline")
@door(access.DECIDE_ALIGNMENT, reads=C3)
def decline(request: ApiRequest, alignment_id: int, body: WordsIn) -> Status[None]:
    """Say that a goal does not serve yours, and why."""
    rules.decline_alignment(request.actor, alignment_id, body.reason, request.version)
    return Status(204, None)


@router.post("/alignments/{int:alignment_id}/end", response={204: None}, operation_id="alignments_end")
@door(access.ALIGN, reads=C3)
def end(request: ApiRequest, alignment_id: int, body: VersionIn) -> Status[None]:
    """Take your goal away from the one it serves."""
    rules.end_alignment(request.actor, alignment_id, request.version)
    return Status(204, None)


@router.post("/{int:goal_id}/split", response={201: list[GoalOut]}, operation_id="goals_split")
@door(access.SPLIT, reads=C3)
def split(request: ApiRequest, goal_id: int, body: SplitIn) -> Status[list[GoalCard]]:
    """Make a draft for each part of your goal, counted in it from the start; all of them or none."""
    parts = [PartInput(**part.dict()) for part in body.parts]
    return Status(201, rules.split_goal(request.actor, goal_id, parts, request.version, cycle_id=body.cycle_id))
