"""The desk before filing: plans of peers, or of one level, side by side, of those whose proposals the viewer reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from beichen.goals import access
from beichen.goals.choices import LINEAR, RUNNING, GoalState
from beichen.goals.formulas.ambition import Past, asks
from beichen.goals.formulas.desk import Outline, Usual, stands_out, usual
from beichen.goals.models import Goal, KeyResult
from beichen.goals.queries import plans
from beichen.goals.queries.ambition import bounds_of
from beichen.goals.queries.cards import GoalCard
from beichen.goals.queries.season import season
from beichen.people import queries as people
from beichen.people.queries import CycleCard, PersonCard, UnitCard
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor

PEOPLE = 200
ROLE, LEVEL = "role", "level"


@dataclass(frozen=True, slots=True)
class PlanBeside:
    """One person's plan among peers; `notes` say what stands out."""

    person: PersonCard
    level: str
    goals: tuple[GoalCard, ...]
    outline: Outline
    notes: tuple[str, ...]

    @property
    def weight(self) -> int:
        """The sum of the weights in hundredths."""
        return sum(self.outline.weights)

    @property
    def heaviest(self) -> int:
        """The heaviest goal in hundredths."""
        return max(self.outline.weights, default=0)


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """Plans of one role or level; what is usual among them."""

    name: str
    lines: tuple[PlanBeside, ...]
    usual: Usual | None


@dataclass(frozen=True, slots=True)
class Desk:
    """The plans side by side, and the goals whose step is the viewer's. `cut`: there are more people than shown."""

    cycle: CycleCard
    unit: UnitCard | None
    by: str
    groups: tuple[PeerGroup, ...]
    waiting: tuple[GoalCard, ...]
    people: int
    cut: bool

    @property
    def outstanding(self) -> int:
        """In how many plans something stands out."""
        return sum(1 for group in self.groups for line in group.lines if line.notes)


@query
def desk(actor: Actor, known: CycleCard, *, unit_id: int | None = None, by: str = ROLE) -> Desk:
    """Plans that somebody submitted or agreed to, of those whose proposals the viewer reads (01c). Cost: ten
    statements, however many people.
    """
    unit = people.unit(actor, unit_id) if unit_id else None
    found = _found(actor, known, unit)
    owners = list(found.order_by("owner__unit__place", "owner_id").values_list("owner_id", flat=True).distinct())
    shown = list(dict.fromkeys(owners))[:PEOPLE]
    goals: dict[int, list[GoalCard]] = defaultdict(list)
    every = plans.visible(actor).filter(pk__in=found.filter(owner_id__in=shown).values("pk"))
    for card in plans.cards(actor, every.order_by("-weight", "id")):
        goals[card.owner_id].append(card)
    cards, levels = people.persons(actor, shown), people.levels(actor, shown)
    moved = _ambition(actor, known, goals)
    lines = [(cards[pk], levels.get(pk, ""), tuple(goals[pk]), moved.get(pk, (0, 0))) for pk in shown if pk in cards]
    waiting = tuple(card for pk in shown for card in goals[pk] if card.is_my_turn)
    return Desk(known, unit, by, _groups(lines, by, known), waiting, len(set(owners)), len(set(owners)) > PEOPLE)


def _found(actor: Actor, cycle: CycleCard, unit: UnitCard | None) -> QuerySet[Goal]:
    found = Goal.objects.filter(
        cycle_id=cycle.id, unit__isnull=True, is_dropped=False, state__in=[GoalState.PROPOSED, *RUNNING],
    ).exclude(owner_id=actor.person_id)  # fmt: skip
    if actor.person_id is not None:
        found = found.filter(access.goals_with_changes())
    if unit is not None:
        found = found.filter(owner__unit__place__gte=unit.place, owner__unit__place__lte=unit.place_end)
    return found


Line = tuple[PersonCard, str, tuple[GoalCard, ...], tuple[int, int]]


def _groups(lines: Sequence[Line], by: str, cycle: CycleCard) -> tuple[PeerGroup, ...]:
    rules = season(cycle.settings)
    named: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        named[line[1] if by == LEVEL else line[0].position].append(line)
    groups = []
    for name, members in sorted(named.items(), key=lambda one: (one[0] == "", one[0])):
        outlines = [_outline(line) for line in members]
        beside = tuple(
            PlanBeside(
                line[0], line[1], line[2], outline,
                tuple(stands_out(outline, outlines, (rules.count_min, rules.count_max))),
            )
            for line, outline in zip(members, outlines, strict=True)
        )  # fmt: skip
        groups.append(PeerGroup(name, beside, usual(outlines)))
    return tuple(groups)


def _outline(line: Line) -> Outline:
    _person, _level, goals, (far, safe) = line
    return Outline(
        tuple(goal.weight for goal in goals), sum(1 for goal in goals if goal.ambition == "stretch"), far, safe
    )


def _ambition(actor: Actor, cycle: CycleCard, goals: dict[int, list[GoalCard]]) -> dict[int, tuple[int, int]]:
    """Of how many measures of each person the way is much longer or shorter than what the last cycle moved."""
    ids = [card.id for lines in goals.values() for card in lines]
    now = KeyResult.objects.filter(goal_id__in=ids, is_dropped=False, measure__in=[*LINEAR]).select_related("goal")
    past: dict[tuple[int, str, str, str], KeyResult] = {}
    for one in _before(actor, cycle, goals):
        past.setdefault(_key(one), one)
    bounds = bounds_of(cycle.settings)
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for one in now:
        before = past.get(_key(one))
        if before is None or None in (one.baseline, one.target, before.baseline, before.target):
            continue
        told = Past(before.baseline, before.target, before.stat.current, before.stat.progress)  # type: ignore[arg-type]
        question = asks(told, one.baseline, one.target, bounds)  # type: ignore[arg-type]
        if question is not None:
            found[one.goal.owner_id][0 if question.code == "far" else 1] += question.code in ("far", "safe", "reached")
    return {owner: (far, safe) for owner, (far, safe) in found.items()}


def _before(actor: Actor, cycle: CycleCard, owners: Iterable[int]) -> QuerySet[KeyResult]:
    """The measures of closed goals before this cycle, newest first, as far as the viewer reads them."""
    found = KeyResult.objects.filter(
        goal__owner_id__in=list(owners), goal__state=GoalState.CLOSED, goal__is_dropped=False, goal__unit__isnull=True,
        goal__cycle__period__ends_on__lt=cycle.first, is_dropped=False, measure__in=[*LINEAR],
        stat__current__isnull=False,
    )  # fmt: skip
    if actor.person_id is not None:
        found = found.filter(access.goals_with_numbers("goal__"))
    return found.select_related("goal", "stat").order_by("-goal__cycle__period__ends_on", "pk")


def _key(one: KeyResult) -> tuple[int, str, str, str]:
    return one.goal.owner_id, one.title.strip().casefold(), one.measure, one.unit
