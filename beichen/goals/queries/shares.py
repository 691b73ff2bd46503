"""Shared results: who stands for which part, what waits for an answer, and what counts in the plans of the parties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import CharField, Count, DateTimeField, F, Q, QuerySet, Value
from django.db.models.functions import Cast

from beichen.goals import access
from beichen.goals.choices import RUNNING, GoalState, ShareState, TaskState
from beichen.goals.formulas.shares import far_apart, in_work, parts_of, shared_weights
from beichen.goals.models import ContributionShare, Goal, GoalTask, SharedResult
from beichen.goals.queries.cards import GoalCard
from beichen.goals.queries.pages import goal_to_change
from beichen.goals.queries.season import IN_FULL, season
from beichen.platform.access.current import query
from beichen.platform.access.permissions import may
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.kit.rounding import half_even
from beichen.platform.ui import figures
from beichen.platform.ui.language import for_reader

ENOUGH_TASKS = 3
"""So many finished tasks have to be there before they say anything about who did the work."""


def percent_of(part: Fraction) -> str:
    """A share of a whole as people read it, with one decimal where it is not even."""
    return figures.percent(part, 0 if (part * 100).denominator == 1 else 1)


@dataclass(frozen=True, slots=True)
class ShareLine:
    """One party. `share` of the whole; `weight` of the result in the own plan and what of it `counts`, in hundredths.

    `done`: tasks of the goal this person finished; `by_tasks` and `by_lead`: what that, and the lead's view, are of the
    whole, None where they say nothing; `far`: 1 or -1 where one of them shows far more or far less than agreed.
    """

    person_id: int
    name: str
    unit: str
    part: int
    share: Fraction
    weight: int
    counts: int
    state: str
    reason: str
    done: int
    by_tasks: Fraction | None
    by_lead: Fraction | None
    far: int

    @property
    def state_label(self) -> str:
        """The state in the reader's language."""
        return str(ShareState(self.state).label)


@dataclass(frozen=True, slots=True)
class Shares:
    """The parts of a goal's result, the largest first; `is_mine` where the actor still has to answer."""

    goal_id: int
    owner_id: int
    lead_id: int
    lead_name: str
    in_force: bool
    decide_by: date | None
    decision: str
    lines: tuple[ShareLine, ...]
    is_mine: bool
    version: int

    @property
    def disputed(self) -> bool:
        """Whether somebody disagrees."""
        return self.decide_by is not None

    @property
    def party_ids(self) -> frozenset[int]:
        """Who has a part in it, and so decides nothing about it (G6)."""
        return frozenset(line.person_id for line in self.lines)


@query
def shares(actor: Actor, goal_id: int) -> Shares | None:
    """Who stands for which part of a goal the actor reads; None where its result is nobody else's.

    A reason is for the line, partners (02d), the parties and the lead. Cost: three statements, one more for a reason
    before anybody else, one where not shared.
    """
    found = SharedResult.objects.select_related("lead", "goal__cycle").filter(pk=goal_id)
    row = (found if actor.person_id is None else found.filter(access.visible_goals("goal__"))).first()
    if row is None:
        return None
    rows = list(row.shares.select_related("person__unit").order_by("-part", "pk"))
    ratios = _ratios(row, rows)
    done = _done(goal_id)
    counts = [done.get(share.person_id, 0) for share in rows]
    by_tasks = in_work(counts) if sum(counts) >= ENOUGH_TASKS else None
    by_lead = None if any(share.seen is None for share in rows) else in_work([share.seen or 0 for share in rows])
    inside = actor.person_id in {row.lead_id, row.goal.owner_id, *(share.person_id for share in rows)}
    words = inside or _reads_words(actor, goal_id, rows)
    lines = []
    for n, (share, agreed) in enumerate(zip(rows, parts_of([one.part for one in rows]), strict=True)):
        views = [view[n] for view in (by_tasks, by_lead) if view is not None]
        unit, counted = share.person.unit, Counted(agreed, _full(row.goal, share), ratios[share.person_id])
        lines.append(
            ShareLine(
                share.person_id, share.person.name, for_reader(unit.name, unit.name_en) if unit else "", share.part,
                agreed, counted.full, counted.of(counted.full), share.state, share.reason if words else "",
                counts[n], by_tasks[n] if by_tasks else None, by_lead[n] if by_lead else None,
                next((far for view in views if (far := far_apart(agreed, view))), 0),
            )
        )  # fmt: skip
    mine = any(one.person_id == actor.person_id and one.state == ShareState.ASKED for one in lines)
    return Shares(
        goal_id, row.goal.owner_id, row.lead_id, row.lead.name, row.in_force, row.decide_by, row.decision,
        tuple(lines), mine, row.version,
    )  # fmt: skip


def _done(goal_id: int) -> dict[int, int]:
    found = GoalTask.objects.filter(goal_id=goal_id, state=TaskState.DONE).values_list("assignee_id")
    return dict(found.annotate(n=Count("pk")).order_by())


def _reads_words(actor: Actor, goal_id: int, rows: Iterable[ContributionShare]) -> bool:
    if actor.person_id is None or not any(share.reason for share in rows):
        return True
    return Goal.objects.filter(access.goals_with_words(), pk=goal_id).exists()


def _full(goal: Goal, share: ContributionShare) -> int:
    return goal.weight if share.person_id == goal.owner_id else share.weight


def _ratios(row: SharedResult, rows: Iterable[ContributionShare]) -> dict[int, Fraction]:
    """By person, what of a weight counts (formulas §5). Cost: none."""
    lines = list(rows)
    by_part = season(row.goal.cycle.settings).shared != IN_FULL
    reduced = shared_weights([share.part for share in lines], [1] * len(lines), by_contribution=by_part)
    return {share.person_id: one.weight for share, one in zip(lines, reduced, strict=True)}


@dataclass(frozen=True, slots=True)
class Counted:
    """What of a shared result counts in one person's plan: `full` is the weight in hundredths, `ratio` what counts."""

    part: Fraction
    full: int
    ratio: Fraction

    def of(self, weight: int) -> int:
        """What counts of a weight, in hundredths."""
        return half_even(weight * self.ratio.numerator, self.ratio.denominator)


def in_force(person_ids: Iterable[int], cycle_id: int) -> dict[int, dict[int, Counted]]:
    """By person and goal, what counts of the results the persons share in a cycle. Cost: two statements, one
    where there are none.
    """
    wanted = set(person_ids)
    of_them = ContributionShare.objects.filter(person_id__in=wanted).values("shared_id")
    rows = SharedResult.objects.filter(
        Q(goal__state__in=list(RUNNING)) | Q(goal__state=GoalState.CLOSED), in_force=True, goal__cycle_id=cycle_id,
        goal__is_dropped=False, pk__in=of_them,
    ).select_related("goal__cycle").prefetch_related("shares")  # fmt: skip
    found: dict[int, dict[int, Counted]] = defaultdict(dict)
    for row in rows:
        lines = list(row.shares.all())
        ratios = _ratios(row, lines)
        for share, part in zip(lines, parts_of([one.part for one in lines]), strict=True):
            if share.person_id in wanted:
                found[share.person_id][row.pk] = Counted(part, _full(row.goal, share), ratios[share.person_id])
    return dict(found)


@dataclass(frozen=True, slots=True)
class JointLine:
    """A result somebody else answers for, in the plan of one of its parties. Progress in millionths."""

    goal_id: int
    title: str
    owner_id: int
    owner_name: str
    progress: int | None
    expected: int
    health: str
    share: str
    full: int
    weight: int


@query
def joint_lines(actor: Actor, person_id: int, cycle_id: int) -> list[JointLine]:
    """The shared results of others in force in a person's plan, as far as the actor reads them. Cost: three
    statements, one where there are none.
    """
    counted = in_force([person_id], cycle_id).get(person_id, {})
    if not counted:
        return []
    found = Goal.objects.filter(pk__in=counted).exclude(owner_id=person_id).select_related("owner", "stat")
    rows = found if actor.person_id is None else found.filter(access.goals_with_numbers())
    return [_joint(row, counted[row.pk]) for row in rows.order_by("pk")]


def _joint(row: Goal, one: Counted) -> JointLine:
    stat = getattr(row, "stat", None)
    progress = row.manual_progress if row.manual_progress is not None else stat.progress if stat else None
    return JointLine(
        row.pk, for_reader(row.title, row.title_en), row.owner_id, row.owner.name, progress,
        stat.expected if stat else 0, stat.health if stat else "early", percent_of(one.part), one.full,
        one.of(one.full),
    )  # fmt: skip


def may_share(actor: Actor, card: GoalCard) -> bool:
    """Whether the actor may say who has a part in this goal. Cost: none to one statement."""
    fits = card.runs and card.unit_id is None and card.row == "01d" and not card.is_dropped
    return fits and may(actor, access.SHARE, card)


def shares_asked(actor: Actor) -> QuerySet[Any, Any]:
    """Parts the actor has to agree to, as a part of `inbox.asked`."""
    mine = ContributionShare.objects.filter(
        person_id=actor.person_id or 0, state=ShareState.ASKED, shared__goal__state__in=list(RUNNING),
        shared__goal__is_dropped=False,
    )  # fmt: skip
    return _as_asked(mine.order_by("pk"), "share", "shared__")


def shares_to_settle(actor: Actor) -> QuerySet[Any, Any]:
    """Shared results whose parts the actor has to decide, as a part of `inbox.asked`."""
    mine = SharedResult.objects.filter(
        lead_id=actor.person_id or 0, decide_by__isnull=False, goal__state__in=list(RUNNING), goal__is_dropped=False
    )
    return _as_asked(mine.order_by("decide_by", "pk"), "settle", "")


def _as_asked(found: QuerySet[Any], what: str, way: str) -> QuerySet[Any, Any]:
    due = Cast(f"{way}decide_by", DateTimeField()) if what == "settle" else Value(None, DateTimeField())
    return found.values_list(
        Value(what, CharField()), f"{way}goal_id", f"{way}goal__title", f"{way}goal__title_en",
        F(f"{way}goal__owner__name"), Value("", CharField()), f"{way}goal__owner_id", due,
    )  # fmt: skip


def shared_to_change(actor: Actor, goal_id: int) -> tuple[Goal, SharedResult]:
    """The goal and what is said of its parts, locked, or NotFound. For rules."""
    goal = goal_to_change(actor, goal_id)
    row = SharedResult.objects.select_for_update(no_key=True).filter(pk=goal.pk).first()
    if row is None:
        raise NotFound
    row.goal = goal
    return goal, row
