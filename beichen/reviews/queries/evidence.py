"""What the forms show beside the questions: the person's goals of the cycle with their results."""

from __future__ import annotations

from dataclasses import dataclass

from beichen.goals import queries as goals
from beichen.platform.kit.actor import Actor
from beichen.reviews.formulas.results import GoalTerm
from beichen.reviews.formulas.sections import GoalPart


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal in the goals section. `weight` and `score` in hundredths; `score` None where nothing was measured."""

    goal_id: int
    title: str
    weight: int
    score: int | None


def goal_lines(actor: Actor, person_id: int, cycle_id: int) -> tuple[GoalLine, ...]:
    """The person's scored goals in the cycle, as far as the actor sees them. Cost: three statements."""
    found = goals.scored_goals(actor, [person_id], cycle_id).get(person_id, [])
    return tuple(GoalLine(goal.goal_id, goal.title, goal.weight, goal.score) for goal in found)


def goal_terms(lines: tuple[GoalLine, ...]) -> list[GoalTerm]:
    """The lines as the formula takes them."""
    return [GoalTerm(GoalPart(str(line.goal_id), line.weight, line.score), line.title) for line in lines]


def measured(lines: tuple[GoalLine, ...]) -> bool:
    """Whether the goals section has a score of its own, so that nobody enters one."""
    return any(line.score is not None for line in lines)
