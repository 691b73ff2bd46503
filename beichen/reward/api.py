"""Bonuses over HTTP: the same queries and rules as the pages. Amounts are class C5: no token reads them."""

from __future__ import annotations

from typing import Any

from ninja import Router, Status

from beichen.platform.access.permissions import SIGNED_IN, may
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.kit.errors import NotFound
from beichen.reward import access, queries, rules, schemas
from beichen.reward.schemas import shown

router = Router()


@router.get("/plans", response=list[schemas.BonusPlanOut], operation_id="reward_plans")
@door(access.SEE_PLANS)
def plans(request: ApiRequest) -> Any:
    """Plans I may know of."""
    return queries.plans(request.actor)


@router.post("/plans", response={201: schemas.BonusPlanOut}, operation_id="reward_create_plan")
@door(access.EDIT_PLAN)
def create_plan(request: ApiRequest, body: schemas.BonusPlanIn) -> Any:
    """Draft a plan with two policies from the cycle's settings."""
    made = rules.create_plan(request.actor, body.cycle_id, body.name, (body.name_a, body.name_b), name_en=body.name_en)
    return Status(201, queries.plan(request.actor, made))


@router.get("/plans/{plan_id}", response=schemas.BonusPlanOut, operation_id="reward_plan")
@door(access.SEE_PLANS)
def plan(request: ApiRequest, plan_id: int) -> Any:
    """One plan."""
    return queries.plan(request.actor, plan_id)


@router.get("/plans/{plan_id}/policies", response=list[schemas.PolicyOut], operation_id="reward_policies")
@door(access.SEE_POLICIES)
def policies(request: ApiRequest, plan_id: int) -> Any:
    """The two policies of a plan and what they cost."""
    queries.plan(request.actor, plan_id)
    return queries.scenarios(request.actor, plan_id)


@router.put("/plans/{plan_id}/policies/{key}", response=list[schemas.PolicyOut], operation_id="reward_edit_policy")
@door(access.EDIT_PLAN)
def edit_policy(request: ApiRequest, plan_id: int, key: str, body: schemas.PolicyIn) -> Any:
    """Change a policy."""
    rules.edit_scenario(request.actor, plan_id, key, body.name, body.settings, body.version)
    return queries.scenarios(request.actor, plan_id)


@router.post("/plans/{plan_id}/simulate", response={202: schemas.BonusPlanOut}, operation_id="reward_simulate")
@door(access.SIMULATE)
def simulate(request: ApiRequest, plan_id: int, body: schemas.BonusVersionIn) -> Any:
    """Have both policies computed; the plan is `busy` until then."""
    rules.ask_simulation(request.actor, plan_id, body.version)
    return Status(202, queries.plan(request.actor, plan_id))


@router.get("/plans/{plan_id}/comparison", response=schemas.ComparisonOut, operation_id="reward_comparison")
@door(access.SEE_POLICIES, reads="C5")
def comparison(request: ApiRequest, plan_id: int) -> Any:
    """Policy B against policy A: pools, who gains and who loses."""
    queries.plan(request.actor, plan_id)
    pair = queries.scenarios(request.actor, plan_id)
    if len(pair) < 2:
        raise NotFound
    found = queries.comparison(request.actor, plan_id, pair)
    return {
        "pools": [
            {
                "unit_id": p.unit.id, "unit_code": p.unit.code, "people": p.people,
                "a": p.a, "b": p.b, "difference": p.difference,
            }
            for p in found.pools.lines
        ],
        "gain": found.counts[0], "lose": found.counts[1], "same": found.counts[2],
        "gains": found.sums[0], "losses": found.sums[1],
        "most_gained": [_mover(m) for m in found.gains], "most_lost": [_mover(m) for m in found.losses],
        "gini": [round(curve.gini, 6) for curve in found.curves or ()], "hidden": found.hidden,
    }  # fmt: skip


def _mover(found: queries.Mover) -> dict[str, Any]:
    person = found.person
    return {"person_id": person.id, "number": person.number, "a": found.a, "b": found.b, "difference": found.difference}


@router.get("/plans/{plan_id}/out", response=list[schemas.OutOut], operation_id="reward_out")
@door(access.SIMULATE)
def out(request: ApiRequest, plan_id: int) -> Any:
    """Who is in neither base nor share, and why."""
    if not may(request.actor, access.SIMULATE, queries.plan(request.actor, plan_id)):
        raise NotFound
    found = queries.out_of_plan(request.actor, plan_id)
    return [{"person_id": person.id, "number": person.number, "why": why} for person, why in found]


@router.post("/plans/{plan_id}/choose", response=schemas.BonusPlanOut, operation_id="reward_choose")
@door(access.PROPOSE)
def choose(request: ApiRequest, plan_id: int, body: schemas.ChooseIn) -> Any:
    """Choose a policy."""
    rules.choose(request.actor, plan_id, body.key, body.version, body.adjust_until)
    return queries.plan(request.actor, plan_id)


@router.post("/plans/{plan_id}/consolidate", response=schemas.BonusPlanOut, operation_id="reward_consolidate")
@door(access.CONSOLIDATE)
def consolidate(request: ApiRequest, plan_id: int, body: schemas.BonusVersionIn) -> Any:
    """Put the plan together once every pool was passed on."""
    rules.consolidate(request.actor, plan_id, body.version)
    return queries.plan(request.actor, plan_id)


@router.post("/plans/{plan_id}/approve", response=schemas.DoneOut, operation_id="reward_approve")
@door(access.APPROVE)
def approve(request: ApiRequest, plan_id: int, body: schemas.BonusVersionIn) -> Any:
    """Lock the amounts: compensation and executive together."""
    return {"done": rules.approve(request.actor, plan_id, body.version)}


@router.post("/plans/{plan_id}/unlock", response=schemas.DoneOut, operation_id="reward_unlock")
@door(access.UNLOCK)
def unlock(request: ApiRequest, plan_id: int, body: schemas.BonusVersionIn) -> Any:
    """Open a locked plan again: compensation and executive together."""
    return {"done": rules.unlock(request.actor, plan_id, body.version)}


@router.post("/plans/{plan_id}/letters", response=schemas.DoneOut, operation_id="reward_send_letters")
@door(access.RELEASE)
def send_letters(request: ApiRequest, plan_id: int, body: schemas.BonusVersionIn) -> Any:
    """Send the letters of released ratings: two HR administrators."""
    return {"done": rules.ask_letters(request.actor, plan_id, body.version)}


@router.get("/plans/{plan_id}/pools", response=list[schemas.PoolOut], operation_id="reward_pools")
@door(access.SEE_POOL)
def pools(request: ApiRequest, plan_id: int) -> Any:
    """The pools of the chosen policy that I may read."""
    return [_pool(pool) for pool in queries.pools(request.actor, queries.plan(request.actor, plan_id)).lines]


def _pool(pool: queries.PoolCard) -> dict[str, Any]:
    return {
        "id": pool.id, "unit_id": pool.unit.id, "unit_code": pool.unit.code, "manager_id": pool.manager_id,
        "people": pool.people, "c_company": pool.c_company, "c_unit": pool.c_unit, "flattening": pool.flattening,
        "value": pool.value, "reserve": pool.reserve, "unallocated": pool.unallocated, "currency": pool.currency,
        "passed_at": pool.passed_at,
    }  # fmt: skip


@router.get("/pools/{pool_id}", response=schemas.PoolSheetOut, operation_id="reward_pool")
@door(access.SEE_POOL)
def pool(request: ApiRequest, pool_id: int) -> Any:
    """One pool with the awards I may read."""
    sheet = queries.pool_sheet(request.actor, pool_id)
    days = (sheet.plan.last - sheet.plan.first).days + 1
    return {
        "plan_id": sheet.plan.id, "pool": _pool(sheet.pool) if sheet.pool else None,
        "awards": [_award(line, days, sheet.plan.currency) for line in sheet.lines], "hidden": sheet.hidden,
        "may_adjust": sheet.may_adjust, "may_pass_on": sheet.may_pass_on,
        "version": sheet.version,
    }  # fmt: skip


def _award(line: queries.AwardLine, days: int, currency: str) -> dict[str, Any]:
    return {
        "id": line.id, "person_id": line.person.id, "number": line.person.number, "grade": line.grade,
        "coefficient": line.coefficient, "days": line.days, "target": line.target, "amount": line.amount,
        "adjustment": line.delta, "reason": line.reason, "final": line.final, "at_limit": line.at_limit,
        "terms": [(str(term), value) for term, value in shown.terms(line, days, currency)],
    }  # fmt: skip


@router.put("/pools/{pool_id}/adjustments", response=schemas.CountOut, operation_id="reward_adjust")
@door(access.ADJUST)
def adjust(request: ApiRequest, pool_id: int, body: schemas.AdjustIn) -> Any:
    """Set my adjustments in a pool."""
    changes = [rules.Change(change.award_id, change.delta, change.reason) for change in body.changes]
    return {"count": rules.adjust(request.actor, pool_id, changes, request.version)}


@router.post("/pools/{pool_id}/pass-on", response=schemas.DoneOut, operation_id="reward_pass_on")
@door(access.PASS_ON)
def pass_on(request: ApiRequest, pool_id: int) -> Any:
    """Pass a pool on."""
    rules.pass_on(request.actor, pool_id)
    return {"done": True}


@router.post("/pools/{pool_id}/take-back", response=schemas.DoneOut, operation_id="reward_take_back")
@door(access.PASS_ON)
def take_back(request: ApiRequest, pool_id: int) -> Any:
    """Give a pool back to its managers."""
    rules.take_back(request.actor, pool_id)
    return {"done": True}


@router.get("/letters", response=list[schemas.LetterLineOut], operation_id="reward_letters")
@door(SIGNED_IN, leavers=True)
def letters(request: ApiRequest, person_id: int | None = None) -> Any:
    """My letters, or those of somebody that I may read; without amounts."""
    found = queries.letters(request.actor, person_id or request.actor.person_id or 0)
    return [{"plan_id": c.plan.id, "plan": c.plan.name, "released_at": c.released_at} for c in found]


@router.get("/letters/{plan_id}", response=schemas.LetterOut, operation_id="reward_letter")
@door(access.READ_LETTER, leavers=True)
def letter(request: ApiRequest, plan_id: int, person_id: int | None = None) -> Any:
    """My letter, or that of somebody whose letters I may read."""
    sheet = queries.letter(request.actor, plan_id, person_id or request.actor.person_id or 0)
    return {
        "plan_id": sheet.plan.id, "plan": sheet.plan.name, "person_id": sheet.person.id,
        "currency": sheet.plan.currency, "total": sheet.total, "released_at": sheet.released_at,
        "shares": [_award(share.line, share.cycle_days, sheet.plan.currency) for share in sheet.shares],
    }  # fmt: skip
