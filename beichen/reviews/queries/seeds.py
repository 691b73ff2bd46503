"""Who gets what when a plan is launched: seeds for each person, the outline of a dry run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from beichen.people import queries as people
from beichen.people.queries import CycleCard, PersonCard, Stretch, UnitCard
from beichen.platform.access.current import query
from beichen.platform.access.permissions import require
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.workdays import WorkCalendar
from beichen.reviews import access
from beichen.reviews.formulas.sections import Stint, manager_days
from beichen.reviews.queries.cards import PlanCard, plan

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Seed:
    """What launching makes for one person: who decides, and who writes as manager for how many days."""

    person_id: int
    place: int
    unit_id: int
    manager_id: int
    managers: tuple[tuple[int, int], ...]
    stands_in: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who gets no review, and why (a code: left, manager, named, nobody)."""

    person_id: int
    why: str


@dataclass(frozen=True, slots=True)
class Seeds:
    """The dry run of a launch."""

    seeds: tuple[Seed, ...]
    out: tuple[Left, ...]


@query
def seeds(actor: Actor, plan_id: int, only: Sequence[int] | None = None, *, known: PlanCard | None = None) -> Seeds:
    """Who gets which parts when the plan is launched; `only` these people (the single-row twin). Writes nothing.

    Cost: five statements, however many people, and one more for each person whom nobody leads.
    """
    card = known or plan(actor, plan_id)
    lines = people.stretches(actor, only, card.cycle.first, card.cycle.last)
    unit = people.unit(actor, card.unit_id)
    inside = {u.id for u in people.units(actor).values() if unit.place <= u.place <= unit.place_end}
    here = {person: found for person, found in lines.items() if found[-1].unit_id in inside}
    leads = _leaders(actor, card, only, lines)
    named = set(card.population.get("without", ()))
    whys = {person: _why_out(card, person, found[-1].last, leads, named) for person, found in here.items()}
    out = [Left(person, why) for person, why in whys.items() if why]
    left = {line.person_id for line in out}
    cards = people.persons(actor, _involved(here))
    made = [_seed(card, cards, person, found) for person, found in sorted(here.items()) if person not in left]
    out += [Left(person, "nobody") for person, seed in made if seed is None]
    kept = tuple(seed for _, seed in made if seed is not None)
    return Seeds(kept, tuple(sorted(out, key=lambda line: line.person_id)))


@query
def dry_run(actor: Actor, plan_id: int) -> Seeds:
    """The dry run before those who run reviews. Cost: that of `seeds`."""
    require(actor, access.RUN_PLAN)
    return seeds(actor, plan_id)


@dataclass(frozen=True, slots=True)
class Outline:
    """The dry run in short: how many are reviewed and left out, and the first of either."""

    reviewed: int
    left_out: int
    seeds: tuple[Seed, ...]
    out: tuple[Left, ...]


def outline(actor: Actor, card: PlanCard, unit: UnitCard) -> Outline:
    """The same answer as `seeds`, worked out in full only for those shown and those without a manager who works here.

    Cost: six statements, however many people, and one more for each person whom nobody leads.
    """
    inside = {u.id for u in people.units(actor).values() if unit.place <= u.place <= unit.place_end}
    lines = people.ends(actor, card.cycle.first, card.cycle.last)
    leads = {line.manager_id for line in lines if line.manager_id is not None and line.last == card.cycle.last}
    leads = leads if card.population.get("managers") == "out" else set()
    named = set(card.population.get("without", ()))
    here = [line for line in lines if line.unit_id in inside]
    out = [Left(n.person_id, why) for n in here if (why := _why_out(card, n.person_id, n.last, leads, named))]
    left = {line.person_id for line in out}
    kept = [line for line in here if line.person_id not in left]
    doubtful = [line.person_id for line in kept if not line.is_led]
    exact = seeds(actor, card.id, [*doubtful, *(line.person_id for line in kept[:SHOWN])], known=card)
    out += [line for line in exact.out if line.why == "nobody"]
    first = tuple(sorted(out, key=lambda line: line.person_id)[:SHOWN])
    nobody = len(out) - len(left)
    return Outline(len(kept) - nobody, len(out), exact.seeds[:SHOWN], first)


def left_out(actor: Actor, card: PlanCard) -> list[int]:
    """Whom the plan leaves out by name, or because they lead somebody on its last day. Cost: at most one statement."""
    named = set(card.population.get("without", ()))
    if card.population.get("managers") != "out":
        return sorted(named)
    last = card.cycle.last
    ends = people.ends(actor, card.cycle.first, last)
    return sorted(named | {line.manager_id for line in ends if line.manager_id is not None and line.last == last})


def _leaders(actor: Actor, card: PlanCard, only: Sequence[int] | None, lines: Mapping[int, list[Stretch]]) -> set[int]:
    """Everyone who leads somebody on the last day of the cycle."""
    if card.population.get("managers") != "out":
        return set()
    if only is not None:
        lines = people.stretches(actor, None, card.cycle.last, card.cycle.last)
    return {f[-1].manager_id for f in lines.values() if f[-1].last == card.cycle.last and f[-1].manager_id is not None}


def _why_out(card: PlanCard, person: int, last: date, leads: set[int], named: set[int]) -> str:
    if last < card.cycle.last:
        return "left"
    if person in named:
        return "named"
    return "manager" if person in leads else ""


def _involved(lines: Mapping[int, list[Stretch]]) -> set[int | None]:
    return {*lines, *(stretch.manager_id for found in lines.values() for stretch in found)}


def _seed(
    card: PlanCard, cards: Mapping[int, PersonCard], person: int, found: list[Stretch]
) -> tuple[int, Seed | None]:
    decides = acting(cards, found[-1].manager_id, person)
    if decides is None or person not in cards:
        return person, None
    parts = _manager_parts(card, cards, person, found)
    stands_in = decides != found[-1].manager_id
    return person, Seed(person, cards[person].place, found[-1].unit_id, decides, parts, stands_in)


def acting(cards: Mapping[int, PersonCard], manager: int | None, person: int) -> int | None:
    """The manager, or who stands in where they left or nobody leads the person (G21)."""
    if manager is not None and manager in cards and cards[manager].is_active:
        return manager
    above = cards[manager].manager_id if manager is not None and manager in cards else None
    if above is not None and above != person:
        return above
    return people.who_acts("SK", person)


def _manager_parts(
    card: PlanCard, cards: Mapping[int, PersonCard], person: int, found: list[Stretch]
) -> tuple[tuple[int, int], ...]:
    """Raters and their calendar days in charge, others standing in for those who left."""
    days: Counter[int] = Counter()
    for manager, led in days_led(card.cycle, found):
        rater = acting(cards, manager, person)
        if rater is not None:
            days[rater] += led
    return tuple(days.items())


def days_led(cycle: CycleCard, found: Sequence[Stretch]) -> list[tuple[int, int]]:
    """Managers and their calendar days in charge; short parts are dropped by the formula."""
    stints = [Stint(str(s.manager_id), s.first, s.last) for s in found if s.manager_id is not None]
    parts = manager_days(stints, cycle.first, cycle.last, WorkCalendar())
    return [(int(part.manager), part.days) for part in parts if part.kept]
