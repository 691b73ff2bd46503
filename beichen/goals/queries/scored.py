"""Goals as reviews count them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Prefetch, Q, QuerySet

from beichen.goals import access
from beichen.goals.choices import RUNNING, AlignmentState, GoalState
from beichen.goals.formulas.shares import filled
from beichen.goals.models import Alignment, Goal, KeyResult
from beichen.goals.queries.season import BY_TIME, FILL_UP, season
from beichen.goals.queries.shares import Counted, in_force
from beichen.goals.queries.terms import Scored, ledgers, with_parts
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """A key result or child goal of a scored goal; weight and score in hundredths, score None where not measured."""

    kind: str
    id: int
    title: str
    weight: int
    score: int | None
    counted: bool
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class ScoredGoal:
    """A goal of a person as the review counts it: Σ weight · score / Σ weight over these (formulas §6).

    `full`: where the result is shared, what it would weigh alone.
    """

    goal_id: int
    key: str
    title: str
    kind: str
    ambition: str
    weight: int
    score: int | None
    progress: int | None
    key_results: tuple[ScoredItem, ...]
    title_en: str = ""
    days: int = 1
    full: int | None = None


@query
def scored_goals(actor: Actor, person_ids: Iterable[int], cycle_id: int) -> dict[int, list[ScoredGoal]]:
    """The persons' own goals that count: running or closed, not dropped, not those of units; then the results of others
    they have a part in. A shared result weighs by the part (formulas §5).

    Where the cycle scores by time, a line for each version of a goal with its `days` in force (formulas §6), also
    of goals that were dropped on the way; else one line a goal, `days` 1. Cost: five statements, twelve by time, six
    more where there are shared results of others.
    """
    wanted = list(person_ids)
    parts = in_force(wanted, cycle_id)
    own = _loaded(_own(actor, wanted, cycle_id))
    lines = _lines_by_goal(actor, own)
    scored: dict[int, list[ScoredGoal]] = defaultdict(list)
    for goal in own:
        if lines[goal.pk]:
            scored[goal.owner_id] += _shared(lines[goal.pk], parts.get(goal.owner_id, {}).get(goal.pk))
    _add_joint(actor, scored, parts, {goal.pk for goal in own})
    cycle = own[0].cycle if own else None
    if cycle is not None and season(cycle.settings).shared == FILL_UP:
        return {person_id: _filled_up(found) for person_id, found in scored.items()}
    return dict(scored)


def _loaded(found: QuerySet[Goal]) -> list[Goal]:
    rows = found.select_related("stat", "cycle__period").prefetch_related(
        Prefetch("key_results", queryset=KeyResult.objects.select_related("stat")),
        Prefetch("children", queryset=Alignment.objects.filter(
            state=AlignmentState.ACCEPTED, is_rollup=True).select_related("child__stat")),
    )  # fmt: skip
    return list(rows.order_by("owner_id", "-weight", "id"))


def _lines_by_goal(actor: Actor, goals: Sequence[Goal]) -> dict[int, list[ScoredGoal]]:
    timed = _by_time(actor, goals)
    return {
        goal.pk: _lines(goal, timed.get(goal.pk, ())) if timed or not goal.is_dropped else []
        for goal in goals
    }  # fmt: skip


def _add_joint(
    actor: Actor, scored: dict[int, list[ScoredGoal]], parts: dict[int, dict[int, Counted]], own: set[int]
) -> None:
    """The results of others the persons have a part in, as far as the actor reads them."""
    wanted = {goal_id for found in parts.values() for goal_id in found}
    found = Goal.objects.filter(pk__in=wanted)
    others = _loaded(found if actor.person_id is None else found.filter(access.goals_with_numbers())) if wanted else []
    lines = _lines_by_goal(actor, others)
    for person_id, counted in sorted(parts.items()):
        for goal in others:
            if goal.pk in counted and goal.owner_id != person_id:
                scored[person_id] += _shared(lines[goal.pk], counted[goal.pk], anew=True)


def _shared(lines: list[ScoredGoal], part: Counted | None, *, anew: bool = False) -> list[ScoredGoal]:
    """The lines with the weight that counts; in the plan of somebody else they weigh what was agreed there (`anew`)."""
    if part is None:
        return lines
    fulls = [part.full if anew else line.weight for line in lines]
    return [replace(line, full=full, weight=part.of(full)) for line, full in zip(lines, fulls, strict=True)]


def _filled_up(lines: list[ScoredGoal]) -> list[ScoredGoal]:
    weights = filled(
        [line.weight for line in lines], [line.weight if line.full is None else line.full for line in lines],
        [line.days for line in lines],
    )  # fmt: skip
    return [replace(line, weight=weight) for line, weight in zip(lines, weights, strict=True)]


def _lines(goal: Goal, versions: Sequence[Scored]) -> list[ScoredGoal]:
    stat = getattr(goal, "stat", None)
    whole = ScoredGoal(
        goal.pk, goal.key, goal.title, goal.kind, goal.ambition, goal.weight, stat.score if stat else None,
        stat.progress if stat else None, _items(goal), goal.title_en,
    )  # fmt: skip
    if not versions:
        return [whole]
    return [
        replace(whole, weight=one.terms.weight, ambition=one.terms.ambition, score=one.score, days=one.span.days)
        for one in versions
        if one.span.days
    ]


def _by_time(actor: Actor, goals: Sequence[Goal]) -> dict[int, tuple[Scored, ...]]:
    """The versions of goals whose cycle scores by time; nothing where none does."""
    if not goals or season(goals[0].cycle.settings).versions != BY_TIME:
        return {}
    cycle = goals[0].cycle
    rows = list(with_parts(Goal.objects.filter(pk__in=[goal.pk for goal in goals])))
    books = ledgers(actor, rows, cycle.settings, cycle.period.starts_on, cycle.period.ends_on)
    return {goal_id: book.versions for goal_id, book in books.items()}


@query
def has_scores(actor: Actor, person_id: int, cycle_id: int) -> bool:
    """Whether any of the person's `scored_goals` has a score. Cost: one statement, two where no own goal has."""
    if _counting(actor, [person_id], cycle_id).filter(stat__score__isnull=False).exists():
        return True
    joint = [goal_id for found in in_force([person_id], cycle_id).values() for goal_id in found]
    return Goal.objects.filter(pk__in=joint, stat__score__isnull=False).exists() if joint else False


def _counting(actor: Actor, person_ids: Iterable[int], cycle_id: int) -> QuerySet[Goal]:
    return _own(actor, person_ids, cycle_id).filter(is_dropped=False)


def _own(actor: Actor, person_ids: Iterable[int], cycle_id: int) -> QuerySet[Goal]:
    found = Goal.objects.filter(
        Q(state__in=list(RUNNING)) | Q(state=GoalState.CLOSED), owner_id__in=list(person_ids), cycle_id=cycle_id,
        unit_id__isnull=True,
    )  # fmt: skip
    return found if actor.person_id is None else found.filter(access.goals_with_numbers())


def _items(goal: Goal) -> tuple[ScoredItem, ...]:
    own = [
        ScoredItem(
            "key_result", kr.pk, kr.title, kr.weight, _score(kr), counted=not kr.is_dropped, title_en=kr.title_en
        )
        for kr in goal.key_results.all()
    ]
    below = [
        ScoredItem(
            "goal",
            line.child_id,
            line.child.title,
            line.weight,
            _score(line.child),
            counted=_counts(line.child),
            title_en=line.child.title_en,
        )
        for line in goal.children.all()
    ]
    return (*own, *below)


def _score(measured: Goal | KeyResult) -> int | None:
    stat = getattr(measured, "stat", None)
    return stat.score if stat else None


def _counts(child: Goal) -> bool:
    return child.state in RUNNING or (child.state == GoalState.CLOSED and not child.is_dropped)
