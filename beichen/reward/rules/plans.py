"""Plans and their two policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from beichen.people import queries as people
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound, gettext_noop
from beichen.reward import access
from beichen.reward.choices import PlanState
from beichen.reward.formulas import policy as policies
from beichen.reward.models import BonusPlan, Scenario
from beichen.reward.queries.plans import why_stopped
from beichen.reward.rules.errors import PlanDecided, StillComputing, UnknownUnit

OPEN = (PlanState.DRAFT, PlanState.SIMULATED)


class NameMissing(Invalid):
    code = "name_missing"
    text = gettext_noop("Give it a name people will recognise.")


def default_policy(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What a cycle's settings say about bonuses, in the shape a scenario keeps. `settings`: as cycle.settings."""
    reward, reviews = settings.get("reward", {}), settings.get("reviews", {})
    mover = "last_day" if reviews.get("unit_of_a_mover", "unit of the last day") != "by days" else "by_days"
    return {
        "mode": "pool",
        "company": {"coefficient": "1"},
        "units": {},
        "company_table": [[str(x) for x in line] for line in reward.get("company_table", [])],
        "unit_table": [[str(x) for x in line] for line in reward.get("unit_table", [])],
        "flattening": {key: str(value) for key, value in reward.get("flattening", {}).items()},
        "unit_flattening": {},
        "parts": {key: str(value) for key, value in reward.get("bonus_parts", {}).items()},
        "mover": mover,
        "floor_percent": None,
        "cap_percent": None,
        "fixed_total": None,
        "reserve_percent": str(reward.get("reserve_percent", 0)),
        "adjust_max_percent": str(reward.get("manager_adjustment_max_percent", 0)),
        "zero_loses_person_part_only": False,
    }


@rule
def create_plan(
    actor: Actor, cycle_id: int, name: str, names: tuple[str, str] = ("A", "B"), *, name_en: str = ""
) -> int:
    """A draft with two policies from the cycle's settings; returns its id. Errors: NotFound, Forbidden, NameMissing."""
    cycle = people.cycle(actor, cycle_id)
    require(actor, access.EDIT_PLAN, cycle)
    if not name.strip():
        raise NameMissing(field="name")
    plan = BonusPlan.objects.create(
        cycle_id=cycle.id, name=name.strip(), name_en=name_en.strip(), author_id=actor.person_id or 0,
        created_at=clock.now(),
    )  # fmt: skip
    start = default_policy(cycle.settings)
    for key, label in zip("AB", names, strict=True):
        Scenario.objects.create(plan=plan, key=key, name=label.strip() or key, policy=start)
    audit.record(actor, access.EDIT_PLAN, plan, details={"cycle": cycle.period_key})
    return plan.pk


def not_computing(actor: Actor, plan: BonusPlan) -> None:
    """Nothing is being computed; what ended for good without a result stops nobody. Errors: StillComputing."""
    if plan.busy and why_stopped(actor, plan.pk, plan.busy) is None:
        raise StillComputing


def plan_to_change(plan_id: int, version: int | None = None) -> BonusPlan:
    """The plan, its row held, as the caller read it. Errors: NotFound, Changed."""
    plan = BonusPlan.objects.select_for_update().filter(access.visible_plans(), pk=plan_id).first()
    if plan is None:
        raise NotFound
    if version is not None and plan.version != version:
        raise Changed(plan)
    return plan


@rule
def edit_scenario(actor: Actor, plan_id: int, key: str, name: str, entered: Mapping[str, Any], version: int) -> None:
    """Change one policy; its last result no longer counts. `entered` replaces the keys it holds.

    Errors: NotFound, Forbidden, PlanDecided, StillComputing, Changed, BadValue, UnknownUnit, NameMissing.
    """
    plan = plan_to_change(plan_id)
    require(actor, access.EDIT_PLAN, plan)
    scenario = Scenario.objects.filter(access.readable_scenarios(), plan=plan, key=key).first()
    if scenario is None:
        raise NotFound
    if plan.state not in OPEN:
        raise PlanDecided
    not_computing(actor, plan)
    if scenario.version != version:
        raise Changed(scenario)
    if not name.strip():
        raise NameMissing(field="name")
    wanted = {**scenario.policy, **entered}
    _check(actor, wanted)
    scenario.name, scenario.policy, scenario.version = name.strip(), wanted, scenario.version + 1
    scenario.simulated_at = None
    scenario.save(update_fields=["name", "policy", "version", "simulated_at"])
    audit.record(actor, access.EDIT_PLAN, scenario, details={"policy": wanted})


def _check(actor: Actor, wanted: Mapping[str, Any]) -> None:
    read = policies.read(wanted)
    named = {*read.units, *read.unit_flattening}
    known = {unit.code for unit in people.units(actor).values()} if named else set()
    for code in sorted(named - known):
        raise UnknownUnit(unit=code, field="units")
