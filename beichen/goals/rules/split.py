"""Splitting a goal into parts that several people answer for, all in one step (GOAL-04)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from beichen.goals import access, queries
from beichen.goals.choices import RUNNING, GoalState
from beichen.goals.queries import GoalCard
from beichen.goals.rules import errors
from beichen.goals.rules.align import one_at_a_time, take_in
from beichen.goals.rules.drafts import GoalInput, create_goal
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed

MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PartInput:
    """One part: who answers for it, by when, how it is verified.

    `share` in the goal that is split and `weight` in the owner's plan are in hundredths; without a share it holds the
    mean of what the other items hold, without a day the end of its cycle.
    """

    title: str
    owner_id: int
    due: date | None = None
    verification: str = ""
    share: int | None = None
    weight: int = 0


@rule
def split_goal(
    actor: Actor, goal_id: int, parts: Sequence[PartInput], version: int, *, cycle_id: int | None = None
) -> list[GoalCard]:
    """Make a draft for each part, counted in the goal from the start; all of them or none. Cost: twenty a part.

    Whoever answers for the goal splits it, among themselves and the people they write drafts for (01b), in its own
    cycle or another one whose goals are being set. Sent twice, it makes the parts once. Errors: NotFound, Forbidden,
    Changed, NothingToSplit, TooManyParts, ParentNotOpen, WrongPhase, BadValue.
    """
    one_at_a_time()
    goal = queries.goal_to_change(actor, goal_id)
    require(actor, access.SPLIT, goal)
    if goal.version != version:
        raise Changed(goal)
    if goal.state not in (*RUNNING, GoalState.PROPOSED):
        raise errors.ParentNotOpen(goal)
    if not parts:
        raise errors.NothingToSplit(goal)
    if len(parts) > MOST:
        raise errors.TooManyParts(goal, most=MOST)
    made = []
    for part in parts:
        entered = GoalInput(
            title=part.title, due=part.due, verification=part.verification, weight=part.weight,
            priority_id=goal.priority_id, kind=goal.kind, visibility=goal.visibility,
        )  # fmt: skip
        card = create_goal(actor, cycle_id or goal.cycle_id, entered, owner_id=part.owner_id)
        if not goal.children.filter(child_id=card.id).exclude(state="declined").exists():
            take_in(actor, queries.goal_to_change(actor, card.id), goal, part.share)
        made.append(card)
    audit.record(actor, access.SPLIT, goal, subjects=[goal.owner_id], details={"parts": [card.id for card in made]})
    return made
