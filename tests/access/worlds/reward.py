"""Bonus plans in every state, with pools and awards."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from beichen.people.models import OrgUnit
from tests.access import oracle
from tests.access.table import Row, read
from tests.access.worlds.base import THEN, World, canary

TERMS = {
    "cycle_days": 91, "c_company": 10000, "c_unit": 10000, "flattening": 0, "people": 3,
    "mode": "pool", "parts": [0, 0, 10000],
}  # fmt: skip
PLAN_STATES = {"simulated": "11h", "proposed": "11a", "locked": "11b", "released": "11c"}


def plant_reward(world: World) -> None:
    """A bonus plan in each state, with a pool of each unit that has a head and an award of everyone in it."""
    from beichen.reward.models import BonusPlan, Scenario
    from beichen.reward.rules.plans import default_policy

    for state, row in PLAN_STATES.items():
        done = state in ("locked", "released")
        plan = BonusPlan.objects.create(
            cycle=world.cycle(f"2026B{row[-1]}", "C08"),
            name=f"奖金{state}",
            state="simulated",
            author_id=1,
            created_at=THEN,
        )
        word = canary("11g", "U0", state)
        policy = default_policy(plan.cycle.settings)
        scenario = Scenario.objects.create(plan=plan, key="A", name=word, policy=policy)
        world.ids["bonus", state] = plan.pk
        world.add("11g", "E001", "reward.Scenario", word, stands=lambda viewer, row: _over("U0", viewer))
        if state != "simulated":
            BonusPlan.objects.filter(pk=plan.pk).update(chosen=scenario)
        for unit in world.units.values():
            _plant_pool(world, plan, scenario, unit, state)
        steps = ["simulated", "proposed", "consolidated", "locked", "released"]
        for step in steps[1 : steps.index(state) + 1]:
            more = (
                {"locked_at": THEN, "first_approver_id": 1, "second_approver_id": 2}
                if step == "locked" and done
                else {}
            )
            BonusPlan.objects.filter(pk=plan.pk).update(state=step, **more)


def _plant_pool(world: World, plan: Any, scenario: Any, unit: OrgUnit, state: str) -> None:
    from beichen.reward.models import BonusAward, BonusBasis, BonusEntry, BonusPool

    head = oracle.company().heads[unit.code]
    members = [n for n in oracle.people() if oracle.company().unit[n] == unit.code and n != head]
    row, amounts = PLAN_STATES[state], {n: 300_000_000 + plan.pk * 100_000 + world.people[n].pk for n in members}
    pool = BonusPool.objects.create(
        plan=plan,
        scenario=scenario,
        unit=unit,
        unit_code=unit.code,
        manager=world.people[head],
        place=world.place(head),
        mode="pool",
        currency="CNY",
        people=len(members),
        cycle_days=91,
        base_n=1,
        c_company=10000,
        c_unit=10000,
        flattening=0,
        value=sum(amounts.values()),
    )
    world.add(
        "11i" if state == "simulated" else "11d",
        head,
        "reward.BonusPool",
        f"pool{pool.pk}",
        expression="'pool' || t.id",
        stands=lambda viewer, row: _pool(viewer, head),
    )
    for number, amount in amounts.items():
        person = world.people[number]
        award = BonusAward.objects.create(
            plan=plan,
            scenario=scenario,
            pool=pool,
            subject=person,
            subject_place=person.place,
            number=number,
            entity="main",
            days=91,
            grade="B",
            coefficient=10000,
            flat_n=10000,
            flat_d=1,
            amount=amount,
            terms=TERMS,
            released_at=THEN if state == "released" else None,
        )
        world.ids[f"award.{state}", number] = award.pk
        world.ids[f"pool.{state}", number] = pool.pk
        world.add(row, number, "reward.BonusAward", str(amount), expression="t.amount::text")
        target = amount + 100_000_000
        BonusBasis.objects.create(
            award=award, plan=plan, subject=person, subject_place=person.place, target=target, target_days=1, weight=1
        )
        world.add(
            "12a",
            number,
            "reward.BonusBasis",
            str(target),
            expression="t.target::text",
            stands=partial(_paid, number, row),
        )
        entry = BonusEntry.objects.create(
            plan=plan,
            person=person,
            subject_place=person.place,
            number=number,
            entity="main",
            pool_unit=unit,
            last_unit=unit,
            first=date(2026, 4, 1),
            target=amount,
            days=91,
            currency="CNY",
            grade="B",
            coefficient=10000,
        )
        world.add("11h", number, "reward.BonusEntry", f"entry{entry.pk}", expression="'entry' || t.id")


def _over(unit: str, viewer: str) -> set[str]:
    """G20: what speaks of everybody in a unit is for seats whose scope holds the whole of it."""
    found = oracle.company()
    return {"CO"} | {seat for holder, seat, scope in found.seats if holder == viewer and found.inside(unit, scope)}


def _paid(number: str, award_row: str, viewer: str, row: Row) -> set[str]:
    """The target behind an award is read by whoever reads both the award and pay (12a)."""
    award = read()[award_row]
    stands = oracle.columns(viewer, number, award)
    return oracle.columns(viewer, number, row) if oracle.reads(award, stands) else set()


def _pool(viewer: str, head: str) -> set[str]:
    """A pool is nobody's file: LM is the head of its unit, SK whoever leads that head; seats by their scope."""
    found = oracle.company()
    seats = {seat for holder, seat, scope in found.seats if holder == viewer and found.inside(found.unit[head], scope)}
    return (seats - {"CF"}) | ({"LM"} if viewer == head else set()) | ({"SK"} if viewer in found.above(head) else set())
