"""Plans: drafted by HR, frozen at launch (rules/launch.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from beichen.people import queries as people
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.audit import rules as audit
from beichen.platform.forms.formulas import limited, same_frame, weighed, wording
from beichen.platform.forms.ready import REVIEW, REVIEW_ROWS
from beichen.platform.forms.rules import ensure
from beichen.platform.forms.schema import BadForm, Form, check_form, load
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound
from beichen.reviews import access, queries
from beichen.reviews.choices import PeerMode, PlanState
from beichen.reviews.formulas.results import plan_rules
from beichen.reviews.models import ReviewPlan
from beichen.reviews.queries import PlanCard
from beichen.reviews.rules.errors import (
    AnonymousNotYet,
    BadQuestion,
    BadWeights,
    NotThisForm,
    PlanFrozen,
)

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
    found = locked_plan(plan_id)
    require(actor, access.EDIT_PLAN)
    if found.state != PlanState.DRAFT:
        raise PlanFrozen(found)
    if found.version != version:
        raise Changed(found)
    return found


def locked_plan(plan_id: int) -> ReviewPlan:
    """The plan, its row held, or NotFound. Cost: one statement."""
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
