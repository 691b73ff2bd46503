"""Plans: what is set up, who would get what, and how far everything is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from beichen.people import queries as people
from beichen.people.choices import Phase
from beichen.people.queries import CycleCard, PersonCard, Stretch, UnitCard
from beichen.platform.access.current import query
from beichen.platform.access.permissions import require
from beichen.platform.access.two_person import Asked, waiting
from beichen.platform.forms.drawing import spoken
from beichen.platform.forms.schema import Form
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.kit.workdays import WorkCalendar
from beichen.platform.ui.language import for_reader
from beichen.reviews import access
from beichen.reviews.choices import PartState
from beichen.reviews.formulas.results import PlanRules, plan_rules
from beichen.reviews.formulas.sections import Stint, manager_days
from beichen.reviews.models import Part, Rating, Review, ReviewPlan

SHOWN = 50


@dataclass(frozen=True, slots=True)
class PlanCard:
    """A plan with its cycle; `settings` and `form` as frozen at launch, `form_version` the version's number."""

    id: int
    name: str
    name_en: str
    cycle: CycleCard
    unit_id: int
    population: Mapping[str, Any]
    settings: Mapping[str, Any]
    form: Form
    form_version: int
    state: str
    launched_at: datetime | None
    author_id: int
    version: int

    @property
    def title(self) -> str:
        """The name in the reader's language, where there is one."""
        return for_reader(self.name, self.name_en)

    @property
    def rules(self) -> PlanRules:
        """The plan's numbers, for the formulas."""
        return plan_rules(self.settings, self.form.weights())

    def titles(self) -> dict[str, str]:
        """What the sections are called in the language of the page."""
        return self.form.titles(spoken())

    @property
    def grades(self) -> list[str]:
        """Grade keys from the best down."""
        return [grade["key"] for grade in self.settings["grades"]]


def _cards(plans: QuerySet[ReviewPlan]) -> list[PlanCard]:
    return [
        PlanCard(
            plan.pk, plan.name, plan.name_en, people.cycle_card(plan.cycle), plan.unit_id, plan.population,
            plan.settings, plan.form.form, plan.form.version, plan.state, plan.launched_at, plan.author_id,
            plan.version,
        )
        for plan in plans.select_related("cycle__period", "form")
    ]  # fmt: skip


@query
def plans(actor: Actor) -> list[PlanCard]:
    """Every plan the actor may see, newest first. Cost: one statement."""
    return _cards(ReviewPlan.objects.filter(access.visible_plans()).order_by("-id"))


@query
def plan(actor: Actor, plan_id: int) -> PlanCard:
    """One plan, or NotFound. Cost: one statement. A job sees every plan."""
    found = ReviewPlan.objects.filter(pk=plan_id)
    if actor.person_id is not None:
        found = found.filter(access.visible_plans())
    cards = _cards(found)
    if not cards:
        raise NotFound
    return cards[0]


# ── who gets what ───────────────────────────────────────────────────────────────────────────────────────────────


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


# ── how far it is ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Progress:
    """Heads counted: parts done of all by role, decided of all, reviews by state."""

    reviews: int
    parts: Mapping[str, tuple[int, int]]
    decided: int
    states: Mapping[str, int]
    acknowledged: int


NOTHING_MADE = Progress(0, {}, 0, {}, 0)


@query
def progress(actor: Actor, card: PlanCard) -> Progress:
    """n of m over what the actor may know of. Cost: at most four statements."""
    plan_id = card.id
    done = ~Q(state=PartState.DRAFT)
    parts = Part.objects.filter(access.visible_parts(), plan_id=plan_id)
    lines = parts.values_list("role").annotate(done=Count("id", filter=done), all=Count("id")).order_by("role")
    reviews = Review.objects.filter(access.visible_reviews(), plan_id=plan_id)
    states = dict(reviews.values_list("state").annotate(n=Count("id")).order_by("state"))
    decided = Rating.objects.filter(access.visible_ratings(), plan_id=plan_id, decided_by__isnull=False).count()
    return Progress(
        reviews=sum(states.values()),
        parts={role: (finished, whole) for role, finished, whole in lines},
        decided=decided,
        states=states,
        acknowledged=_acknowledged(plan_id) if "released" in states else 0,
    )


def _acknowledged(plan_id: int) -> int:
    from beichen.reviews.models import Acknowledgement

    return Acknowledgement.objects.filter(access.visible_acknowledgements(), review__plan_id=plan_id).count()


@dataclass(frozen=True, slots=True)
class Steps:
    """Acts of two people that were asked for and wait, by name of the act."""

    launch: Asked | None
    lock: Asked | None
    release: Asked | None
    unlock: Asked | None


@query
def asked(actor: Actor, card: PlanCard) -> Steps:
    """What waits for a second person, of the acts the phase allows. Cost: at most two statements."""
    key, phase, draft = plan_key(card.id), card.cycle.phase, card.state == "draft"
    open_now = (
        (access.LAUNCH, draft), (access.LOCK, phase == Phase.LOCK), (access.RELEASE, phase == Phase.RELEASE),
        (access.UNLOCK, phase == Phase.LOCK),
    )  # fmt: skip
    return Steps(*(waiting(permission, [key]).get(key) if now else None for permission, now in open_now))


def plan_key(plan_id: int) -> str:
    """The name under which acts of two people on a plan are kept."""
    return f"plan:{plan_id}"


@dataclass(frozen=True, slots=True)
class Line:
    """One person on the console: how far each part is. `peers` and `managers` as (done, all)."""

    review_id: int
    subject_id: int
    manager_id: int
    state: str
    self_state: str
    peers: tuple[int, int]
    managers: tuple[int, int]
    decided: bool


@query
def lines(actor: Actor, plan_id: int, after: int = 0, limit: int = 50, unit_id: int | None = None) -> list[Line]:
    """Reviews of a plan by id after `after`. Cost: three statements."""
    found = Review.objects.filter(access.visible_reviews(), plan_id=plan_id, pk__gt=after)
    if unit_id is not None:
        found = found.filter(unit_id=unit_id)
    heads = list(found.order_by("pk")[:limit])
    ids = [head.pk for head in heads]
    parts: dict[int, dict[str, list[str]]] = {}
    visible = Part.objects.filter(access.visible_parts(), review_id__in=ids)
    for review_id, role, state in visible.values_list("review_id", "role", "state"):
        parts.setdefault(review_id, {}).setdefault(role, []).append(state)
    ratings = Rating.objects.filter(access.visible_ratings(), pk__in=ids, decided_by__isnull=False)
    decided = set(ratings.values_list("pk", flat=True))
    return [_line(head, parts.get(head.pk, {}), head.pk in decided) for head in heads]


def _line(head: Review, parts: Mapping[str, list[str]], decided: bool) -> Line:  # noqa: FBT001
    return Line(
        head.pk, head.subject_id, head.manager_id, head.state, next(iter(parts.get("self", [])), ""),
        _done(parts.get("peer", [])), _done(parts.get("manager", [])), decided,
    )  # fmt: skip


def _done(states: Sequence[str]) -> tuple[int, int]:
    return sum(state != PartState.DRAFT for state in states), len(states)


@dataclass(frozen=True, slots=True)
class Console:
    """A plan before the people who run it. `dry` only while it is a draft: the first lines of the dry run."""

    plan: PlanCard
    unit_name: str
    progress: Progress
    lines: tuple[Line, ...]
    people: Mapping[int, PersonCard]
    asked: Steps
    dry: Outline | None


@query
def console(actor: Actor, plan_id: int, after: int = 0) -> Console:
    """A plan with its progress and 50 of its people, or NotFound. Cost: at most 15 statements."""
    require(actor, access.RUN_PLAN)
    card = plan(actor, plan_id)
    unit = people.unit(actor, card.unit_id)
    dry = outline(actor, card, unit) if card.state == "draft" else None
    found = () if dry else tuple(lines(actor, plan_id, after))
    steps = asked(actor, card)
    askers = {a.asked_by for a in (steps.launch, steps.lock, steps.release, steps.unlock) if a}
    faces = people.persons(actor, _faces(found, dry) | askers)
    made = progress(actor, card) if dry is None else NOTHING_MADE
    return Console(card, unit.title, made, found, faces, steps, dry)


def _faces(found: Sequence[Line], dry: Outline | None) -> set[int | None]:
    shown: set[int | None] = {i for line in found for i in (line.subject_id, line.manager_id)}
    if dry is not None:
        shown |= {i for seed in dry.seeds for i in (seed.person_id, seed.manager_id)}
        shown |= {rater for seed in dry.seeds for rater, _ in seed.managers}
        shown |= {line.person_id for line in dry.out}
    return shown
