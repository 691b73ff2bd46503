"""A plan from the chosen policy to the lock, step by step."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from beichen.people.choices import Phase
from beichen.people.rules import open_cycle
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import Permission, require, seats_of
from beichen.platform.access.two_person import two_person, waiting
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, NotFound
from beichen.platform.notify import Letter, send_many
from beichen.reward import access
from beichen.reward.choices import POOL_OPEN, POOL_OPEN_UNTIL, PlanState
from beichen.reward.events import BonusLocked, BonusProposed, BonusUnlocked
from beichen.reward.formulas import policy as policies
from beichen.reward.formulas.policy import PERCENT
from beichen.reward.models import BonusPlan, BonusPool, Consent, Scenario
from beichen.reward.queries import plan_key
from beichen.reward.rules.errors import NotSimulated, OtherSeatNeeded, PoolsWaiting, WrongState
from beichen.reward.rules.plans import not_computing, plan_to_change

NAMED = 5
"""How many units a refusal names."""


def _step(actor: Actor, plan_id: int, version: int, permission: Permission, state: str) -> BonusPlan:
    plan = plan_to_change(plan_id)
    require(actor, permission, plan)
    if plan.version != version:
        raise Changed(plan)
    open_cycle(actor, plan.cycle_id, Phase.COMPENSATION)
    not_computing(actor, plan)
    if plan.state != state:
        raise WrongState(now=str(PlanState(plan.state).label))
    return plan


def _save(plan: BonusPlan, *fields: str) -> None:
    plan.version += 1
    plan.save(update_fields=["version", *fields])


@rule
def choose(actor: Actor, plan_id: int, key: str, version: int, adjust_until: date | None = None) -> None:
    """Choose a policy: from now on managers see their pools and may propose adjustments.

    Errors: NotFound, Forbidden, WrongPhase, WrongState, Changed, NotSimulated. Cost: ten statements.
    """
    plan = plan_to_change(plan_id)
    scenario = Scenario.objects.filter(access.readable_scenarios(), plan=plan, key=key).first()
    if scenario is None:
        raise NotFound
    if plan.state == PlanState.PROPOSED and plan.chosen_id == scenario.pk:
        return
    plan = _step(actor, plan_id, version, access.PROPOSE, PlanState.SIMULATED)
    if scenario.simulated_at is None or scenario.problem:
        raise NotSimulated
    percent = policies.read(scenario.policy).adjust_percent
    plan.chosen, plan.state, plan.adjust_until = scenario, PlanState.PROPOSED, adjust_until
    plan.adjust_percent = Decimal(percent) / PERCENT
    _save(plan, "chosen", "state", "adjust_until", "adjust_percent")
    audit.record(actor, access.PROPOSE, plan, details={"policy": scenario.policy, "facts": scenario.facts})
    _tell_heads(actor, plan)
    publish(BonusProposed(plan.pk))


def _tell_heads(actor: Actor, plan: BonusPlan) -> None:
    """To whoever leads a unit with a pool: what to do, and until when."""
    template, params = POOL_OPEN, {"plan": plan.name}
    if plan.adjust_until:
        template, params = POOL_OPEN_UNTIL, {**params, "when": clock.last_moment(plan.adjust_until)}
    heads = pools_of(plan).exclude(manager=None).values_list("manager_id", "pk")
    send_many(actor, [Letter(head, template, reverse("reward:pool", args=[pk]), params) for head, pk in heads])


def pools_of(plan: BonusPlan) -> QuerySet[BonusPool]:
    """The pools of the chosen policy that the actor may see."""
    return BonusPool.objects.filter(access.readable_pools(), scenario_id=plan.chosen_id or 0).order_by("unit_code")


@rule
def consolidate(actor: Actor, plan_id: int, version: int) -> None:
    """Put the plan together once every pool was passed on; the pool of a head whom nobody leads needs no consent.

    Errors: NotFound, Forbidden, WrongPhase, WrongState, Changed, PoolsWaiting. Cost: nine statements.
    """
    plan = plan_to_change(plan_id)
    if plan.state == PlanState.CONSOLIDATED:
        return
    plan = _step(actor, plan_id, version, access.CONSOLIDATE, PlanState.PROPOSED)
    open_pools = (
        pools_of(plan).filter(manager__manager__isnull=False)
        .exclude(Exists(Consent.objects.filter(pool_id=OuterRef("pk"))))
    )  # fmt: skip
    waiting_units = list(open_pools.values_list("unit_code", flat=True))
    if waiting_units:
        raise PoolsWaiting(count=len(waiting_units), units=", ".join(waiting_units[:NAMED]))
    plan.state = PlanState.CONSOLIDATED
    _save(plan, "state")
    audit.record(actor, access.CONSOLIDATE, plan)


def _seat(actor: Actor, plan: BonusPlan, *, asked: bool) -> str:
    """The seat in which the actor agrees; the second of the two must agree in the other one."""
    held = seats_of(actor) & {"CA", "EX"}
    if asked:
        held = held - {plan.asked_seat}
    if not held:
        raise OtherSeatNeeded
    return min(held)


def _agree(actor: Actor, plan: BonusPlan, permission: Permission) -> int | None:
    """The one who asked first, when this is the second; None: the act now waits for the other seat."""
    key = plan_key(plan.pk)
    asked = waiting(permission, [key]).get(key)
    first = asked.asked_by if asked else None
    seat = _seat(actor, plan, asked=first is not None and first != actor.person_id)
    if two_person(actor, permission, key, {"plan": plan.pk, "chosen": plan.chosen_id}, about=plan.name):
        return first
    if first is None:
        plan.asked_seat = seat
        plan.save(update_fields=["asked_seat"])
    audit.record(actor, f"{permission.key}_asked", plan, details={"seat": seat})
    return None


@rule
def approve(actor: Actor, plan_id: int, version: int) -> bool:
    """Lock the amounts, once compensation and executive both agree; False: asked for, the other seat is waited for.

    Errors: NotFound, Forbidden, OtherSeatNeeded, WrongPhase, WrongState, Changed. Cost: eleven statements.
    """
    plan = plan_to_change(plan_id)
    if plan.state == PlanState.LOCKED and actor.person_id in (plan.first_approver_id, plan.second_approver_id):
        return True
    plan = _step(actor, plan_id, version, access.APPROVE, PlanState.CONSOLIDATED)
    first = _agree(actor, plan, access.APPROVE)
    if first is None:
        return False
    plan.state, plan.locked_at, plan.asked_seat = PlanState.LOCKED, clock.now(), ""
    plan.first_approver_id, plan.second_approver_id = first, actor.person_id
    _save(plan, "state", "locked_at", "asked_seat", "first_approver_id", "second_approver_id")
    audit.record(actor, access.APPROVE, plan, details={"first": first})
    publish(BonusLocked(plan.pk))
    return True


@rule
def unlock(actor: Actor, plan_id: int, version: int) -> bool:
    """Open a locked plan for its managers again, before any letter; both seats agree. False: asked for.

    Errors: as `approve`. Consents are asked for anew. Cost: twelve statements.
    """
    plan = _step(actor, plan_id, version, access.UNLOCK, PlanState.LOCKED)
    first = _agree(actor, plan, access.UNLOCK)
    if first is None:
        return False
    plan.state, plan.locked_at, plan.asked_seat = PlanState.PROPOSED, None, ""
    plan.first_approver_id = plan.second_approver_id = None
    _save(plan, "state", "locked_at", "asked_seat", "first_approver_id", "second_approver_id")
    audit.record(actor, access.UNLOCK, plan, details={"first": first})
    publish(BonusUnlocked(plan.pk))
    return True
