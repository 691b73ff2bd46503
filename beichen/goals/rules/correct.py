"""Progress of a goal set by hand: it counts upward, the calculated one stays beside it and comes back with one act."""

from __future__ import annotations

from beichen.goals import access, queries
from beichen.goals.choices import CHANGING, RUNNING
from beichen.goals.events import GoalChanged
from beichen.goals.models import Goal
from beichen.goals.queries import GoalCard
from beichen.goals.queries.season import PROGRESS
from beichen.goals.rules import errors, rollup, versions
from beichen.people.rules import open_cycle
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed
from beichen.platform.kit.rounding import PROGRESS as WHOLE


@rule
def set_progress(actor: Actor, goal_id: int, progress: int, reason: str, version: int) -> GoalCard:
    """Set the progress of a running goal by hand, in millionths, and say why. Cost: about twelve statements.

    Errors: NotFound, Forbidden, NotRunning, Locked, ProgressRange, NoReason, Changed, WrongPhase.
    """
    goal = queries.goal_to_change(actor, goal_id)
    said = reason.strip()[:300]
    if goal.manual_progress == progress and goal.manual_reason == said and goal.manual_by_id == actor.person_id:
        return queries.goal(actor, goal_id)
    _may(actor, goal, version)
    if not 0 <= progress <= WHOLE:
        raise errors.ProgressRange(goal, field="progress")
    if not said:
        raise errors.NoReason(goal, field="reason")
    before = goal.manual_progress
    goal.manual_progress, goal.manual_reason = progress, said
    goal.manual_by_id, goal.manual_at = actor.person_id, clock.now()
    return _saved(actor, goal, [before, progress])


@rule
def take_back_progress(actor: Actor, goal_id: int, version: int) -> GoalCard:
    """Let the calculated progress count again. A second click changes nothing. Cost: about twelve statements."""
    goal = queries.goal_to_change(actor, goal_id)
    if goal.manual_progress is None:
        return queries.goal(actor, goal_id)
    _may(actor, goal, version)
    before, goal.manual_progress, goal.manual_reason = goal.manual_progress, None, ""
    goal.manual_by_id, goal.manual_at = None, None
    return _saved(actor, goal, [before, None])


def _may(actor: Actor, goal: Goal, version: int) -> None:
    require(actor, access.CORRECT, goal)
    if goal.state not in RUNNING:
        raise errors.NotRunning(goal)
    if goal.version != version:
        raise Changed(goal)
    versions.open_for(goal, PROGRESS)
    open_cycle(actor, goal.cycle_id, *CHANGING)


def _saved(actor: Actor, goal: Goal, change: list[int | None]) -> GoalCard:
    goal.version += 1
    goal.save(update_fields=["manual_progress", "manual_reason", "manual_by", "manual_at", "version"])
    audit.record(actor, access.CORRECT, goal, subjects=[goal.owner_id], details={"progress": change})
    publish(GoalChanged(goal_id=goal.pk, owner_id=goal.owner_id))
    links = goal.parents.filter(is_rollup=True, state="accepted").values_list("parent_id", "parent__cycle_id")
    rollup.mark([goal.pk, *(pk for pk, _ in links)], [goal.cycle_id, *(cycle_id for _, cycle_id in links)])
    return queries.goal(actor, goal.pk)
