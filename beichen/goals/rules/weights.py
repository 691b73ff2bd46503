"""The weights of all goals of a plan, and of all key results of each, set together (GOAL-03)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from beichen.goals import access, queries
from beichen.goals.choices import RUNNING, GoalState
from beichen.goals.models import Goal, KeyResult
from beichen.goals.rules import changes, drafts, errors, key_results
from beichen.goals.rules.changes import ChangeInput, ResultChange
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import may
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, NotFound


@dataclass(frozen=True, slots=True)
class Weights:
    """What one goal and its key results should weigh, in hundredths; `version` is the goal's that was read."""

    version: int
    weight: int | None = None
    results: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Weighed:
    """How many goals have new weights, and for how many they wait for a decision."""

    changed: int
    asked: int


@rule
def set_weights(actor: Actor, wanted: Mapping[int, Weights], reason: str = "") -> Weighed:
    """Weights of several goals at once, all or none. Cost: that of each goal that differs.

    Of a draft, and by the manager of a running goal, they hold at once; the owner of a running goal asks for them with
    the reason. Errors: NotFound, Forbidden, Changed, ChangePending, NoReason, BadValue, Locked, WrongPhase.
    """
    changed = asked = 0
    for goal_id, given in sorted(wanted.items()):
        goal = queries.goal_to_change(actor, goal_id)
        parts = {kr.pk: kr for kr in goal.key_results.filter(is_dropped=False)}
        if set(given.results) - set(parts):
            raise NotFound
        results = {pk: weight for pk, weight in given.results.items() if parts[pk].weight != weight}
        weight = given.weight if given.weight not in (None, goal.weight) else None
        if weight is None and not results:
            continue
        if goal.version != given.version:
            raise Changed(goal)
        if goal.state in RUNNING and not may(actor, access.ADJUST, goal):
            asked += _ask(actor, goal, weight, results, reason)
        else:
            _write(actor, goal, weight, {pk: (parts[pk], new) for pk, new in results.items()})
        changed += 1
    return Weighed(changed, asked)


def _ask(actor: Actor, goal: Goal, weight: int | None, results: Mapping[int, int], reason: str) -> int:
    if goal.state == GoalState.CHANGING:
        raise errors.ChangePending(goal)
    entered = ChangeInput(
        reason=reason, weight=weight, results={pk: ResultChange(weight=new) for pk, new in results.items()}
    )
    return int(changes.ask_change(actor, goal.pk, entered, goal.version).state == "proposed")


def _write(actor: Actor, goal: Goal, weight: int | None, results: Mapping[int, tuple[KeyResult, int]]) -> None:
    for pk, (kr, new) in results.items():
        key_results.reweigh_key_result(actor, pk, new, kr.version)
    if weight is not None:
        drafts.reweigh_goal(actor, goal.pk, weight, goal.version)
