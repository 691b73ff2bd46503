"""Plans, lists and boards of goals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber

from beichen.goals import access
from beichen.goals.choices import AGREED, GOAL, NARROWING, AlignmentState, GoalState, Preset
from beichen.goals.formulas.rollup import Item, progress_of, total_weight
from beichen.goals.models import Alignment, Goal, KeyResult, Milestone, Update
from beichen.goals.queries.cards import (
    RELATED,
    GoalCard,
    KeyResultCard,
    MilestoneCard,
    Point,
    apart,
    counted_items,
    goal_card,
)
from beichen.goals.queries.standing import health_rules, stand_on
from beichen.people import queries as people
from beichen.people.queries import CycleCard, PersonCard
from beichen.platform.access.current import query
from beichen.platform.access.permissions import has_left
from beichen.platform.approvals import queries as approvals
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.kit.rounding import PROGRESS, half_even
from beichen.platform.ui.language import for_reader

PAGE = 50
SPARK = 12
LATE_OR_BEHIND = ("at_risk", "off_track", "not_updated")


def visible(actor: Actor) -> QuerySet[Goal]:
    """The goals the actor may read, with whose turn it is on the proposed ones; every one for a job."""
    found = under_preset(with_turn(Goal.objects.select_related(*RELATED)))
    return found if actor.person_id is None else found.filter(access.visible_goals())


def under_preset(found: QuerySet[Goal]) -> QuerySet[Goal]:
    """With the preset that narrows each goal by its unit, "" where none does; what `cards` goes by."""
    held = [When(access.InPreset("home", one), then=Value(one)) for one in NARROWING]
    return found.annotate(preset=Case(*held, default=Value("")))


def cards(actor: Actor, found: Iterable[Goal]) -> list[GoalCard]:
    """Cards of goals loaded `under_preset`, without the numbers that a preset keeps from the actor (02g).

    Cost: reading them; one statement more where such a preset holds for one of them.
    """
    rows = list(found)
    kept = _without_numbers(actor, rows)
    return [goal_card(row, shows_numbers=row.pk not in kept) for row in rows]


def _without_numbers(actor: Actor, rows: Sequence[Goal]) -> set[int]:
    narrowed = {row.pk for row in rows if row.preset == Preset.NUMBERS and row.state in AGREED}  # type: ignore[attr-defined]
    if actor.person_id is None or not narrowed:
        return set()
    return narrowed - set(Goal.objects.filter(access.open_numbers(), pk__in=narrowed).values_list("pk", flat=True))


def with_turn(found: QuerySet[Goal]) -> QuerySet[Goal]:
    """Whose turn it is and until when (for those who take part), and whether it is the asker's (`is_my_turn`)."""
    proposed = Q(state=GoalState.PROPOSED)
    return found.annotate(
        approver_id=Case(When(proposed, then=Subquery(approvals.asked(GOAL, "approver_id")))),
        agree_by=Case(When(proposed, then=Subquery(approvals.asked(GOAL, "due_at")))),
        is_my_turn=Case(
            When(proposed & Q(pk__in=approvals.my_turn(GOAL)), then=Value(True)),  # noqa: FBT003
            default=Value(False), output_field=BooleanField(),  # noqa: FBT003
        ),
    )  # fmt: skip


@query
def goals_by_id(actor: Actor, ids: Iterable[int | None]) -> dict[int, GoalCard]:
    """Cards of the visible ones among these. Cost: one statement."""
    wanted = {i for i in ids if i is not None}
    return {card.id: card for card in cards(actor, visible(actor).filter(pk__in=wanted))} if wanted else {}


@query
def goal(actor: Actor, goal_id: int) -> GoalCard:
    """One goal, or NotFound. Cost: one statement."""
    found = goals_by_id(actor, [goal_id])
    if goal_id not in found:
        raise NotFound
    return found[goal_id]


@query
def key_results(
    actor: Actor, goals: Sequence[GoalCard], settings: dict[str, Any] | None = None, day: date | None = None
) -> dict[int, list[KeyResultCard]]:
    """Key results of visible goals by goal, standing on a day (today). Cost: three statements."""
    lines: dict[int, list[KeyResultCard]] = defaultdict(list)
    for card in as_open(goals, cards_of(loaded([g.id for g in goals]), settings or {}, day)):
        lines[card.goal_id].append(card)
    return dict(lines)


def as_open(goals: Iterable[GoalCard], results: Iterable[KeyResultCard]) -> list[KeyResultCard]:
    """Key results of these goals as far as the reader of the goals sees them. Cost: none."""
    kept = {goal.id for goal in goals if goal.numbers_hidden}
    return [one.without_numbers() if one.goal_id in kept else one for one in results]


def loaded(goal_ids: Sequence[int]) -> list[KeyResult]:
    """Key results with stat and milestones. Cost: two statements."""
    steps = Prefetch("milestones", queryset=Milestone.objects.order_by("position", "id"))
    return list(KeyResult.objects.filter(goal_id__in=goal_ids).select_related("stat").prefetch_related(steps))


def cards_of(found: Sequence[KeyResult], settings: dict[str, Any], day: date | None = None) -> list[KeyResultCard]:
    """Their cards, standing on a day (today). Cost: one statement."""
    return bare_cards(found, settings, day, _sparks([kr.pk for kr in found]))


def bare_cards(
    found: Sequence[KeyResult], settings: dict[str, Any], day: date | None = None,
    sparks: Mapping[int, tuple[Point, ...]] = MappingProxyType({}),
) -> list[KeyResultCard]:  # fmt: skip
    """The same without the reports' sparkline. Cost: none."""
    day, rules = day or clock.today(), health_rules(settings)
    cards = []
    for kr in found:
        standing, _ = stand_on(kr, day, rules)
        expected = half_even(standing.expected.numerator * PROGRESS, standing.expected.denominator)
        cards.append(_card(kr, standing.health.value, expected, sparks.get(kr.pk, ()), day))
    return cards


def _card(kr: KeyResult, health: str, expected: int, spark: tuple[Point, ...], day: date) -> KeyResultCard:
    stat = getattr(kr, "stat", None)
    steps = tuple(
        MilestoneCard(s.pk, s.name, s.weight, s.due, s.finished_on, late=s.finished_on is None and s.due < day)
        for s in kr.milestones.all()
    )
    return KeyResultCard(
        id=kr.pk, goal_id=kr.goal_id, key=kr.key, title=kr.title, title_en=kr.title_en, measure=kr.measure,
        baseline=kr.baseline, target=kr.target, low=kr.low, high=kr.high, tolerance=kr.tolerance, unit=kr.unit,
        weight=kr.weight, start=kr.start, due=kr.due, is_dropped=kr.is_dropped, by_metric=kr.by_metric,
        metric_id=kr.metric_id if kr.by_metric else None,
        band_id=kr.band_id, version=kr.version, current=stat.current if stat else None,
        answer=stat.answer if stat else None, progress=stat.progress if stat else None,
        score=stat.score if stat else None, updated_on=stat.updated_on if stat else None,
        confidence=stat.confidence if stat else "",
        expected=expected, health=health, behind=stat.behind if stat else 0, milestones=steps, spark=spark,
    )  # fmt: skip


def _sparks(ids: Sequence[int]) -> dict[int, tuple[Point, ...]]:
    newest = Window(RowNumber(), partition_by="key_result_id", order_by=["-day", "-id"])
    lines = (
        Update.objects.filter(key_result_id__in=ids, progress__isnull=False)
        .annotate(place=newest).filter(place__lte=SPARK).order_by("day", "id")
        .values_list("key_result_id", "day", "progress", "source", "author__name", "confidence")
    )  # fmt: skip
    points: dict[int, list[Point]] = defaultdict(list)
    for kr_id, day, progress, *origin in lines:
        source, author, confidence = origin
        points[kr_id].append(Point(day, progress or 0, source, author or "", confidence))
    return {kr_id: tuple(row) for kr_id, row in points.items()}


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A goal of a plan with its key results and, where known, the goal it serves."""

    goal: GoalCard
    key_results: tuple[KeyResultCard, ...]
    serves: str = ""
    serves_id: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The goals of one person in one cycle, and those of the units the person heads.

    `weight` is the sum of the weights in hundredths; `progress` and `expected` are weighted by them, in millionths;
    `committed` and `stretch` are the progress of either kind by itself, None where there is none.
    `hidden` counts goals the viewer may know of and not read.
    """

    person: PersonCard
    cycle: CycleCard
    lines: tuple[PlanLine, ...]
    unit_lines: tuple[PlanLine, ...]
    weight: int
    progress: int | None
    expected: int | None
    committed: int | None
    stretch: int | None
    hidden: int = 0
    is_own: bool = False

    @property
    def adds_up(self) -> bool:
        """Whether the weights make 100 %."""
        return self.weight == 10000


@query
def plan(actor: Actor, person_id: int, cycle_id: int, *, known: CycleCard | None = None) -> Plan:
    """The plan of a person; `known` saves reading the cycle. Cost: seven statements, however many goals."""
    person, cycle = people.person(actor, person_id), known or people.cycle(actor, cycle_id)
    shown = visible(actor).filter(owner_id=person_id, cycle_id=cycle_id, is_dropped=False)
    found = cards(actor, shown.order_by("-weight", "id"))
    results, parents = key_results(actor, found, cycle.settings), _rollup_parents(actor, found)
    lines = [PlanLine(g, tuple(results.get(g.id, ())), *parents.get(g.id, ("", None))) for g in found]
    own = [line for line in lines if line.goal.unit_id is None]
    counted = [line.goal for line in own]
    items = counted_items(counted)
    pace = [Item(str(g.id), g.weight, g.expected, counted=g.shown_progress is not None and g.runs) for g in counted]
    return Plan(
        person, cycle, tuple(own), tuple(line for line in lines if line.goal.unit_id is not None),
        total_weight([g.weight for g in counted]), progress_of(items).value, progress_of(pace).value,
        *apart(counted), _hidden(actor, person_id, cycle_id, len(found)),
        actor.person_id == person_id and not has_left(actor),
    )  # fmt: skip


def _hidden(actor: Actor, person_id: int, cycle_id: int, seen: int) -> int:
    if actor.person_id == person_id:
        return 0
    known = Goal.objects.filter(access.known_goals(), owner_id=person_id, cycle_id=cycle_id, is_dropped=False)
    return max(0, known.count() - seen)


def _rollup_parents(actor: Actor, goals: Sequence[GoalCard]) -> dict[int, tuple[str, int | None]]:
    links = Alignment.objects.filter(
        child_id__in=[g.id for g in goals], state=AlignmentState.ACCEPTED, is_rollup=True
    ).filter(access.visible_goals("parent__") if actor.person_id is not None else Q())  # fmt: skip
    return {
        child: (for_reader(title, english), parent)
        for child, title, english, parent in links.values_list(
            "child_id", "parent__title", "parent__title_en", "parent_id"
        )
    }


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One direct report: the goals, the sum of the weights, the mean of the progress, how many want attention."""

    person: PersonCard
    goals: tuple[GoalCard, ...]
    weight: int
    progress: int | None
    expected: int | None
    attention: int
    updated_on: date | None
    committed: int | None = None
    stretch: int | None = None

    @property
    def adds_up(self) -> bool:
        """Whether the weights make 100 %."""
        return self.weight == 10000


@query
def team(actor: Actor, cycle_id: int, only: str = "") -> list[TeamLine]:
    """The goals of the actor's direct reports; `only` = "attention" keeps goals that are late or behind.

    Cost: two statements.
    """
    reports = people.reports_of(actor)
    by_owner: dict[int, list[GoalCard]] = defaultdict(list)
    found = visible(actor).filter(
        owner_id__in=[p.id for p in reports], cycle_id=cycle_id, is_dropped=False
    ).order_by("-weight", "id")  # fmt: skip
    for card in cards(actor, found):
        by_owner[card.owner_id].append(card)
    lines = [_team_line(person, by_owner[person.id]) for person in reports]
    return [line for line in lines if line.attention or not line.goals] if only == "attention" else lines


def _team_line(person: PersonCard, goals: Sequence[GoalCard]) -> TeamLine:
    own = [g for g in goals if g.unit_id is None]
    running = [g for g in own if g.runs]
    days = [g.updated_on for g in goals if g.updated_on]
    return TeamLine(
        person, tuple(goals), total_weight([g.weight for g in own]),
        progress_of([Item(str(g.id), g.weight, g.shown_progress) for g in running]).value,
        progress_of([Item(str(g.id), g.weight, g.expected) for g in running if g.shown_progress is not None]).value,
        sum(1 for g in goals if g.runs and g.health in LATE_OR_BEHIND), max(days, default=None), *apart(running),
    )  # fmt: skip
