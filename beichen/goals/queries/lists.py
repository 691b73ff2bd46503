"""Lists of goals: all that the reader may see, narrowed, in parts; and those a goal could serve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from beichen.goals import access
from beichen.goals.choices import RUNNING, AlignmentState, GoalState
from beichen.goals.models import Alignment, Goal
from beichen.goals.queries.cards import HIDDEN, GoalCard
from beichen.goals.queries.plans import LATE_OR_BEHIND, PAGE, cards, visible
from beichen.people import queries as people
from beichen.platform.access.current import query
from beichen.platform.access.relations import InRanges
from beichen.platform.api.paging import Slice, page_of
from beichen.platform.api.schemas import PageIn
from beichen.platform.kit.actor import Actor


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; empty values narrow nothing. `scope`: all, branch, unit goals (`units`)."""

    text: str = ""
    scope: str = ""
    health: str = ""
    kind: str = ""
    state: str = ""
    priority_id: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class GoalPage:
    """Fifty goals, how many there are by health, and where the next page begins (None: no more)."""

    goals: tuple[GoalCard, ...]
    total: int
    by_health: dict[str, int] = field(default_factory=dict)
    next: int | None = None


@query
def all_goals(actor: Actor, cycle_id: int, wanted: Filter, after: int = 0, limit: int = PAGE) -> GoalPage:
    """Visible goals of a cycle in the order they came. Cost: two statements, plus one for a unit."""
    found = _narrowed(actor, visible(actor).filter(cycle_id=cycle_id, is_dropped=False), wanted)
    counts: Counter[str] = Counter()
    if not after:
        for health, count in found.values_list(_shown(actor)).annotate(n=Count("id")).order_by():
            counts[health or "early"] += count
    found = _of_health(actor, found, wanted)
    lines = cards(actor, found.filter(pk__gt=after).order_by("pk")[: limit + 1])
    following = lines[limit - 1].id if len(lines) > limit else None
    return GoalPage(tuple(lines[:limit]), sum(counts.values()), dict(counts), following)


@query
def listed(actor: Actor, cycle_id: int, wanted: Filter, asked: PageIn) -> Slice[Any]:
    """The same list for programs, by a signed cursor; `items` are cards. Cost: one statement, plus one for a unit."""
    every = visible(actor).filter(cycle_id=cycle_id, is_dropped=False)
    found = _of_health(actor, _narrowed(actor, every, wanted), wanted)
    rows = page_of(actor, found, asked, order=("pk",), name="goals")
    return Slice(cards(actor, rows.items), rows.next)


def _open(actor: Actor) -> Q:
    return Q(access.open_numbers()) if actor.person_id is not None else Q(pk__isnull=False)


def _shown(actor: Actor) -> Case:
    """The health as the actor reads it: where it is not known to be open, it is hidden."""
    return Case(When(_open(actor), then=F("stat__health")), default=Value(HIDDEN))


def _of_health(actor: Actor, found: QuerySet[Goal], wanted: Filter) -> QuerySet[Goal]:
    if not wanted.health:
        return found
    if wanted.health == HIDDEN:
        return found.alias(shown=_shown(actor)).filter(shown=HIDDEN)
    wanted_ones = LATE_OR_BEHIND if wanted.health == "attention" else [wanted.health]
    return found.filter(_open(actor), stat__health__in=wanted_ones)


def _narrowed(actor: Actor, found: QuerySet[Goal], wanted: Filter) -> QuerySet[Goal]:
    if wanted.text.strip():
        text = wanted.text.strip()
        found = found.filter(
            _named(text) | Q(key__iexact=text) | Q(owner__name__icontains=text) | Q(unit__name__icontains=text)
        )
    if wanted.scope == "branch":
        found = found.filter(InRanges("owner_place", "branch_ranges"))
    if wanted.scope == "units":
        found = found.filter(unit_id__isnull=False)
    for name, value in (("kind", wanted.kind), ("state", wanted.state), ("priority_id", wanted.priority_id)):
        if value:
            found = found.filter(**{name: value})
    if wanted.unit_id:
        unit = people.unit(actor, wanted.unit_id)
        inside = Q(owner__unit__place__gte=unit.place, owner__unit__place__lte=unit.place_end, unit_id__isnull=True)
        found = found.filter(inside | Q(unit__place__gte=unit.place, unit__place__lte=unit.place_end))
    return found


@query
def parents_to_choose(actor: Actor, goal_card_: GoalCard, text: str = "", limit: int = 20) -> list[GoalCard]:
    """Goals this one could serve: running, visible, of the line above first, without those below it.

    Cost: two statements.
    """
    below = descendants([goal_card_.id])
    found = visible(actor).filter(state__in=[*RUNNING, GoalState.PROPOSED], is_dropped=False).exclude(pk__in=below)
    if text.strip():
        found = found.filter(_named(text.strip()) | Q(owner__name__icontains=text.strip()))
    else:
        above = people.person(actor, goal_card_.owner_id).manager_id
        found = found.filter(Q(unit_id__isnull=False) | Q(owner_id=above))
    return cards(actor, found.order_by("unit__depth", "-pk")[:limit])


def _named(text: str) -> Q:
    return Q(title__icontains=text) | Q(title_en__icontains=text)


def descendants(ids: Sequence[int]) -> set[int]:
    """These goals and everything aligned below them. Cost: one statement per level."""
    seen: set[int] = set(ids)
    level = list(ids)
    while level:
        found = Alignment.objects.filter(parent_id__in=level).exclude(state=AlignmentState.DECLINED)
        level = [child for child in found.values_list("child_id", flat=True) if child not in seen]
        seen.update(level)
    return seen
