"""Plans and policies as cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from beichen.people import queries as people
from beichen.people.choices import Phase
from beichen.people.queries import PersonCard
from beichen.platform.access.current import query
from beichen.platform.access.permissions import Permission
from beichen.platform.access.two_person import Asked, waiting
from beichen.platform.events import queries as jobs
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.registry import PhaseWork
from beichen.platform.ui.language import for_reader
from beichen.reward import access
from beichen.reward.choices import PlanState
from beichen.reward.models import BonusPlan, Scenario

DONE = (PlanState.LOCKED, PlanState.RELEASED, PlanState.EXPORTED)


@query
def phase_work(actor: Actor, cycles: Mapping[int, str]) -> list[PhaseWork]:
    """A bonus plan is work of the compensation phase: that there is one, and whether it is locked (11f).

    Cost: one statement.
    """
    found = BonusPlan.objects.filter(cycle_id__in=list(cycles)).order_by("pk").values_list("id", "cycle_id", "state")
    return [
        PhaseWork(
            cycle_id,
            Phase.COMPENSATION,
            _("bonus plans locked"),
            int(state in DONE),
            1,
            reverse("reward:plan", args=[pk]),
        )
        for pk, cycle_id, state in found
    ]


@dataclass(frozen=True, slots=True)
class PlanCard:
    """A plan without a single amount."""

    id: int
    name: str
    name_en: str
    cycle_id: int
    scope_id: int
    period_key: str
    first: date
    last: date
    phase: str
    state: str
    chosen_id: int | None
    chosen_key: str | None
    currency: str
    adjust_percent: Decimal
    adjust_until: date | None
    busy: str
    asked_seat: str
    locked_at: datetime | None
    first_approver_id: int | None
    second_approver_id: int | None
    released_at: datetime | None
    letters_due: int
    letters_out: int
    author_id: int
    version: int

    @property
    def title(self) -> str:
        """The name in the reader's language, where there is one."""
        return for_reader(self.name, self.name_en)


PLAN = (
    "id", "name", "name_en", "cycle_id", "cycle__scope_id", "cycle__period__key", "cycle__period__starts_on",
    "cycle__period__ends_on", "cycle__phase", "state", "chosen_id", "chosen__key", "currency", "adjust_percent",
    "adjust_until", "busy", "asked_seat", "locked_at", "first_approver_id", "second_approver_id", "released_at",
    "letters_due", "letters_out", "author_id", "version",
)  # fmt: skip


def plan_key(plan_id: int) -> str:
    """The name of a plan among the acts that wait for a second person."""
    return f"bonus:{plan_id}"


def cards(found: QuerySet[BonusPlan]) -> list[PlanCard]:
    """Plans as cards, newest first."""
    return [PlanCard(*line) for line in found.order_by("-id").values_list(*PLAN)]


@query
def plans(actor: Actor) -> list[PlanCard]:
    """Plans the actor may know of, newest first. Cost: one statement."""
    return cards(BonusPlan.objects.filter(access.visible_plans()))


@query
def plan(actor: Actor, plan_id: int) -> PlanCard:
    """One plan, or NotFound. Cost: one statement."""
    found = cards(BonusPlan.objects.filter(access.visible_plans(), pk=plan_id))
    if not found:
        raise NotFound
    return found[0]


WORKS = {"simulate": "reward.simulate", "letters": "reward.send_letters"}
"""Who does what a plan is busy with."""


def why_stopped(_actor: Actor, plan_id: int, busy: str) -> str | None:
    """Why what a plan is busy with has ended for good without a result; None while it goes on. Cost: one statement."""
    return jobs.why_stopped(WORKS[busy], "plan_id", plan_id) if busy in WORKS else None


@dataclass(frozen=True, slots=True)
class ScenarioCard:
    """One policy. `facts` as Scenario.facts; `problem` the English sentence and its values, empty when it ran."""

    id: int
    key: str
    name: str
    policy: Mapping[str, Any]
    facts: Mapping[str, Any]
    problem: Mapping[str, Any]
    simulated_at: datetime | None
    version: int


@query
def scenarios(actor: Actor, plan_id: int) -> list[ScenarioCard]:
    """The two policies of a plan, A first; empty for those who may not read them. Cost: one statement."""
    found = Scenario.objects.filter(access.readable_scenarios(), plan_id=plan_id).order_by("key")
    fields = ("id", "key", "name", "policy", "facts", "problem", "simulated_at", "version")
    return [ScenarioCard(*line) for line in found.values_list(*fields)]


@query
def names_of(actor: Actor, ids: Iterable[int | None]) -> dict[int, PersonCard]:
    """Cards of people named on a page of a plan. Cost: one statement, none for nobody."""
    return people.persons(actor, ids)


@query
def waiting_for(actor: Actor, permission: Permission, plan_ids: Iterable[int]) -> dict[int, Asked]:
    """Who asked for a step of a plan that a second person must take too. Cost: one statement."""
    keys = {plan_key(plan_id): plan_id for plan_id in plan_ids}
    return {keys[key]: asked for key, asked in waiting(permission, list(keys)).items()} if keys else {}
