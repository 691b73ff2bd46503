"""The records the forms draw on: the person's goals and KPIs of the cycle with their results."""

from __future__ import annotations

from dataclasses import dataclass

from beichen.goals import queries as goals
from beichen.goals.choices import GoalKind
from beichen.platform.kit.actor import Actor
from beichen.platform.ui.language import for_reader
from beichen.reviews.formulas.results import GoalTerm
from beichen.reviews.formulas.sections import GoalPart
from beichen.reviews.models import Part

SOURCES = frozenset({"goals"})
"""The records that questions of a review may take their numbers from (`Question.source`)."""


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One key result of a goal; `score` in hundredths, None where it was not measured."""

    title: str
    score: int | None


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal in the goals section. `weight` and `score` in hundredths; `score` None where nothing was measured.

    `full`: of a shared result the whole weight, of which `weight` counts.
    """

    goal_id: int
    title: str
    weight: int
    score: int | None
    kind: str = ""
    results: tuple[ResultLine, ...] = ()
    title_en: str = ""
    days: int = 1
    full: int | None = None

    @property
    def shown_title(self) -> str:
        """The title in the reader's language, where there is one."""
        return for_reader(self.title, self.title_en)

    @property
    def is_kpi(self) -> bool:
        """Whether it is a KPI, scored by its bands."""
        return self.kind == GoalKind.KPI


def goal_lines(actor: Actor, person_id: int, cycle_id: int) -> tuple[GoalLine, ...]:
    """The person's scored goals in the cycle, as far as the actor sees them. Cost: three statements."""
    found = goals.scored_goals(actor, [person_id], cycle_id).get(person_id, [])
    return tuple(_line(goal) for goal in found)


def _line(goal: goals.ScoredGoal) -> GoalLine:
    results = tuple(
        ResultLine(for_reader(each.title, each.title_en), each.score) for each in goal.key_results if each.counted
    )
    return GoalLine(
        goal.goal_id, goal.title, goal.weight, goal.score, goal.kind, results, goal.title_en, goal.days, goal.full
    )


def without(lines: tuple[GoalLine, ...]) -> frozenset[str]:
    """The records that hold no number for the person, so that a manager may enter one."""
    return frozenset() if measured(lines) else frozenset({"goals"})


def missing_records(actor: Actor, part: Part) -> frozenset[str]:
    """`without` for the person of a part. Cost: one statement."""
    return frozenset() if goals.has_scores(actor, part.subject_id, part.cycle_id) else frozenset({"goals"})


def goal_terms(lines: tuple[GoalLine, ...]) -> list[GoalTerm]:
    """The lines as the formula takes them."""
    return [
        GoalTerm(GoalPart(str(line.goal_id), line.weight, line.score, line.days), line.title, line.title_en, line.full)
        for line in lines
    ]


def measured(lines: tuple[GoalLine, ...]) -> bool:
    """Whether the goals section has a score of its own, so that nobody enters one."""
    return any(line.score is not None for line in lines)
