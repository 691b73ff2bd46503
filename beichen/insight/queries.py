"""What the home page shows, put together from the areas below. Frozen cards; nothing is stored here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.cache import cache

from beichen.conversations import queries as talks
from beichen.conversations.queries import CheckInCard, NextTalk, Rates
from beichen.goals import queries as goals
from beichen.goals.queries import Filter, TeamLine
from beichen.insight import access
from beichen.people import queries as people
from beichen.people.queries import PersonCard, UnitCard
from beichen.platform import registry
from beichen.platform.access.current import query
from beichen.platform.access.permissions import seats_of
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.registry import TodoEntry
from beichen.platform.ui.language import for_reader
from beichen.strategy import queries as strategy

OWED = 30
SCOPES = 3
KEPT_SECONDS = 60
ATTENTION = ("at_risk", "off_track", "not_updated")


@dataclass(frozen=True, slots=True)
class Report:
    """One of my people: how the goals stand, where the check-in is, what wants my attention."""

    person: PersonCard
    progress: int | None
    expected: int | None
    goals: int
    attention: int
    updated_on: date | None
    last: CheckInCard | None
    next: CheckInCard | None
    strained: bool

    @property
    def pressing(self) -> int:
        """How early in the list: strained people, then those who wait for an answer, then goals in trouble."""
        waits = self.last is not None and self.last.waits
        return 0 if self.strained else 1 if waits else 2 if self.attention else 3


@dataclass(frozen=True, slots=True)
class Scope:
    """Goals of a unit or of the company by state, as far as the viewer may read them."""

    unit: UnitCard | None
    goals: int
    attention: int
    late: int


@dataclass(frozen=True, slots=True)
class Priority:
    """A priority of the strategy and how far it has come (millionths; None: not measured)."""

    key: str
    name: str
    name_en: str
    owner_name: str
    attainment: int | None

    @property
    def title(self) -> str:
        """The name in the reader's language, where there is one."""
        return for_reader(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class Overview:
    """What somebody sees who answers for more than direct reports."""

    scopes: tuple[Scope, ...]
    priorities: tuple[Priority, ...]
    talks: Rates | None


@dataclass(frozen=True, slots=True)
class Start:
    """What a young company still has to do, for those who can do it."""

    has_people: bool
    has_cycle: bool
    has_strategy: bool


@dataclass(frozen=True, slots=True)
class Home:
    """Everything at once, for programs."""

    person: PersonCard
    owed: tuple[TodoEntry, ...]
    talk: NextTalk
    goals: tuple[goals.GoalCard, ...]
    people: tuple[Report, ...]
    overview: Overview | None


@query
def owed(actor: Actor) -> list[TodoEntry]:
    """What the actor owes, the most urgent first. Cost: that of the areas' providers."""
    return registry.todos(actor, OWED)


@query
def my_people(actor: Actor) -> list[Report]:
    """The actor's direct reports, the most pressing first. Cost: five statements."""
    cycle = people.current_cycle(actor)
    by_id: dict[int, TeamLine] = {}
    if cycle is not None:
        by_id = {line.person.id: line for line in goals.team(actor, cycle.id)}
    reports = [line.person for line in by_id.values()] if by_id else people.reports_of(actor)
    lines = [_report(line, by_id.get(line.person.id)) for line in talks.team(actor, reports)] if reports else []
    return sorted(lines, key=lambda line: line.pressing)


def _pace(team: TeamLine | None) -> tuple[int | None, int | None]:
    """Progress and expected progress: of the own goals, or of the unit's first one where a head has no own."""
    if team is None or team.progress is not None:
        return (team.progress, team.expected) if team else (None, None)
    first = next((goal for goal in team.goals if goal.runs), None)
    return (first.shown_progress, first.expected) if first else (None, None)


def _report(line: talks.TeamLine, team: TeamLine | None) -> Report:
    progress, expected = _pace(team)
    return Report(
        line.person, progress, expected,
        sum(1 for goal in team.goals if goal.runs) if team else 0, team.attention if team else 0,
        team.updated_on if team else None, line.last, line.next, line.strained,
    )  # fmt: skip


@query
def overview(actor: Actor) -> Overview | None:
    """Figures of the units the actor leads or looks after, or of the company; None for everybody else.

    They are at most a minute old; whether there are any is asked each time. Cost: four statements, and ten more once a
    minute.
    """
    seats, cycle = seats_of(actor), people.current_cycle(actor)
    units = _scopes(actor)
    if cycle is None or not (units or seats & access.OVERSEERS):
        return None
    wanted: list[UnitCard | None] = [None] if seats & access.OVERSEERS else [*units[:SCOPES]]
    of = [actor.person_id, cycle.id, *sorted(seats), *(unit.id for unit in wanted if unit)]
    key = f"insight.overview:{'-'.join(map(str, of))}"
    kept: Overview | None = cache.get(key)
    if kept is None:
        kept = _overview(actor, cycle.id, wanted, seats)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _overview(actor: Actor, cycle_id: int, wanted: list[UnitCard | None], seats: frozenset[str]) -> Overview:
    scopes = tuple(_scope(actor, cycle_id, unit) for unit in wanted)
    priorities = _priorities(actor, cycle_id) if "EX" in seats else ()
    return Overview(scopes, priorities, talks.group_rates(actor))


def _scopes(actor: Actor) -> list[UnitCard]:
    """Units the actor heads or is the HR partner of, the highest first, none inside another."""
    found: list[UnitCard] = []
    mine = [u for u in people.units(actor).values() if actor.person_id in (u.head_id, u.hrbp_id)]
    for unit in sorted(mine, key=lambda unit: (unit.depth, unit.place)):
        if not any(above.place <= unit.place <= above.place_end for above in found):
            found.append(unit)
    return found


def _scope(actor: Actor, cycle_id: int, unit: UnitCard | None) -> Scope:
    counted = goals.all_goals(actor, cycle_id, Filter(unit_id=unit.id if unit else None), limit=1)
    health = counted.by_health
    return Scope(unit, counted.total, sum(health.get(key, 0) for key in ATTENTION), health.get("not_updated", 0))


def _priorities(actor: Actor, cycle_id: int) -> tuple[Priority, ...]:
    attained = goals.attainment_of_priorities(actor, [cycle_id])
    return tuple(
        Priority(p.key, p.name, p.name_en, p.owner_name, attained.get(p.id)) for p in strategy.priorities(actor)
    )


@query
def start(actor: Actor) -> Start | None:
    """The first steps of a company that runs no cycle yet, for its HR administrators. Cost: two to six statements."""
    if "HA" not in seats_of(actor) or talks.running_cycles(actor, clock.today()):
        return None
    units, page = people.units(actor), strategy.current_page(actor)
    return Start(len(units) > 1, bool(people.cycles(actor)), page is not None)


@query
def home(actor: Actor) -> Home:
    """The whole home page. Cost: about 35 statements; pages load its parts one by one."""
    cycle, me = people.current_cycle(actor), people.me(actor)
    plan = goals.plan(actor, me.id, cycle.id) if cycle else None
    mine = tuple(line.goal for line in (*plan.lines, *plan.unit_lines)) if plan else ()
    return Home(me, tuple(owed(actor)), talks.next_talk(actor), mine, tuple(my_people(actor)), overview(actor))
