"""Computing pools and awards of both policies: asked for by a person, done by a job, set by set."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Sum

from beichen.people import queries as people
from beichen.people.choices import Phase
from beichen.people.queries import CycleCard, UnitCard
from beichen.people.rules import open_cycle
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Refused
from beichen.platform.kit.words import NOT_ALL_ZERO, BadValue
from beichen.reviews import queries as reviews
from beichen.reward import access
from beichen.reward.choices import PlanState
from beichen.reward.events import SimulationAsked
from beichen.reward.formulas import policy as policies
from beichen.reward.formulas.policy import Policy
from beichen.reward.models import BonusAward, BonusEntry, BonusPlan, BonusPool, Scenario
from beichen.reward.queries.plans import why_stopped
from beichen.reward.rules.errors import FloorsTooHigh, NoResults, PlanDecided, SeveralCurrencies, UnitClosed
from beichen.reward.rules.plans import OPEN, plan_to_change

SQL = Path(__file__).resolve().parents[1] / "sql"
RULES = "2026.1"
"""The version of the arithmetic, kept with every result."""
PROBLEMS = {"currency": SeveralCurrencies, "floor": FloorsTooHigh, "closed": UnitClosed}
"""What refusals.sql finds in a unit."""


@rule
def ask_simulation(actor: Actor, plan_id: int, version: int) -> None:
    """Have both policies computed by a job. Errors: NotFound, Forbidden, WrongPhase, PlanDecided, Changed."""
    plan = plan_to_change(plan_id)
    require(actor, access.SIMULATE, plan)
    if plan.busy and why_stopped(actor, plan.pk, plan.busy) is None:
        return
    if plan.version != version:
        raise Changed(plan)
    open_cycle(actor, plan.cycle_id, Phase.COMPENSATION)
    if plan.state not in OPEN:
        raise PlanDecided
    plan.busy, plan.version = "simulate", plan.version + 1
    plan.save(update_fields=["busy", "version"])
    audit.record(actor, access.SIMULATE, plan)
    publish(SimulationAsked(plan.pk))


@rule
def simulate(actor: Actor, plan_id: int) -> None:
    """Freeze the inputs and compute both policies; a refused one keeps its problem. Again: the same result.

    Cost: eight statements and five for each policy, whatever the number of people.
    """
    plan = BonusPlan.objects.select_for_update().filter(pk=plan_id, state__in=OPEN).first()
    if plan is None:
        return
    cycle = people.cycle(actor, plan.cycle_id)
    units = people.units(actor)
    found = freeze(actor, plan, cycle)
    for scenario in Scenario.objects.filter(plan=plan).order_by("key"):
        _run_scenario(actor, plan, scenario, cycle, units, found)
    plan.busy, plan.version = "", plan.version + 1
    plan.state = PlanState.SIMULATED
    plan.letters_due = found
    plan.save(update_fields=["busy", "version", "state", "currency", "letters_due"])
    audit.record(actor, "reward.simulated", plan, details={"people": found, "rules": RULES})


def _run_scenario(
    actor: Actor, plan: BonusPlan, scenario: Scenario, cycle: CycleCard, units: Mapping[int, UnitCard], found: int
) -> None:
    scenario.problem, scenario.facts = {}, {}
    try:
        if not found:
            raise NoResults
        with transaction.atomic():
            policy = policies.read(scenario.policy)
            compute(plan.pk, scenario.pk, policy, cycle.days, terms_of(actor, policy, units))
        scenario.facts = facts_of(scenario.pk, plan.pk)
    except Refused as refusal:
        params = {name: str(value) for name, value in refusal.params.items()}
        scenario.problem = {"code": refusal.code, "text": str(refusal.text), "params": params}
    scenario.simulated_at = clock.now()
    scenario.save(update_fields=["problem", "facts", "simulated_at"])


# ── inputs ──────────────────────────────────────────────────────────────────────────────────────────────────────


def freeze(actor: Actor, plan: BonusPlan, cycle: CycleCard) -> int:
    """Write the inputs of a plan anew; returns how many people have a locked result. Cost: five statements."""
    _clear(plan.pk)
    given = {"plan": plan.pk, "scope": cycle.scope_id, "cycle": cycle.id, "first": cycle.first, "last": cycle.last}
    [(found, currency)] = _execute("entries", given)
    plan.currency = currency or plan.currency
    return int(found)


# ── one policy ──────────────────────────────────────────────────────────────────────────────────────────────────


def terms_of(actor: Actor, policy: Policy, units: Mapping[int, UnitCard]) -> dict[str, list[Any]]:
    """C_unit, λ and head of every unit that could have a pool, as columns."""
    paths = {unit_id: _path(unit_id, units) for unit_id in units}
    heads = people.persons(actor, [unit.head_id for unit in units.values()])
    places: dict[int | None, int] = {head: card.place for head, card in heads.items()}
    return {
        "units": list(units),
        "codes": [unit.code for unit in units.values()],
        "heads": [unit.head_id or -1 for unit in units.values()],
        "places": [places.get(unit.head_id, -1) for unit in units.values()],
        "c_units": [policy.unit_result(paths[unit_id]) for unit_id in units],
        "flattenings": [policy.unit_lambda(paths[unit_id], unit.role_type) for unit_id, unit in units.items()],
    }


def _path(unit_id: int, units: Mapping[int, UnitCard]) -> list[str]:
    codes: list[str] = []
    at: int | None = unit_id
    while at is not None and at in units:
        codes.append(units[at].code)
        at = units[at].parent_id
    return codes[::-1]


def compute(plan_id: int, scenario_id: int, policy: Policy, cycle_days: int, terms: Mapping[str, list[Any]]) -> None:
    """Pools, then awards, of one policy from the frozen inputs. Errors: BadValue and those of `PROBLEMS`."""
    given = {
        "plan": plan_id, "scenario": scenario_id, "by_days": policy.mover == "by_days", "mode": policy.mode,
        "cycle_days": cycle_days, "c_company": policy.company.coefficient, "reserve": policy.reserve,
        "fixed": policy.fixed_total if policy.mode == "fixed" else None, "floor": policy.floor or 0, "cap": policy.cap,
    }  # fmt: skip
    _execute("pools", {**given, **terms, "reserve": 0 if policy.mode == "formula" else policy.reserve})
    _refuse(given, policy)
    if policy.mode == "formula":
        alpha, beta, gamma = policy.parts
        keeps = policy.zero_loses_person_part_only
        _execute("parts", {**given, "alpha": alpha, "beta": beta, "gamma": gamma, "zero_keeps": keeps})
    else:
        _execute("shares", given)


def _refuse(given: Mapping[str, Any], policy: Policy) -> None:
    if policy.mode == "fixed" and policy.fixed_total:
        with_money = BonusPool.objects.filter(scenario_id=given["scenario"], value__gt=0)
        if not with_money.exists():
            raise BadValue("pools", 0, NOT_ALL_ZERO)
    for unit, problem in _execute("refusals", given):
        raise PROBLEMS[problem](unit=unit)


def facts_of(scenario_id: int, plan_id: int) -> dict[str, Any]:
    """What a policy costs, in sums that hold nobody's amount."""
    sums = BonusPool.objects.filter(scenario_id=scenario_id).aggregate(
        total=Sum("value"), reserve=Sum("reserve"), unallocated=Sum("unallocated"), pools=Count("id")
    )
    paid = BonusAward.objects.filter(scenario_id=scenario_id).aggregate(
        shared=Sum("amount"), people=Count("subject_id", distinct=True)
    )
    out = BonusEntry.objects.filter(plan_id=plan_id, coefficient__isnull=True).values("person_id").distinct().count()
    return {**{key: int(value or 0) for key, value in (sums | paid).items()}, "out": out, "rules": RULES}


def _clear(plan_id: int) -> None:
    with connection.cursor() as cursor:
        for table in ("reward_bonusbasis", "reward_bonusaward", "reward_bonuspool", "reward_bonusentry"):
            cursor.execute(f"DELETE FROM {table} WHERE plan_id = %s", [plan_id])


@cache
def _statement(name: str) -> str:
    text = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    return text.replace("{stretches}", people.TARGET_STRETCHES).replace("{results}", reviews.LOCKED_RESULTS)


def _execute(name: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_statement(name), given)
        return cursor.fetchall() if cursor.description else []
