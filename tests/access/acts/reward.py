"""Bonuses: plans, policies, pools, approval, letters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.access import oracle
from tests.access.acts.base import Act, version_of
from tests.access.worlds import THEN, World
from tests.database import past_the_guards, put_in_phase

SUBJECT = "E006"
OTHER = "E007"


def acts(world: World) -> Iterator[Act]:
    """Every operation of rewards."""
    from beichen.reward.models import BonusPlan

    def on(state: str, operation: str, body: dict[str, Any] | None = None, **more: Any) -> Act:
        plan = world.ids["bonus", state]
        said = {**(body or {}), "version": version_of(world, "reward.BonusPlan", plan)}
        return Act(operation, {"plan_id": plan}, said, **more)

    def state(plan: str, **to: Any) -> None:
        with past_the_guards():
            BonusPlan.objects.filter(pk=world.ids["bonus", plan]).update(**to)

    yield Act("reward_create_plan", body={"name": "奖金", "cycle_id": world.cycles["2026Bh"].pk}, row="11f")
    yield on("simulated", "reward_simulate", row="11h")
    yield on("simulated", "reward_choose", {"key": "A"}, row="11a", code="t", only={"CA"},
             stage=lambda: _simulated(world))  # fmt: skip
    yield on("proposed", "reward_consolidate", row="11a", code="t", only={"CA"}, stage=lambda: _passed_on(world))
    seats: dict[str, Any] = {"row": "11b", "code": "t", "only": {"CA", "EX"}}
    yield on("proposed", "reward_approve", stage=lambda: state("proposed", state="consolidated"), **seats)
    yield on("locked", "reward_unlock", **seats)
    yield on("locked", "reward_send_letters", row="11f", code="t", only={"HA"}, stage=lambda: _released(world))
    simulated = {"plan_id": world.ids["bonus", "simulated"]}
    policy = {"name": "A", "settings": {"company": {"coefficient": "1.05"}}, "version": 1}
    yield Act("reward_edit_policy", {**simulated, "key": "A"}, policy, row="11f")
    yield Act("reward_comparison", simulated, stage=lambda: _second(world))
    yield Act("reward_letter", {"plan_id": world.ids["bonus", "released"]}, row="11c", code="r", subject=SUBJECT,
              query={"person_id": world.golden.id(SUBJECT)})  # fmt: skip
    yield from _pools(world)


def _pools(world: World) -> Iterator[Act]:
    from beichen.reward.formulas.shares import version_of as adjusted

    pool = {"pool_id": world.ids["pool.proposed", SUBJECT]}
    moved = [
        {"award_id": world.ids["award.proposed", number], "delta": delta, "reason": "带出了新人"}
        for number, delta in ((SUBJECT, 500), (OTHER, -500))
    ]
    changes = {"changes": moved, "version": adjusted(())}
    limit: dict[str, Any] = {"stage": lambda: _limit(world)}
    yield Act("reward_adjust", pool, changes, row="11a", subject=SUBJECT, only={"LM", "CA"}, **limit)
    head = oracle.company().heads[oracle.company().unit[SUBJECT]]
    above = {"SK": oracle.company().above(head)}
    second: dict[str, Any] = {"row": "11a", "code": "t", "subject": head, "only": {"SK", "CA"}, "special": above}
    yield Act("reward_pass_on", pool, **second)
    yield Act("reward_take_back", pool, **second)


def _limit(world: World) -> None:
    from beichen.reward.models import BonusPlan

    BonusPlan.objects.filter(pk=world.ids["bonus", "proposed"]).update(adjust_percent=10)


def _simulated(world: World) -> None:
    from beichen.reward.models import Scenario

    Scenario.objects.filter(plan_id=world.ids["bonus", "simulated"]).update(simulated_at=THEN)


def _second(world: World) -> None:
    from beichen.reward.models import Scenario

    first = Scenario.objects.get(plan_id=world.ids["bonus", "simulated"])
    Scenario.objects.create(plan_id=first.plan_id, key="B", name="B", policy=first.policy, simulated_at=THEN)


def _passed_on(world: World) -> None:
    from beichen.reward.models import BonusPool, Consent

    for pool in BonusPool.objects.filter(plan_id=world.ids["bonus", "proposed"]):
        Consent.objects.create(pool=pool, by_id=world.golden.id("E017"), at=THEN)


def _released(world: World) -> None:
    put_in_phase("C09", world.cycles["2026Bb"].pk)
