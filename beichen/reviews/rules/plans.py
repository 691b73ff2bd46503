"""Plans: drafted by HR, frozen at launch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from beichen.people import queries as people
from beichen.people.rules import open_cycle
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.access.two_person import two_person
from beichen.platform.audit import rules as audit
from beichen.platform.events.bus import publish
from beichen.platform.forms.formulas import limited, same_frame, weighed, wording
from beichen.platform.forms.ready import REVIEW, REVIEW_ROWS
from beichen.platform.forms.rules import ensure, use
from beichen.platform.forms.schema import BadForm, Form, check_form, load
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound
from beichen.reviews import access, queries
from beichen.reviews.choices import PartRole, PeerMode, PlanState
from beichen.reviews.events import LaunchAgreed, PlanLaunched
from beichen.reviews.formulas.results import plan_rules
from beichen.reviews.models import Part, Rating, Review, ReviewPlan
from beichen.reviews.queries import PlanCard, Seed
from beichen.reviews.rules.errors import (
    AnonymousNotYet,
    BadQuestion,
    BadWeights,
    NobodyDecides,
    NobodyReviewed,
    NotThisForm,
    PlanFrozen,
)

LAUNCH_PHASES = ("C00", "C01", "C02", "C03", "C04", "C05")
BATCH = 2_000
WHOLE = 100


@dataclass(frozen=True, slots=True)
class PlanInput:
    """What HR enters. `weights` of sections in whole percents; `without`: people left out by name."""

    name: str
    cycle_id: int
    unit_id: int
    name_en: str = ""
    managers: str = "in"
    without: Sequence[int] = ()
    weights: Mapping[str, int] = field(default_factory=dict)
    rater_weights: Mapping[str, int] = field(default_factory=dict)
    peer_mode: str = "confidential"


@rule
def create_plan(actor: Actor, entered: PlanInput) -> PlanCard:
    """Draft a plan with the settings of its cycle. Errors: BadWeights, AnonymousNotYet. Cost: seven statements."""
    require(actor, access.EDIT_PLAN)
    made = ReviewPlan(author_id=actor.person_id or 0)
    _fill(actor, made, entered)
    made.save(force_insert=True)
    audit.record(actor, access.EDIT_PLAN, made, details={"new": True})
    return queries.plan(actor, made.pk)


@rule
def edit_plan(actor: Actor, plan_id: int, entered: PlanInput, version: int) -> PlanCard:
    """Change a draft. Errors: PlanFrozen, Changed and those of `create_plan`. Cost: eight statements."""
    found = _draft(actor, plan_id, version)
    _fill(actor, found, entered)
    found.version += 1
    found.save()
    audit.record(actor, access.EDIT_PLAN, found)
    return queries.plan(actor, plan_id)


def _draft(actor: Actor, plan_id: int, version: int) -> ReviewPlan:
    """The plan, its row held, while it may be changed."""
    found = _locked(plan_id)
    require(actor, access.EDIT_PLAN)
    if found.state != PlanState.DRAFT:
        raise PlanFrozen(found)
    if found.version != version:
        raise Changed(found)
    return found


def _locked(plan_id: int) -> ReviewPlan:
    found = ReviewPlan.objects.select_for_update().filter(access.visible_plans(), pk=plan_id).first()
    if found is None:
        raise NotFound
    return found


def _fill(actor: Actor, made: ReviewPlan, entered: PlanInput) -> None:
    cycle = people.cycle(actor, entered.cycle_id)
    if entered.peer_mode not in PeerMode.values:
        raise AnonymousNotYet(field="peer_mode")
    if not entered.name.strip():
        raise Invalid(field="name")
    source = cycle.settings["reviews"] if "reviews" in cycle.settings else people.company_settings()["reviews"]
    made.name, made.name_en = entered.name.strip(), entered.name_en.strip()
    made.cycle_id, made.unit_id = cycle.id, people.unit(actor, entered.unit_id).id
    made.population = {"managers": entered.managers, "without": sorted(set(entered.without))}
    made.settings = _settings(source, entered)
    before = made.form.form if made.form_id else _ready(source)
    made.form = ensure(actor, _counted(weighed(before, entered.weights)))
    made.peer_mode = entered.peer_mode
    plan_rules(made.settings, made.form.form.weights())


def _settings(source: Mapping[str, Any], entered: PlanInput) -> dict[str, Any]:
    """The [reviews] of the cycle's settings with what was entered in their place; sections are the form's."""
    kept = {key: value for key, value in source.items() if key != "sections"}
    return {
        **kept,
        "rater_weights": {**source["rater_weights"], **entered.rater_weights},
        "peers": {**source["peers"], "mode": entered.peer_mode},
    }


def _ready(source: Mapping[str, Any]) -> Form:
    """The ready form with the weights and limits of the cycle's settings."""
    weights = {part["key"]: int(part["weight"]) for part in source["sections"]}
    extreme = source.get("self_score_extreme", {"below": 60, "above": 95})
    form = weighed(REVIEW, {**dict.fromkeys(REVIEW.weights(), 0), **weights})
    return limited(form, high=int(source["total_max"]), below=int(extreme["below"]), above=int(extreme["above"]))


def _counted(form: Form) -> Form:
    """The form, once its weights add up."""
    weights = [each.weight for each in form.sections if each.weight is not None]
    if sum(weights) != WHOLE or min(weights) < 0:
        raise BadWeights(field="weights", sum=sum(weights))
    return form


@rule
def edit_form(actor: Actor, plan_id: int, form: Form, version: int) -> PlanCard:
    """Other words, open questions and weights in the form of a draft; what is computed keeps its shape.

    Errors: NotFound, Forbidden, PlanFrozen, Changed, BadWeights, NotThisForm, BadQuestion. Cost: nine statements.
    """
    found = _draft(actor, plan_id, version)
    _check_form(found.form.form, form)
    found.form = ensure(actor, _counted(form))
    found.version += 1
    found.save(update_fields=["form", "version"])
    audit.record(actor, "reviews.edit_form", found, details={"form": found.form.version})
    return queries.plan(actor, plan_id)


def read_form(raw: Mapping[str, Any]) -> Form:
    """A form as a program sends it. Errors: NotThisForm for what cannot be asked."""
    try:
        return load(raw)
    except BadForm as error:
        raise NotThisForm from error


def _check_form(before: Form, after: Form) -> None:
    """What is computed stays, every question is asked of one part, and lands under the row of that part."""
    if not same_frame(before, after):
        raise NotThisForm
    for each in after.questions():
        if len(each.parts) != 1 or each.row != REVIEW_ROWS.get(each.parts[0]):
            raise NotThisForm
        if not all(wording(each).get(language, "").strip() for language in ("zh", "en")):
            raise BadQuestion
    try:
        check_form(after)
    except BadForm as error:
        raise NotThisForm from error


# ── launch ──────────────────────────────────────────────────────────────────────────────────────────────────────


@rule
def launch_plan(actor: Actor, plan_id: int, version: int) -> bool:
    """Launch, once a second HR administrator does the same; False: asked for. The reviews are made by a job.

    Errors: PlanFrozen is none (a second press), NobodyReviewed, NobodyDecides, Changed. Cost: the dry run and six.
    """
    found = _locked(plan_id)
    if found.state != PlanState.DRAFT:
        return True
    require(actor, access.LAUNCH, found)
    if found.version != version:
        raise Changed(found)
    open_cycle(actor, found.cycle_id, *LAUNCH_PHASES)
    dry = queries.seeds(actor, plan_id)
    nobody = [line for line in dry.out if line.why == "nobody"]
    if nobody:
        raise NobodyDecides(count=len(nobody))
    if not dry.seeds:
        raise NobodyReviewed
    if not two_person(actor, access.LAUNCH, queries.plan_key(plan_id), {"version": version}, about=found.name):
        audit.record(actor, "reviews.ask_launch", found)
        return False
    use(actor, found.form)
    found.state, found.launched_at, found.version = PlanState.LAUNCHED, clock.now(), found.version + 1
    found.save(update_fields=["state", "launched_at", "version"])
    audit.record(actor, access.LAUNCH, found, details={"people": len(dry.seeds), "form": found.form.version})
    publish(LaunchAgreed(plan_id=plan_id))
    return True


@rule
def make_reviews(actor: Actor, plan_id: int) -> int:
    """Make the reviews, manager and self parts and ratings of everyone in a launched plan; again: only who is missing.

    Run by the job "reviews.launch". Cost: the dry run, then four statements for each 2,000 people, and one audit row.
    """
    card = queries.plan(actor, plan_id)
    require(actor, access.LAUNCH)
    made = make_missing(actor, plan_id, None)
    publish(PlanLaunched(plan_id=plan_id, cycle_id=card.cycle.id))
    return len(made)


def make_missing(actor: Actor, plan_id: int, only: Sequence[int] | None) -> list[int]:
    """Reviews for whoever belongs into the plan and has none in its cycle; `only` these people. Cost: as above."""
    card = queries.plan(actor, plan_id)
    there = set(Review.objects.filter(cycle_id=card.cycle.id).values_list("subject_id", flat=True))
    seeds = [seed for seed in queries.seeds(actor, plan_id, only).seeds if seed.person_id not in there]
    made: list[int] = []
    for start in range(0, len(seeds), BATCH):
        made += [review.pk for review in _make(card, seeds[start : start + BATCH])]
    if made or only is None:
        audit.record_bulk(actor, access.LAUNCH, "reviews.review", made, {"plan": plan_id})
    return made


@rule
def add_person(actor: Actor, plan_id: int, person_id: int) -> int:
    """Take one more person into a launched plan (a late joiner): the single-row twin of `make_reviews`.

    Returns the review's id, also when it is there already. Errors: NobodyReviewed, NobodyDecides.
    """
    card = queries.plan(actor, plan_id)
    require(actor, access.LAUNCH, card)
    open_cycle(actor, card.cycle.id, *LAUNCH_PHASES)
    there = Review.objects.filter(access.visible_reviews(), cycle_id=card.cycle.id, subject_id=person_id).first()
    if there is not None:
        return there.pk
    dry = queries.seeds(actor, plan_id, [person_id])
    if not dry.seeds:
        raise NobodyDecides(count=1) if any(line.why == "nobody" for line in dry.out) else NobodyReviewed
    made = _make(card, dry.seeds)[0]
    audit.record(actor, "reviews.add_person", made, subjects=[person_id])
    return made.pk


def _make(card: PlanCard, seeds: Sequence[Seed]) -> list[Review]:
    reviews = Review.objects.bulk_create(
        [
            Review(plan_id=card.id, cycle_id=card.cycle.id, subject_id=seed.person_id, subject_place=seed.place,
                   unit_id=seed.unit_id, manager_id=seed.manager_id)
            for seed in seeds
        ]
    )  # fmt: skip
    parts = [part for review, seed in zip(reviews, seeds, strict=True) for part in _parts(review, seed)]
    Part.objects.bulk_create(parts)
    Rating.objects.bulk_create(
        [
            Rating(review=review, plan_id=card.id, cycle_id=card.cycle.id, subject_id=review.subject_id,
                   subject_place=review.subject_place, manager_id=review.manager_id)
            for review in reviews
        ]
    )  # fmt: skip
    return reviews


def _parts(review: Review, seed: Seed) -> list[Part]:
    return [
        new_part(review, review.subject_id, PartRole.SELF),
        *(new_part(review, rater, PartRole.MANAGER, days) for rater, days in seed.managers),
    ]


def new_part(review: Review, rater_id: int, role: PartRole, days: int = 0) -> Part:
    """A part to write, not yet saved."""
    return Part(
        review=review, plan_id=review.plan_id, cycle_id=review.cycle_id, subject_id=review.subject_id,
        subject_place=review.subject_place, manager_id=review.manager_id, rater_id=rater_id, role=role, days=days,
    )  # fmt: skip
