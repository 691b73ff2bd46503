"""Whom a goal to begin from may be given to: people the actor leads or looks after, by department, role and level."""

from __future__ import annotations

from dataclasses import dataclass

from beichen.goals.models import Goal
from beichen.people import queries as people
from beichen.people.queries import CycleCard, PersonCard, Reach
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor

GIVING = "24e"
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Receivers:
    """The first of those who would get it, how many they are, and how many have a goal of this title already."""

    people: tuple[PersonCard, ...]
    count: int
    have_it: int

    @property
    def is_cut(self) -> bool:
        """Whether there are more than are shown."""
        return self.count > len(self.people)


@query
def receivers(actor: Actor, title: str, cycle: CycleCard, wanted: Reach) -> Receivers:
    """Who would get a template of this title in a cycle. Cost: five statements, however many people."""
    every = people.in_reach(actor, GIVING, cycle.scope_id, wanted)
    ids = [pk for pk, _place in without_it(actor, every, cycle.id, title)]
    cards = people.persons(actor, ids[:SHOWN])
    return Receivers(tuple(cards[pk] for pk in ids[:SHOWN] if pk in cards), len(ids), len(every) - len(ids))


@query
def without_it(actor: Actor, every: list[tuple[int, int]], cycle_id: int, title: str) -> list[tuple[int, int]]:
    """Of these people, who has no goal of this title in the cycle, in whatever state. Cost: one statement."""
    have = set(
        Goal.objects.filter(cycle_id=cycle_id, title=title, unit__isnull=True, is_dropped=False).values_list(
            "owner_id", flat=True
        )
    )
    return [one for one in every if one[0] not in have]
