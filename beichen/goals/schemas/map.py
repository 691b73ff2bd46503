"""What the API shows of the goal map."""

from __future__ import annotations

from ninja import Schema

from beichen.goals.schemas.shown import GoalOut


class MapNodeOut(Schema):
    """A goal on the map below `parent_id` (None: at the top).

    `below`: how many stand directly below it; what was not drawn comes from `/goals/map/{goal_id}/below`.
    """

    id: int
    parent_id: int | None
    goal: GoalOut
    below: int
    counts: bool
    is_hit: bool


class MapTopOut(Schema):
    """A priority (None: none) and how many goals stand directly at it."""

    priority_id: int | None
    total: int
    nodes: list[MapNodeOut]


class MapOut(Schema):
    """The goal map; `found`: how many goals fit what was asked for, None where nothing was."""

    found: int | None
    tops: list[MapTopOut]


class MapPartOut(Schema):
    """Goals below one; the next begin behind `last`, and so many are `left`."""

    nodes: list[MapNodeOut]
    last: int | None
    left: int
