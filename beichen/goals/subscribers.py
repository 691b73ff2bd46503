"""What goals do when others speak."""

from __future__ import annotations

from beichen.goals.events import GoalApproved, RollupLeft
from beichen.goals.jobs import PATIENCE_MS, close_when_due
from beichen.goals.rules import agree, changes, close, feed, rollup, tasks
from beichen.metrics.events import FiguresPublished
from beichen.people.choices import Phase
from beichen.people.events import CycleMoved, PersonMoved
from beichen.platform.events.bus import on
from beichen.platform.kit.actor import Actor


@on(RollupLeft)
def drain_left(actor: Actor, event: RollupLeft) -> None:
    """Recompute what a request had to leave."""
    rollup.drain(actor, event.cycle_id, PATIENCE_MS)


@on(FiguresPublished)
def take_figures(actor: Actor, event: FiguresPublished) -> None:
    """Key results that take their value from this metric get the published figures."""
    feed.take_figures(actor, event.metric_id, event.period)


@on(GoalApproved)
def take_newest(actor: Actor, event: GoalApproved) -> None:
    """A goal that was just agreed to begins with the newest published figures."""
    feed.take_newest(actor, event.goal_id)


@on(GoalApproved)
def tell_assignees(actor: Actor, event: GoalApproved) -> None:
    """Whoever has a task in a goal that was just agreed to learns of it."""
    tasks.tell_assignees(actor, event.goal_id)


@on(CycleMoved)
def close_goals(event: CycleMoved) -> None:
    """Goals are evidence once manager reviews begin: they close."""
    if event.phase >= Phase.MANAGER:
        close_when_due.defer(cycle_id=event.cycle_id)


@on(CycleMoved)
def give_back(actor: Actor, event: CycleMoved) -> None:
    """Goals are agreed to before people review themselves; what still waits goes back to its owner."""
    if event.phase > Phase.EXECUTION:
        close.give_back(actor, event.cycle_id)


@on(CycleMoved)
def lapse_changes(actor: Actor, event: CycleMoved) -> None:
    """Terms stay once managers review: a change that still waits is over."""
    if event.phase >= Phase.MANAGER:
        changes.lapse_changes(actor, event.cycle_id)


@on(PersonMoved)
def follow_owner(actor: Actor, event: PersonMoved) -> None:
    """The board shows a goal under the unit its owner sits in now."""
    rollup.follow_owner(actor, event.person_id)


@on(PersonMoved)
def find_new_approver(actor: Actor, event: PersonMoved) -> None:
    """What waits for the former manager goes to the new one."""
    agree.find_new_approver(actor, event.person_id)
    changes.follow_line(actor, event.person_id)
