"""Plans as cards, and the names under which their work is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import QuerySet

from beichen.people import queries as people
from beichen.people.queries import CycleCard
from beichen.platform.access.current import query
from beichen.platform.forms.drawing import spoken
from beichen.platform.forms.schema import Form
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.language import for_reader
from beichen.reviews import access
from beichen.reviews.formulas.results import PlanRules, plan_rules
from beichen.reviews.models import ReviewPlan

PARTS = ("cycle__period", "form")
"""What is loaded with a plan to make its card."""


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


def card_of(plan: ReviewPlan) -> PlanCard:
    """A plan loaded with `PARTS`, by somebody who may read it. No statement."""
    return PlanCard(
        plan.pk, plan.name, plan.name_en, people.cycle_card(plan.cycle), plan.unit_id, plan.population,
        plan.settings, plan.form.form, plan.form.version, plan.state, plan.launched_at, plan.author_id,
        plan.version,
    )  # fmt: skip


def _cards(plans: QuerySet[ReviewPlan]) -> list[PlanCard]:
    return [card_of(plan) for plan in plans.select_related(*PARTS)]


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


def work_key(plan_id: int) -> UUID:
    """Under which the long work on a plan (launch, lock, release) says how far it is; one at a time."""
    return uuid5(NAMESPACE_URL, f"reviews.plan/{plan_id}")


def plan_key(plan_id: int) -> str:
    """The name under which acts of two people on a plan are kept."""
    return f"plan:{plan_id}"
