"""What a company wants of every plan: pointed out, or where the cycle blocks, refused (GOAL-03)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from beichen.goals.formulas.rollup import total_weight
from beichen.goals.models import Goal, KeyResult
from beichen.goals.queries import GoalCard
from beichen.goals.queries.season import season
from beichen.goals.rules import errors
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Phrase, Refused, gettext_noop

FULL = 10_000
KEY_RESULT_WEIGHTS = gettext_noop("The weights of its key results add up to %(sum)s%%, not 100%%.")
NO_VERIFICATION = gettext_noop("It does not say how the result will be verified.")
NO_MEASURE = gettext_noop("No key result says when it is achieved.")
REFUSALS: Mapping[str, type[Refused]] = {
    "weights": errors.WeightsOff, "count": errors.TooManyGoals, "key_results": errors.KeyResultWeightsOff,
    "verification": errors.NotVerified, "measure": errors.NothingMeasured,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hint:
    """Something about a plan or goal to look at before it is agreed; `params` fill the sentence."""

    code: str
    sentence: Phrase
    params: dict[str, str]


def hints(actor: Actor, goal: Goal | GoalCard, settings: dict[str, Any]) -> list[Hint]:
    """What is not as agreed in this company: number of goals, weights, measures. Cost: two statements."""
    weights, count = _plan(goal)
    found = _of_plan(weights, count, settings)
    goal_id = goal.pk if isinstance(goal, Goal) else goal.id
    return found + _of_goal(goal, list(KeyResult.objects.filter(goal_id=goal_id, is_dropped=False).values_list(
        "weight", flat=True
    )))  # fmt: skip


def _of_plan(weights: int, count: int, settings: dict[str, Any]) -> list[Hint]:
    chosen, found = season(settings), []
    if weights != FULL:
        found.append(Hint("weights", errors.WeightsOff.text, {"sum": percent(weights)}))
    if not chosen.count_min <= count <= chosen.count_max:
        params = {"count": str(count), "least": str(chosen.count_min), "most": str(chosen.count_max)}
        found.append(Hint("count", errors.TooManyGoals.text, params))
    return found


def _of_goal(goal: Goal | GoalCard, parts: list[int]) -> list[Hint]:
    found = []
    if parts and total_weight(parts) not in (0, FULL):
        found.append(Hint("key_results", KEY_RESULT_WEIGHTS, {"sum": percent(total_weight(parts))}))
    if not parts and goal.kind != "behaviour":
        found.append(Hint("measure", NO_MEASURE, {}))
    if not goal.verification:
        found.append(Hint("verification", NO_VERIFICATION, {}))
    return found


def percent(hundredths: int) -> str:
    """A weight as people write it: 5000 is 50."""
    return f"{(Decimal(hundredths) / 100).normalize():f}"


def _plan(goal: Goal | GoalCard) -> tuple[int, int]:
    """Sum of the weights and number of goals in the plan of this owner (or unit) in this cycle."""
    found = Goal.objects.filter(cycle_id=goal.cycle_id, unit_id=goal.unit_id, is_dropped=False)
    if goal.unit_id is None:
        found = found.filter(owner_id=goal.owner_id)
    weights = list(found.values_list("weight", flat=True))
    return total_weight(weights), len(weights)


def hold_to(actor: Actor, goal: Goal, settings: dict[str, Any], *, decided: bool) -> None:
    """Refuse a goal outside the limits where the cycle blocks. Cost: two statements where it does.

    Before it is `decided`, the plan may still be too small: only what is too much, or wrong in the goal itself, stops.
    """
    if not season(settings).blocks:
        return
    for hint in hints(actor, goal, settings):
        if hint.code == "measure" and goal.children.exists():
            continue
        too_small = (
            (hint.code == "weights" and Decimal(hint.params["sum"]) < 100)
            or (hint.code == "count" and int(hint.params["count"]) < int(hint.params["least"]))
        )  # fmt: skip
        if decided or not too_small:
            raise REFUSALS[hint.code](goal, **hint.params)
