"""Plans: what is set up, who would get what, and how far everything is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from beichen.people import queries as people
from beichen.people.choices import Phase
from beichen.people.queries import PersonCard
from beichen.platform.access.current import query
from beichen.platform.access.permissions import require
from beichen.platform.access.two_person import Asked, waiting
from beichen.platform.events.progress import Bar, shown
from beichen.platform.kit.actor import Actor
from beichen.reviews import access
from beichen.reviews.choices import PartState
from beichen.reviews.models import Part, Rating, Review
from beichen.reviews.queries.cards import PlanCard, plan, plan_key, work_key
from beichen.reviews.queries.seeds import Outline, outline
from beichen.strategy import queries as strategy

SHOWN = 50


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


@query
def outside_the_list(actor: Actor, card: PlanCard) -> tuple[str, ...]:
    """Keys of weighed sections that are not on the published list of what is judged. Cost: one statement."""
    titles = card.form.titles("zh")
    weighed = [(key, titles[key]) for key, weight in card.form.weights().items() if weight]
    return strategy.outside_the_list(actor, weighed)


@dataclass(frozen=True, slots=True)
class Console:
    """A plan before the people who run it. `dry` only while it is a draft: the first lines of the dry run.

    `bar`: how far the long work on the plan is; `outside`: titles of sections outside the published list of what is
    judged, and `outside_reason` why they are judged all the same ("": to be said at the launch).
    """

    plan: PlanCard
    unit_name: str
    progress: Progress
    lines: tuple[Line, ...]
    people: Mapping[int, PersonCard]
    asked: Steps
    dry: Outline | None
    bar: Bar | None
    outside: tuple[str, ...]
    outside_reason: str


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
    bar = None if dry else shown(actor, work_key(plan_id))
    kept = card.settings.get("outside", {})
    outside = outside_the_list(actor, card) if dry else kept.get("sections", ())
    titles = card.titles()
    why = kept.get("reason", "") or (steps.launch.reason if steps.launch else "")
    named = tuple(titles.get(key, key) for key in outside)
    return Console(card, unit.title, made, found, faces, steps, dry, bar, named, why)


def _faces(found: Sequence[Line], dry: Outline | None) -> set[int | None]:
    shown: set[int | None] = {i for line in found for i in (line.subject_id, line.manager_id)}
    if dry is not None:
        shown |= {i for seed in dry.seeds for i in (seed.person_id, seed.manager_id)}
        shown |= {rater for seed in dry.seeds for rater, _ in seed.managers}
        shown |= {line.person_id for line in dry.out}
    return shown
