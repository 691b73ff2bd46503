"""Agreeing on goals: propose, approve, return, withdraw, hand on. Whose turn it is is held by the approval run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from beichen.goals import access, queries
from beichen.goals.choices import DOUBTED, GOAL, RUNNING, WRITING, AlignmentState, GoalState
from beichen.goals.events import GoalApproved, GoalProposed, GoalReturned
from beichen.goals.models import Alignment, Goal
from beichen.goals.queries import GoalCard
from beichen.goals.queries.season import TERMS, season
from beichen.goals.rules import errors, rollup, versions
from beichen.goals.rules.align import tell_parents
from beichen.goals.rules.explorations import hold_tracks
from beichen.goals.rules.hints import hold_to
from beichen.goals.rules.key_results import hold_metrics
from beichen.people import queries as people
from beichen.people.queries import CycleCard, Step
from beichen.people.rules import open_cycle
from beichen.platform import audit, notify
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.approvals import queries as runs
from beichen.platform.approvals import rules as approvals
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, NotFound, Refused


def flow_of(actor: Actor, cycle: CycleCard, owner_id: int) -> list[approvals.StepSpec]:
    """The steps a cycle asks for: those for the owner's role and level, else those for everybody.

    Cost: three statements in a cycle with steps by role or level.
    """
    chosen = season(cycle.settings)
    own: tuple[Step, ...] = ()
    if chosen.flows:
        profile = people.profile_of_position(actor, people.person(actor, owner_id).position)
        level = people.levels(actor, [owner_id]).get(owner_id, "")
        own = chosen.steps_for(profile.id if profile else None, level)
    return [approvals.StepSpec(step.role, days=step.days) for step in own or cycle.steps]


@rule
def propose_goal(actor: Actor, goal_id: int, version: int) -> GoalCard:
    """Hand a draft to the first step of the cycle's flow, never to its author. Cost: about fifteen statements."""
    goal = queries.goal_to_change(actor, goal_id)
    if goal.state == GoalState.PROPOSED and goal.last_editor_id == actor.person_id:
        return queries.goal(actor, goal_id)
    if goal.state != GoalState.DRAFT:
        raise errors.NotDraft(goal)
    require(actor, access.PROPOSE, goal)
    if goal.version != version:
        raise Changed(goal)
    versions.open_for(goal, TERMS)
    cycle = open_cycle(actor, goal.cycle_id, *WRITING)
    if not _has_measure(goal):
        raise errors.NothingMeasured(goal)
    hold_to(actor, goal, cycle.settings, decided=False)
    goal.state, goal.proposed_at = GoalState.PROPOSED, clock.now()
    goal.last_editor_id, goal.comment, goal.version = actor.person_id, "", goal.version + 1
    goal.save()
    approvals.start(
        actor, GOAL, goal.pk, goal.owner_id, flow_of(actor, cycle, goal.owner_id), version=goal.version,
        title=goal.title, barred=[i for i in (goal.author_id,) if i is not None],
    )  # fmt: skip
    card = queries.goal(actor, goal_id)
    audit.record(actor, access.PROPOSE, goal, subjects=[goal.owner_id], details={"approver": card.approver_id})
    publish(GoalProposed(goal_id=goal.pk, owner_id=goal.owner_id, approver_id=card.approver_id or 0))
    if goal.is_doubted and card.approver_id:
        _tell_doubt(actor, goal, card.approver_id)
    return card


def _has_measure(goal: Goal) -> bool:
    return goal.key_results.filter(is_dropped=False).exists() or goal.children.exists() or goal.kind == "behaviour"


@rule
def approve_goal(actor: Actor, goal_id: int, version: int) -> GoalCard:
    """Agree to a proposed goal; at the last step it runs and counts. Cost: about twenty statements.

    Refused while a metric it counts has no agreed definition and source (OnUnagreedMetric).
    """
    goal = queries.goal_to_change(actor, goal_id)
    if goal.state == GoalState.ACTIVE and goal.approved_by_id == actor.person_id:
        return queries.goal(actor, goal_id)
    _decides(actor, goal, version)
    cycle = open_cycle(actor, goal.cycle_id, *WRITING)
    hold_to(actor, goal, cycle.settings, decided=True)
    hold_tracks(goal, cycle)
    hold_metrics(actor, goal)
    with my_step():
        run = approvals.approve(actor, GOAL, goal.pk, version)
    if run.state == "pending":
        audit.record(actor, access.DECIDE, goal, subjects=[goal.owner_id], details={"decision": "step approved"})
        return _card(actor, goal)
    goal.state, goal.approved_by_id, goal.approved_at = GoalState.ACTIVE, actor.person_id, clock.now()
    goal.comment, goal.is_doubted, goal.version = "", False, goal.version + 1
    goal.save()
    audit.record(actor, access.DECIDE, goal, subjects=[goal.owner_id], details={"decision": "approved"})
    publish(GoalApproved(goal_id=goal.pk, owner_id=goal.owner_id))
    rollup.mark([goal.pk, *_parents_of(goal)], _cycles_of(goal))
    tell_parents(actor, goal)
    return _card(actor, goal)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What became of several at once: how many were agreed to, and the sentence of each that was not, by title."""

    count: int
    refused: tuple[tuple[str, Refused], ...]


@rule
def approve_goals(actor: Actor, chosen: Sequence[tuple[int, int]]) -> Agreed:
    """Agree to several goals, each by its own version and on its own. Cost: that of each."""
    count, refused = 0, []
    for goal_id, version in chosen:
        try:
            approve_goal(actor, goal_id, version)
            count += 1
        except Refused as why:
            refused.append((queries.goal(actor, goal_id).shown_title, why))
    return Agreed(count, tuple(refused))


def _decides(actor: Actor, goal: Goal, version: int) -> None:
    if goal.state != GoalState.PROPOSED:
        raise errors.NotProposed(goal)
    require(actor, access.DECIDE, goal)
    if goal.version != version:
        raise Changed(goal)


@contextmanager
def my_step() -> Iterator[None]:
    """Who may see the goal and takes no part in its approval learns that the step is somebody else's."""
    try:
        yield
    except NotFound:
        raise approvals.NotYourTurn from None


def _card(actor: Actor, goal: Goal) -> GoalCard:
    """The card, also for whoever decided and no longer sees the goal."""
    return queries.goals_by_id(actor, [goal.pk]).get(goal.pk) or _gone(goal)


def _parents_of(goal: Goal) -> list[int]:
    links = Alignment.objects.filter(child=goal, is_rollup=True, state=AlignmentState.ACCEPTED)
    return list(links.values_list("parent_id", flat=True))


def _cycles_of(goal: Goal) -> list[int]:
    links = Alignment.objects.filter(child=goal, is_rollup=True, state=AlignmentState.ACCEPTED)
    return [goal.cycle_id, *links.values_list("parent__cycle_id", flat=True)]


@rule
def return_goal(actor: Actor, goal_id: int, comment: str, version: int) -> GoalCard:
    """Give a proposed goal back with a comment: it is a draft again. Cost: about fifteen statements."""
    goal = queries.goal_to_change(actor, goal_id)
    _decides(actor, goal, version)
    if not comment.strip():
        raise errors.NoReason(goal, field="comment")
    with my_step():
        approvals.return_(actor, GOAL, goal.pk, comment.strip()[:500])
    return _back(actor, goal, access.DECIDE.key, comment.strip()[:500])


@rule
def withdraw_goal(actor: Actor, goal_id: int, version: int) -> GoalCard:
    """Take one's own proposed goal back: it is a draft again. Cost: about twelve statements."""
    goal = queries.goal_to_change(actor, goal_id)
    if goal.state == GoalState.DRAFT and goal.proposed_at is not None:
        return queries.goal(actor, goal_id)
    if goal.state in RUNNING:
        raise errors.NotProposed(goal)
    require(actor, access.WITHDRAW, goal)
    if goal.version != version:
        raise Changed(goal)
    approvals.withdraw(actor, GOAL, goal.pk)
    return _back(actor, goal, access.WITHDRAW.key, "")


def _back(actor: Actor, goal: Goal, act: str, comment: str) -> GoalCard:
    goal.state, goal.comment, goal.version = GoalState.DRAFT, comment, goal.version + 1
    if goal.author_id != goal.owner_id:
        goal.author_id = goal.owner_id
    goal.save()
    audit.record(actor, act, goal, subjects=[goal.owner_id], details={"comment": comment})
    publish(GoalReturned(goal_id=goal.pk, owner_id=goal.owner_id))
    return _card(actor, goal)


def _gone(goal: Goal) -> GoalCard:
    """The card for whoever returned the goal and no longer sees the draft."""
    from beichen.goals.queries.cards import RELATED, goal_card

    return goal_card(Goal.objects.select_related(*RELATED).get(pk=goal.pk))


@rule
def hand_on(actor: Actor, goal_id: int, to: int, last_day: date, version: int) -> GoalCard:
    """Let somebody who could agree as well decide in my place until the end of a day (G5). Cost: about fifteen
    statements.
    """
    goal = queries.goal_to_change(actor, goal_id)
    _decides(actor, goal, version)
    require(actor, access.HAND_ON, goal)
    with my_step():
        approvals.delegate(actor, GOAL, goal.pk, to, clock.end_of(last_day))
    return _card(actor, goal)


@rule
def doubt_goal(actor: Actor, goal_id: int) -> GoalCard:
    """Ask whether one's goal is too conservative; whoever is to agree is told. Cost: about eight statements."""
    goal = queries.goal_to_change(actor, goal_id)
    if goal.state not in (GoalState.DRAFT, GoalState.PROPOSED):
        raise errors.NotDraft(goal)
    require(actor, access.DOUBT, goal)
    if goal.is_doubted:
        return queries.goal(actor, goal_id)
    goal.is_doubted = True
    goal.save(update_fields=["is_doubted"])
    audit.record(actor, access.DOUBT, goal, subjects=[goal.owner_id])
    step = runs.current_step(actor, GOAL, goal.pk)
    if step is not None:
        _tell_doubt(actor, goal, step.approver_id)
    return queries.goal(actor, goal_id)


def _tell_doubt(actor: Actor, goal: Goal, approver_id: int) -> None:
    notify.send(
        actor, approver_id, DOUBTED, reverse("goals:goal", args=[goal.pk]),
        {"name": goal.owner.name, "goal": goal.title},
    )  # fmt: skip


@rule
def find_new_approver(actor: Actor, person_id: int) -> int:
    """Proposed goals of somebody whose manager changed go to the new one (G4, T01); gives how many. For a job."""
    proposed = Goal.objects.select_for_update(no_key=True).filter(owner_id=person_id, state=GoalState.PROPOSED)
    return sum(approvals.follow_line(actor, GOAL, goal.pk) for goal in proposed.order_by("pk"))
