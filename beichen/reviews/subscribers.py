"""What reviews do when a plan was agreed on, when the cycle moves, and when people join, move or leave."""

from __future__ import annotations

from beichen.people.events import CycleMoved, PersonLeft, PersonMoved
from beichen.platform.events import progress
from beichen.platform.events.bus import on
from beichen.platform.kit.actor import Actor
from beichen.reviews import jobs, queries, rules
from beichen.reviews.events import LaunchAgreed, ReviewsMade, StepAgreed


@on(LaunchAgreed)
def begin_launch(event: LaunchAgreed) -> None:
    """Have the reviews of a launched plan made."""
    jobs.launch.defer(plan_id=event.plan_id)


@on(ReviewsMade)
def tell_begun(actor: Actor, event: ReviewsMade) -> None:
    """Tell those whose reviews were made."""
    rules.tell_begun(actor, event.plan_id, event.review_ids)


@on(StepAgreed)
def advance(actor: Actor, event: StepAgreed) -> None:
    """Lock, unlock or release, as two people agreed."""
    with progress.reporting(queries.work_key(event.plan_id)) as report:
        moved = rules.take_step(actor, event)
        report(done=moved, total=moved)


@on(CycleMoved)
def follow(actor: Actor, event: CycleMoved) -> None:
    """Open the calibration, or send it back."""
    rules.follow_cycle(actor, event.cycle_id, event.phase)


@on(PersonMoved)
def follow_person(actor: Actor, event: PersonMoved) -> None:
    """The new manager takes over what is open; who joined is taken in."""
    rules.follow_people(actor, [event.person_id])
    rules.take_in(actor, [event.person_id])


@on(PersonLeft)
def follow_leaver(actor: Actor, event: PersonLeft) -> None:
    """What waited for somebody who left goes on to others."""
    rules.follow_leaver(actor, event.person_id)
