"""The board of progress: agreed goals of a cycle, the furthest behind first, with exact counts by state.

It is drawn from the narrow rows of the roll-up, one for each goal; reports are read for the goals of one page alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db.models import BooleanField, Case, Count, Q, QuerySet, Value, When

from beichen.goals import access
from beichen.goals.choices import AGREED, RUNNING
from beichen.goals.models import Goal, GoalStat, Nudge, UpdateText
from beichen.goals.queries.cards import GoalCard, goal_card
from beichen.goals.queries.plans import LATE_OR_BEHIND
from beichen.people import queries as people
from beichen.people.queries import PersonCard, ProjectCard, UnitCard
from beichen.platform.access.current import query
from beichen.platform.access.permissions import may
from beichen.platform.access.relations import NOBODY, InPeople, InRanges
from beichen.platform.api.paging import page_of
from beichen.platform.api.schemas import PageIn
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound

ATTENTION, BEHIND, RISKS = "attention", "behind", "risks"
RUN = 3
"""So many reports in a row that found a goal behind are a run (formulas §3)."""
ORDER = ("-gap", "pk")
NARROWS = MappingProxyType({
    "kind": "goal__kind", "owner_id": "goal__owner_id", "priority_id": "goal__priority_id",
})  # fmt: skip
"""What narrows the board by one column; what a goal belongs to besides gets a line here and a field in `Wanted`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the board is narrowed to; empty values narrow nothing.

    `state`: a health, or `attention` (late or behind), `behind` (for several reports running), `risks`.
    `scope`: `branch` (the own line) or `asked` (goals on which the actor may ask for a word).
    `unit_id`: the unit and all below it, or with `is_alone` itself. `is_open`: without goals of the own line only.
    `project_id`: goals of those who lead it or work in it on any day of the cycle.
    """

    state: str = ""
    scope: str = ""
    kind: str = ""
    unit_id: int | None = None
    owner_id: int | None = None
    priority_id: int | None = None
    is_alone: bool = False
    is_open: bool = False
    project_id: int | None = None


@dataclass(frozen=True, slots=True)
class NudgeCard:
    """Who asked for a word on a goal, when, and with which sentence."""

    by_name: str
    day: date
    sentence: str


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A goal on the board. `risks` and `risk` are what the actor may know of; `nudge` is the newest unanswered one."""

    goal: GoalCard
    behind: int
    risks: int
    risk: str
    may_nudge: bool
    nudge: NudgeCard | None

    @property
    def is_running_behind(self) -> bool:
        """Behind for several reports running."""
        return self.behind >= RUN

    @property
    def asked_today(self) -> bool:
        """Whether somebody has asked today: once a day is enough."""
        return self.nudge is not None and self.nudge.day == clock.today()


@dataclass(frozen=True, slots=True)
class Board:
    """One page. `counts` by state, `total`, and how many could be asked at once: where they were asked for."""

    lines: tuple[BoardLine, ...]
    next: str | None
    total: int = 0
    to_nudge: int = 0
    may_nudge: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Named:
    """The unit, the person and the project that a board is narrowed to by code and number."""

    unit: UnitCard | None = None
    owner: PersonCard | None = None
    project: ProjectCard | None = None


@query
def board(actor: Actor, cycle_id: int, wanted: Wanted, asked: PageIn, *, counted: bool = True) -> Board:
    """A page of the board, the first with its counts unless they are asked for apart.

    Cost: four statements and one of counting, which alone grows with the company; one more for a unit.
    """
    found = _narrowed(actor, cycle_id, wanted)
    page = page_of(actor, found.filter(_of(wanted.state)), asked, order=ORDER, name=f"goals.board {cycle_id} {wanted}")
    made = Board(_lines(actor, page.items), page.next, may_nudge=may_nudge(actor))
    return _with_counts(actor, made, found, wanted) if counted and not asked.cursor else made


@query
def board_counts(actor: Actor, cycle_id: int, wanted: Wanted) -> Board:
    """The counts of a board without its lines. Cost: one statement; one more for a unit."""
    return _with_counts(actor, Board((), None, may_nudge=may_nudge(actor)), _narrowed(actor, cycle_id, wanted), wanted)


def _with_counts(actor: Actor, made: Board, found: QuerySet[GoalStat], wanted: Wanted) -> Board:
    counts, to_nudge = _counts(found, _of(wanted.state) & _askable() if made.may_nudge else NOBODY)
    return replace(made, total=counts.pop(""), to_nudge=to_nudge, counts=counts)


def may_nudge(actor: Actor) -> bool:
    """Whether asking for a word is the actor's business at all. Cost: none."""
    return may(actor, access.NUDGE, access)


def _narrowed(actor: Actor, cycle_id: int, wanted: Wanted) -> QuerySet[GoalStat]:
    found = GoalStat.objects.filter(
        cycle_id=cycle_id, goal__cycle_id=cycle_id, goal__state__in=list(AGREED), goal__is_dropped=False
    )
    if actor.person_id is not None:
        found = found.filter(access.goals_with_numbers("goal__"))
    for name, path in NARROWS.items():
        if getattr(wanted, name):
            found = found.filter(**{path: getattr(wanted, name)})
    if wanted.scope == "branch":
        found = found.filter(InRanges("goal__owner_place", "branch_ranges"))
    if wanted.scope == "asked":
        found = found.filter(access.goals_to_nudge("goal__"))
    if wanted.is_open:
        found = found.filter(access.counted_for_all("goal__"))
    return _in_unit(actor, _in_project(actor, cycle_id, found, wanted), wanted)


def _in_project(actor: Actor, cycle_id: int, found: QuerySet[GoalStat], wanted: Wanted) -> QuerySet[GoalStat]:
    if wanted.project_id is None:
        return found
    return found.filter(goal__owner_id__in=people.project_people(actor, wanted.project_id, cycle_id))


def _in_unit(actor: Actor, found: QuerySet[GoalStat], wanted: Wanted) -> QuerySet[GoalStat]:
    if wanted.unit_id is None:
        return found
    unit = people.unit(actor, wanted.unit_id)
    if wanted.is_alone:
        return found.filter(unit_id=unit.id)
    return found.filter(unit__place__gte=unit.place, unit__place__lte=unit.place_end)


def _of(state: str) -> Q:
    if state == BEHIND:
        return Q(behind__gte=RUN)
    if state == RISKS:
        return _risky()
    if state == ATTENTION:
        return Q(health__in=LATE_OR_BEHIND)
    return Q(health=state) if state else Q()


def _risky() -> Q:
    """Something is at risk, and the actor may know."""
    return Q(risks__gt=0) & (Q(shared_risks__gt=0) | access.goals_with_words("goal__"))


def _counts(found: QuerySet[GoalStat], to_ask: Q) -> tuple[dict[str, int], int]:
    """How many by state, under "" all of them; and of how many one could ask. Cost: one statement."""
    rows = found.values_list("health").annotate(
        all_=Count("pk"), behind_=Count("pk", filter=Q(behind__gte=RUN)), risky_=Count("pk", filter=_risky()),
        to_ask=Count("pk", filter=to_ask),
    ).order_by()  # fmt: skip
    counts, asked = {"": 0, ATTENTION: 0, BEHIND: 0, RISKS: 0}, 0
    for health, n, behind, risks, asks in rows:
        asked += asks
        counts[health] = n
        counts[""] += n
        counts[ATTENTION] += n if health in LATE_OR_BEHIND else 0
        counts[BEHIND] += behind
        counts[RISKS] += risks
    return counts, asked


def _whether(goals: Any) -> Case:
    return Case(When(goals(), then=Value(True)), default=Value(False), output_field=BooleanField())  # noqa: FBT003


def _lines(actor: Actor, rows: Sequence[GoalStat]) -> tuple[BoardLine, ...]:
    goals, words, nudges = _goals(rows), _risks(actor, rows), _nudges(actor, rows)
    lines = []
    for row in rows:
        goal = goals[row.pk]
        goal.stat = row
        lines.append(
            BoardLine(
                goal_card(goal), row.behind, row.risks if goal.sees_words else row.shared_risks,
                words.get(row.risk_update or 0, ""), goal.may_nudge and _is_askable(row), nudges.get(row.pk),
            )
        )  # fmt: skip
    return tuple(lines)


def _goals(rows: Sequence[GoalStat]) -> dict[int, Any]:
    """The goals of a page, apart from the search for them: each of the two is planned in a fraction of the time.

    Cost: one statement.
    """
    found = Goal.objects.filter(pk__in=[row.pk for row in rows]).select_related("owner__unit", "unit", "priority")
    whether = {"may_nudge": access.goals_to_nudge, "sees_words": access.goals_with_words}
    return found.annotate(**{name: _whether(goals) for name, goals in whether.items()}).in_bulk()


def _is_askable(row: GoalStat) -> bool:
    return row.health in LATE_OR_BEHIND and row.goal.state in RUNNING and row.goal.owner.is_active


def _risks(actor: Actor, rows: Sequence[GoalStat]) -> dict[int, str]:
    """What is at risk, by report, where the actor may read it. Cost: one statement."""
    found = UpdateText.objects.filter(pk__in=[row.risk_update or 0 for row in rows])
    if actor.person_id is not None:
        found = found.filter(access.visible_words())
    return dict(found.values_list("pk", "risk"))


def _nudges(actor: Actor, rows: Sequence[GoalStat]) -> dict[int, NudgeCard]:
    """The newest one on each goal that nobody reported on since, where the actor may know. Cost: one statement."""
    since = {row.pk: row.updated_on for row in rows}
    found = Nudge.objects.filter(goal_id__in=list(since)).select_related("by").order_by("day")
    if actor.person_id is not None:
        found = found.filter(access.goals_with_nudges("goal__"))
    return {
        line.goal_id: NudgeCard(line.by.name, line.day, line.sentence)
        for line in found
        if (since[line.goal_id] or date.min) <= line.day
    }


def _askable() -> Q:
    late = Q(health__in=LATE_OR_BEHIND, goal__state__in=list(RUNNING))
    return late & access.goals_to_nudge("goal__") & ~Q(InPeople("goal__owner_id", "gone"))


def to_nudge(actor: Actor, cycle_id: int, wanted: Wanted) -> QuerySet[GoalStat]:
    """Everything of a board on which the actor may ask for a word, for the rule. Cost: none until it is read."""
    return _narrowed(actor, cycle_id, wanted).filter(_of(wanted.state) & _askable())


@query
def how_many_to_nudge(actor: Actor, cycle_id: int, wanted: Wanted) -> tuple[int, int]:
    """How many goals and people would be asked, without those asked today. Cost: one statement, two with a unit."""
    found = to_nudge(actor, cycle_id, wanted).exclude(goal__nudges__day=clock.today())
    counted = found.aggregate(goals=Count("pk"), owners=Count("goal__owner_id", distinct=True))
    return counted["goals"], counted["owners"]


def chosen_to_nudge(actor: Actor, goal_ids: Sequence[int]) -> tuple[set[int], set[int]]:
    """Of these goals: those the actor may ask about, and those that are visible at all. Cost: two statements."""
    found = Goal.objects.filter(pk__in=goal_ids).filter(access.goals_with_numbers())
    seen = set(found.values_list("pk", flat=True))
    return set(found.filter(access.goals_to_nudge()).values_list("pk", flat=True)), seen


@query
def nudge_of(actor: Actor, goal_id: int) -> Nudge | None:
    """The newest request for a word on a goal, for those who may know of it. Cost: one statement."""
    found = Nudge.objects.filter(access.goals_with_nudges("goal__"), goal_id=goal_id)
    return found.select_related("by").order_by("-day").first()


@query
def named(actor: Actor, unit_code: str, owner_number: str, project_code: str = "") -> Named:
    """What a board is narrowed to by codes; NotFound for what is not there. Cost: one statement for each."""
    units = people.by_code(actor, [unit_code]) if unit_code else {}
    owners = people.by_number(actor, [owner_number]) if owner_number else {}
    if (unit_code and unit_code not in units) or (owner_number and owner_number not in owners):
        raise NotFound
    project = people.project_by_code(actor, project_code) if project_code else None
    return Named(units.get(unit_code), owners.get(owner_number), project)
