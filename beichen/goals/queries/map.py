"""The goal map: from the priorities down to people, opened level by level, with at most `MOST` goals drawn at once.

A goal stands below everything it is aligned with; where it stands a second time nothing hangs below it. Goals of
all cycles that share days with the chosen one belong to the map, since layers may run on different cycles. What the
actor may not read is not in it, also not as a gap (01e): what serves it stands at the top.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber

from beichen.goals import access
from beichen.goals.choices import AGREED, AlignmentState, Preset
from beichen.goals.models import Alignment, Goal
from beichen.goals.queries import plans
from beichen.goals.queries.cards import RELATED, GoalCard
from beichen.goals.queries.plans import LATE_OR_BEHIND
from beichen.goals.queries.ways import serving, way_up
from beichen.people import queries as people
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound

MOST = 300
TOPS, LEVELS = 48, (60, 80, 100)
"""So many goals are drawn at the top, and at each level below it: never fewer than above, so each shows its first."""
EACH = 12
"""At most so many of those below one goal, before somebody asks for the others."""
HITS = 80
MORE = 50


@dataclass(frozen=True, slots=True)
class Looked:
    """What the map is narrowed to: a state (`attention`: late or behind), words, a unit and all below it, a priority
    and all that serves it, or one goal with its way up and what supports it. Empty values narrow nothing."""

    state: str = ""
    text: str = ""
    unit_id: int | None = None
    priority_id: int | None = None
    goal_id: int | None = None

    @property
    def searches(self) -> bool:
        """Whether goals are looked for, so that only these and their way up are drawn."""
        return bool(self.state or self.text.strip() or self.unit_id)


@dataclass(frozen=True, slots=True)
class Node:
    """A goal in the map.

    `below`: how many stand directly below it, of which `children` are drawn; `last` of them, where the others come
    behind it. `counts`: whether it rolls up into the goal above. `again`: it stands elsewhere in the map with what is
    below it.
    """

    id: int
    goal: GoalCard
    children: tuple[Node, ...] = ()
    below: int = 0
    counts: bool = True
    is_hit: bool = False
    again: bool = False
    last: int | None = None

    @property
    def more(self) -> int:
        """How many below it are not drawn."""
        return self.below - len(self.children)


@dataclass(frozen=True, slots=True)
class Top:
    """A priority (None: goals that name none) with the goals that stand at the top of it."""

    priority_id: int | None
    nodes: tuple[Node, ...]
    total: int
    last: int | None = None

    @property
    def more(self) -> int:
        """How many at the top are not drawn."""
        return self.total - len(self.nodes)


@dataclass(frozen=True, slots=True)
class GoalMap:
    """The map as it is first drawn. `found`: how many goals fit what was asked for, None where nothing was."""

    tops: tuple[Top, ...]
    found: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Nodes that come later; `last` of them and how many are `left` behind it."""

    nodes: tuple[Node, ...]
    last: int | None
    left: int


@dataclass
class _Grown:
    """What is to be drawn: who stands below whom, in order, and how many there are. `opened`: from the first one on."""

    below: dict[int, list[tuple[int, bool]]] = field(default_factory=lambda: defaultdict(list))
    counts: dict[int, int] = field(default_factory=dict)
    ids: set[int] = field(default_factory=set)
    opened: set[int] = field(default_factory=set)

    def add(self, parent: int, child: int, *, counts: bool) -> None:
        self.below[parent].append((child, counts))
        self.ids.add(child)


@query
def goal_map(actor: Actor, cycle_id: int, looked: Looked) -> GoalMap:
    """The map of a cycle. Cost: at most seven statements, however large the company."""
    cycles = _cycles(actor, cycle_id)
    if looked.goal_id is not None:
        return _around(actor, cycles, looked.goal_id)
    return _sought(actor, cycles, looked) if looked.searches else _from_above(actor, cycles, looked.priority_id)


@query
def map_below(actor: Actor, cycle_id: int, goal_id: int, after: int | None = None) -> Part:
    """The goals directly below one, behind the last one drawn; NotFound for a goal that is hidden.

    Cost: seven statements.
    """
    cycles = _cycles(actor, cycle_id)
    if not _agreed(actor, cycles).filter(pk=goal_id).exists():
        raise NotFound
    found = _aligned(actor, cycles).filter(parent_id=goal_id)
    found = found.annotate(at=F("child__owner_place"), one=F("child_id"), counts=F("is_rollup"))
    return _part(actor, cycles, found, after)


@query
def map_tops(actor: Actor, cycle_id: int, priority_id: int | None, after: int | None = None) -> Part:
    """The goals at the top of a priority (None: of none), behind the last one drawn. Cost: six statements."""
    cycles = _cycles(actor, cycle_id)
    found = _tops(actor, cycles).filter(Q(priority_id=priority_id) if priority_id else Q(priority__isnull=True))
    counts = Value(True)  # noqa: FBT003
    return _part(actor, cycles, found.annotate(at=F("owner_place"), one=F("pk"), counts=counts), after)


# ── which goals ─────────────────────────────────────────────────────────────────────────────────────────────────


def _cycles(actor: Actor, cycle_id: int) -> list[int]:
    every = people.cycles(actor)
    chosen = next((cycle for cycle in every if cycle.id == cycle_id), None)
    if chosen is None:
        return []
    return [cycle.id for cycle in every if cycle.first <= chosen.last and cycle.last >= chosen.first]


def _agreed(actor: Actor, cycles: Sequence[int]) -> QuerySet[Goal]:
    found = Goal.objects.filter(cycle_id__in=cycles, state__in=list(AGREED), is_dropped=False)
    return found if actor.person_id is None else found.filter(access.agreed_goals())


def _aligned(actor: Actor, cycles: Sequence[int]) -> QuerySet[Alignment]:
    """Accepted alignments to goals of the map."""
    found = Alignment.objects.filter(
        state=AlignmentState.ACCEPTED,
        child__cycle_id__in=cycles,
        child__state__in=list(AGREED),
        child__is_dropped=False,
    )
    return found if actor.person_id is None else found.filter(access.agreed_goals("child__"))


def _tops(actor: Actor, cycles: Sequence[int]) -> QuerySet[Goal]:
    """Goals that stand below none: nothing above them is open to the actor."""
    above = Alignment.objects.filter(
        child_id=OuterRef("pk"), state=AlignmentState.ACCEPTED, parent__cycle_id__in=cycles,
        parent__state__in=list(AGREED), parent__is_dropped=False,
    )  # fmt: skip
    if actor.person_id is not None:
        above = above.filter(access.agreed_goals("parent__"))
    return _agreed(actor, cycles).filter(~Exists(above))


def _after(found: QuerySet[Any], goal_id: int | None) -> QuerySet[Any]:
    """In the order of places, from behind a goal on."""
    place = Goal.objects.filter(pk=goal_id).values_list("owner_place", flat=True).first() if goal_id else None
    if place is not None:
        found = found.filter(Q(at__gt=place) | Q(at=place, one__gt=goal_id))
    return found.order_by("at", "one")


def _part(actor: Actor, cycles: Sequence[int], found: QuerySet[Any], after: int | None) -> Part:
    """Nodes that were not drawn at first; `found` has `at`, `one` and `counts`."""
    rest = _after(found, after)
    lines = list(rest.values_list("one", "counts")[: MORE + 1])
    ids = [pk for pk, _ in lines[:MORE]]
    grown, cards = _Grown(counts=_counts(actor, cycles, ids)), _cards(actor, ids)
    nodes = tuple(_node(grown, cards, pk, set(), frozenset(), counts=bool(does)) for pk, does in lines[:MORE])
    left = rest.count() - len(nodes) if len(lines) > MORE else 0
    return Part(nodes, ids[-1] if left else None, left)


def _counts(actor: Actor, cycles: Sequence[int], ids: Sequence[int]) -> dict[int, int]:
    """How many stand directly below each. Cost: one statement."""
    found = _aligned(actor, cycles).filter(parent_id__in=ids).values_list("parent_id")
    return dict(found.annotate(n=Count("pk")).order_by())


def _cards(actor: Actor, ids: Iterable[int]) -> dict[int, GoalCard]:
    found = plans.under_preset(Goal.objects.filter(pk__in=list(ids)).select_related(*RELATED))
    if actor.person_id is not None:
        found = found.filter(access.agreed_goals())
    return {card.id: card for card in plans.cards(actor, found)}


# ── from above ──────────────────────────────────────────────────────────────────────────────────────────────────


def _from_above(actor: Actor, cycles: Sequence[int], priority_id: int | None) -> GoalMap:
    """The tops of all priorities or of one, and three levels below them."""
    found = _tops(actor, cycles)
    if priority_id is not None:
        found = found.filter(priority_id=priority_id)
    each = TOPS if priority_id is not None else EACH
    lines = found.annotate(
        n=Window(RowNumber(), partition_by=F("priority_id"), order_by=("owner_place", "pk")),
        total=Window(Count("pk"), partition_by=F("priority_id")),
    )
    lines = lines.filter(n__lte=each).order_by("owner_place", "pk")
    tops: dict[int | None, list[int]] = defaultdict(list)
    totals: dict[int | None, int] = {}
    for pk, of, total in lines.values_list("pk", "priority_id", "total"):
        tops[of].append(pk)
        totals[of] = total
    grown = _Grown()
    ids = [pk for found_ids in tops.values() for pk in found_ids][:TOPS]
    grown.ids.update(ids)
    _grow(actor, cycles, grown, ids)
    kept = {of: [pk for pk in pks if pk in grown.ids] for of, pks in tops.items()}
    return _drawn(actor, grown, kept, totals, frozenset())


def _grow(
    actor: Actor, cycles: Sequence[int], grown: _Grown, ids: Sequence[int], levels: Sequence[int] = LEVELS
) -> None:
    """Level by level below these. Cost: one statement a level, and one for the counts of the last."""
    level = list(ids)
    for room in levels:
        if not level:
            return
        grown.opened.update(level)
        lines, level = _level(actor, cycles, level, room), []
        for parent, child, counts, total in lines:
            grown.counts[parent] = total
            if child not in grown.ids:
                level.append(child)
            grown.add(parent, child, counts=counts)
    grown.counts.update(_counts(actor, cycles, level))


def _level(actor: Actor, cycles: Sequence[int], parents: Sequence[int], room: int) -> list[tuple[int, int, bool, int]]:
    """Below these, as many as there is room for, the first of each parent before the second of any.

    Parent, child, whether it counts, how many there are below the parent. Cost: one statement.
    """
    found = _aligned(actor, cycles).filter(parent_id__in=parents)
    found = found.annotate(
        n=Window(RowNumber(), partition_by=F("parent_id"), order_by=("child__owner_place", "child_id")),
        total=Window(Count("pk"), partition_by=F("parent_id")),
    )
    order = {parent: n for n, parent in enumerate(parents)}
    lines = list(found.filter(n__lte=EACH).values_list("parent_id", "child_id", "is_rollup", "total", "n"))
    chosen = sorted(lines, key=lambda line: (line[4], order[line[0]]))[:room]
    return [line[:4] for line in sorted(chosen, key=lambda line: (order[line[0]], line[4]))]


# ── looked for ──────────────────────────────────────────────────────────────────────────────────────────────────


def _sought(actor: Actor, cycles: Sequence[int], looked: Looked) -> GoalMap:
    """The goals looked for, the furthest behind first where there are too many, each with its way up."""
    found = _agreed(actor, cycles)
    if looked.state:
        found = found.filter(access.open_numbers() if actor.person_id is not None else Q())
        found = found.filter(stat__health__in=LATE_OR_BEHIND if looked.state == "attention" else [looked.state])
    if text := looked.text.strip():
        called = Q(title__icontains=text) | Q(title_en__icontains=text)
        found = found.filter(called | Q(owner__name__icontains=text) | Q(unit__name__icontains=text))
    if looked.unit_id is not None:
        unit = people.unit(actor, looked.unit_id)
        found = found.filter(stat__unit__place__gte=unit.place, stat__unit__place__lte=unit.place_end)
    if looked.priority_id is not None:
        found = found.filter(pk__in=serving(looked.priority_id, _agreed(actor, cycles)))
    kept = Case(When(access.InPreset("home", Preset.NUMBERS), then=Value(0)), default=F("stat__gap"))
    hits = list(found.order_by(kept.desc(), "pk").values_list("pk", flat=True)[:HITS])
    total = found.count() if len(hits) == HITS else len(hits)
    return _with_way_up(actor, cycles, hits, total, frozenset(hits))


def _with_way_up(
    actor: Actor,
    cycles: Sequence[int],
    hits: Sequence[int],
    total: int,
    marked: frozenset[int],
    grown: _Grown | None = None,
) -> GoalMap:
    grown, edges = grown or _Grown(), way_up(hits, cycles)
    cards = _cards(actor, {*grown.ids, *hits, *(parent for _, parent, _ in edges)})
    above: dict[int, list[int]] = defaultdict(list)
    for child, parent, _ in edges:
        if child in cards and parent in cards:
            above[child].append(parent)
    kept, level = set(hits), list(hits)
    while level:
        level = [parent for child in level for parent in above[child] if parent not in kept][:MOST]
        kept.update(level)
    for child, parent, counts in edges:
        if child in kept and parent in above[child] and parent in kept:
            grown.add(parent, child, counts=counts)
    grown.ids.update(kept)
    grown.counts.update(_counts(actor, cycles, list(grown.ids)))
    tops: dict[int | None, list[int]] = defaultdict(list)
    for pk in sorted(kept):
        if not any(parent in kept for parent in above[pk]):
            tops[cards[pk].priority_id].append(pk)
    return _drawn(actor, grown, tops, {of: len(pks) for of, pks in tops.items()}, marked, total, cards)


def _around(actor: Actor, cycles: Sequence[int], goal_id: int) -> GoalMap:
    """One goal, its way up, and two levels of what supports it."""
    hits = list(_agreed(actor, cycles).filter(pk=goal_id).values_list("pk", flat=True))
    grown = _Grown()
    if hits:
        grown.ids.add(goal_id)
        _grow(actor, cycles, grown, hits, (MORE, LEVELS[-1]))
    return _with_way_up(actor, cycles, hits, len(hits), frozenset(hits), grown)


# ── drawn ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _drawn(
    actor: Actor, grown: _Grown, tops: dict[int | None, list[int]], totals: dict[int | None, int],
    marked: frozenset[int], found: int | None = None, cards: dict[int, GoalCard] | None = None,
) -> GoalMap:  # fmt: skip
    cards = _cards(actor, grown.ids) if cards is None else cards
    seen: set[int] = set()
    drawn = []
    for of, pks in tops.items():
        nodes = tuple(_node(grown, cards, pk, seen, marked) for pk in pks)
        drawn.append(Top(of, nodes, totals[of], pks[-1] if pks else None))
    return GoalMap(tuple(drawn), found)


def _node(
    grown: _Grown, cards: dict[int, GoalCard], pk: int, seen: set[int], marked: frozenset[int], *, counts: bool = True
) -> Node:
    card, again = cards[pk], pk in seen
    seen.add(pk)
    if again:
        return Node(pk, card, counts=counts, is_hit=pk in marked, again=True)
    lines = [(child, does) for child, does in grown.below.get(pk, ()) if child in cards]
    children = tuple(_node(grown, cards, child, seen, marked, counts=does) for child, does in lines)
    below = max(grown.counts.get(pk, 0), len(children))
    last = children[-1].id if children and pk in grown.opened else None
    return Node(pk, card, children, below, counts, is_hit=pk in marked, last=last)
