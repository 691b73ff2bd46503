"""Agreeing on goals: propose, approve, return, withdraw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from beichen.goals import access, queries
from beichen.goals.choices import RUNNING, AlignmentState, GoalState
from beichen.goals.events import GoalApproved, GoalProposed, GoalReturned
from beichen.goals.formulas.rollup import total_weight
from beichen.goals.models import Alignment, Goal
from beichen.goals.queries import GoalCard
from beichen.goals.rules import errors, rollup
from beichen.goals.rules.drafts import FULL, WRITING
from beichen.people import queries as people
from beichen.people.rules import open_cycle
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Phrase, gettext_noop


@dataclass(frozen=True, slots=True)
class Hint:
    """Something about a plan or goal to look at before it is agreed; `params` fill the sentence."""

    code: str
    sentence: Phrase
    params: dict[str, str]


def hints(actor: Actor, goal: Goal | GoalCard, settings: dict[str, Any]) -> list[Hint]:
    """What is not as agreed in this company: number of goals, weights, measures. Cost: two statements."""
    found: list[Hint] = []
    weights, count = _plan(goal)
    if weights != FULL:
        found.append(Hint("weights", errors.WeightsOff.text, {"sum": _percent(weights)}))
    limits = settings.get("goals", {})
    least, most = int(limits.get("count_min", 3)), int(limits.get("count_max", 5))
    if not least <= count <= most:
        found.append(
            Hint("count", errors.TooManyGoals.text, {"count": str(count), "least": str(least), "most": str(most)})
        )
    goal_id = goal.pk if isinstance(goal, Goal) else goal.id
    parts = list(_weights_of(goal_id))
    if parts and total_weight(parts) not in (0, FULL):
        found.append(Hint("key_results", KEY_RESULT_WEIGHTS, {"sum": _percent(total_weight(parts))}))
    if not goal.verification:
        found.append(Hint("verification", NO_VERIFICATION, {}))
    return found


KEY_RESULT_WEIGHTS = gettext_noop("The weights of its key results add up to %(sum)s %%, not to 100 %%.")
NO_VERIFICATION = gettext_noop("It does not say how the result will be verified.")


def _percent(hundredths: int) -> str:
    return f"{(Decimal(hundredths) / 100).normalize():f}"


def _plan(goal: Goal | GoalCard) -> tuple[int, int]:
    """Sum of the weights and number of goals in the plan of this owner (or unit) in this cycle."""
    found = Goal.objects.filter(cycle_id=goal.cycle_id, unit_id=goal.unit_id, is_dropped=False)
    if goal.unit_id is None:
        found = found.filter(owner_id=goal.owner_id)
    weights = list(found.values_list("weight", flat=True))
    return total_weight(weights), len(weights)


def _weights_of(goal_id: int) -> Iterable[int]:
    from beichen.goals.models import KeyResult

    return KeyResult.objects.filter(goal_id=goal_id, is_dropped=False).values_list("weight", flat=True)


@rule
def propose_goal(actor: Actor, goal_id: int, version: int) -> GoalCard:
    """Hand a draft to whoever is to agree: the line manager, or the next that G21 names. Cost: about ten statements."""
    goal = queries.goal_to_change(actor, goal_id)
    if goal.state == GoalState.PROPOSED and goal.last_editor_id == actor.person_id:
        return queries.goal(actor, goal_id)
    if goal.state != GoalState.DRAFT:
        raise errors.NotDraft(goal)
    require(actor, access.PROPOSE, goal)
    if goal.version != version:
        raise Changed(goal)
    open_cycle(actor, goal.cycle_id, *WRITING)
    if not _has_measure(goal):
        raise errors.NothingMeasured(goal)
    involved = {i for i in (goal.author_id, actor.person_id) if i is not None}
    approver_id = people.who_acts("LM", goal.owner_id, out=involved)
    if approver_id is None:
        raise errors.NobodyDecides(goal)
    goal.state, goal.approver_id, goal.proposed_at = GoalState.PROPOSED, approver_id, clock.now()
    goal.last_editor_id, goal.comment, goal.version = actor.person_id, "", goal.version + 1
    goal.save()
    audit.record(actor, access.PROPOSE, goal, subjects=[goal.owner_id], details={"approver": approver_id})
    publish(GoalProposed(goal_id=goal.pk, owner_id=goal.owner_id, approver_id=approver_id))
    return queries.goal(actor, goal_id)


def _has_measure(goal: Goal) -> bool:
    return goal.key_results.filter(is_dropped=False).exists() or goal.children.exists() or goal.kind == "behaviour"


@rule
def approve_goal(actor: Actor, goal_id: int, version: int) -> GoalCard:
    """Agree to a proposed goal; from now on it counts towards the score. Cost: about ten statements."""
    goal = queries.goal_to_change(actor, goal_id)
    if goal.state == GoalState.ACTIVE and goal.approved_by_id == actor.person_id:
        return queries.goal(actor, goal_id)
    _decides(actor, goal, version)
    cycle = open_cycle(actor, goal.cycle_id, *WRITING)
    if cycle.settings.get("goals", {}).get("limits", "warn") == "block":
        _blocked(actor, goal, cycle.settings)
    goal.state, goal.approved_by_id, goal.approved_at = GoalState.ACTIVE, actor.person_id, clock.now()
    goal.comment, goal.version = "", goal.version + 1
    goal.save()
    audit.record(actor, access.DECIDE, goal, subjects=[goal.owner_id], details={"decision": "approved"})
    publish(GoalApproved(goal_id=goal.pk, owner_id=goal.owner_id))
    rollup.mark([goal.pk, *_parents_of(goal)], _cycles_of(goal))
    return queries.goal(actor, goal_id)


def _decides(actor: Actor, goal: Goal, version: int) -> None:
    require(actor, access.DECIDE, goal)
    if goal.state != GoalState.PROPOSED:
        raise errors.NotProposed(goal)
    if goal.approver_id != actor.person_id:
        name = people.persons(actor, [goal.approver_id]).get(goal.approver_id or 0)
        raise errors.NotYourStep(goal, name=name.name if name else "")
    if goal.version != version:
        raise Changed(goal)


def _blocked(actor: Actor, goal: Goal, settings: dict[str, Any]) -> None:
    for hint in hints(actor, goal, settings):
        if hint.code == "weights":
            raise errors.WeightsOff(goal, sum=hint.params["sum"])
        if hint.code == "count":
            raise errors.TooManyGoals(goal, field=None, **hint.params)


def _parents_of(goal: Goal) -> list[int]:
    links = Alignment.objects.filter(child=goal, is_rollup=True, state=AlignmentState.ACCEPTED)
    return list(links.values_list("parent_id", flat=True))


def _cycles_of(goal: Goal) -> list[int]:
    links = Alignment.objects.filter(child=goal, is_rollup=True, state=AlignmentState.ACCEPTED)
    return [goal.cycle_id, *links.values_list("parent__cycle_id", flat=True)]


@rule
def return_goal(actor: Actor, goal_id: int, comment: str, version: int) -> GoalCard:
    """Give a proposed goal back with a comment: it is a draft again. Cost: about six statements."""
    goal = queries.goal_to_change(actor, goal_id)
    _decides(actor, goal, version)
    if not comment.strip():
        raise errors.NoReason(goal, field="comment")
    return _back(actor, goal, access.DECIDE.key, comment.strip()[:500])


@rule
def withdraw_goal(actor: Actor, goal_id: int, version: int) -> GoalCard:
    """Take one's own proposed goal back: it is a draft again. Cost: about six statements."""
    goal = queries.goal_to_change(actor, goal_id)
    if goal.state == GoalState.DRAFT and goal.proposed_at is not None:
        return queries.goal(actor, goal_id)
    if goal.state in RUNNING:
        raise errors.NotProposed(goal)
    require(actor, access.WITHDRAW, goal)
    if goal.version != version:
        raise Changed(goal)
    return _back(actor, goal, access.WITHDRAW.key, "")


def _back(actor: Actor, goal: Goal, act: str, comment: str) -> GoalCard:
    goal.state, goal.comment, goal.approver_id, goal.version = GoalState.DRAFT, comment, None, goal.version + 1
    if goal.author_id != goal.owner_id:
        goal.author_id = goal.owner_id
    goal.save()
    audit.record(actor, act, goal, subjects=[goal.owner_id], details={"comment": comment})
    publish(GoalReturned(goal_id=goal.pk, owner_id=goal.owner_id))
    card = queries.goals_by_id(actor, [goal.pk])
    return card.get(goal.pk) or _gone(goal)


def _gone(goal: Goal) -> GoalCard:
    """The card for whoever returned the goal and no longer sees the draft."""
    from beichen.goals.queries.cards import RELATED, goal_card

    return goal_card(Goal.objects.select_related(*RELATED).get(pk=goal.pk))


@rule
def find_new_approver(actor: Actor, person_id: int) -> int:
    """Proposed goals of somebody whose manager changed go to the new one (G4); gives how many. For a job."""
    moved = 0
    for goal in Goal.objects.select_for_update().filter(owner_id=person_id, state=GoalState.PROPOSED):
        involved = {i for i in (goal.author_id, goal.last_editor_id) if i is not None}
        approver_id = people.who_acts("LM", goal.owner_id, out=involved)
        if approver_id is not None and approver_id != goal.approver_id:
            goal.approver_id, moved = approver_id, moved + 1
            goal.save(update_fields=["approver"])
            audit.record(actor, "goals.next_approver", goal, subjects=[person_id], details={"approver": approver_id})
    return moved
