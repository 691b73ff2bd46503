"""What managers change in their pool, and the next manager's consent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from beichen.people.choices import Phase
from beichen.people.rules import open_cycle
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Forbidden, NotFound
from beichen.reward import access
from beichen.reward.choices import PlanState
from beichen.reward.formulas import shares
from beichen.reward.models import Adjustment, BonusAward, BonusPlan, BonusPool, Consent
from beichen.reward.rules.errors import OwnEdit, PassedOn, TooLate, WrongState


@dataclass(frozen=True, slots=True)
class Change:
    """A manager's change to one award, in the smallest unit of money; `delta` 0 takes an earlier one back."""

    award_id: int
    delta: int
    reason: str = ""


def _open_pool(actor: Actor, pool_id: int) -> BonusPlan:
    """The plan of a pool that the actor may read, or in which they lead somebody; its row held, its window open."""
    found = (
        BonusPool.objects.filter(access.readable_pools(), pk=pool_id).values_list("plan_id", "scenario_id").first()
        or BonusAward.objects.filter(access.adjustable(), pool_id=pool_id).values_list("plan_id", "scenario_id").first()
    )
    if found is None:
        raise NotFound
    plan = BonusPlan.objects.select_for_update().get(pk=found[0])
    open_cycle(actor, plan.cycle_id, Phase.COMPENSATION)
    if plan.state != PlanState.PROPOSED or plan.chosen_id != found[1]:
        raise WrongState(now=str(PlanState(plan.state).label))
    return plan


@rule
def adjust(actor: Actor, pool_id: int, changes: Sequence[Change], version: int) -> int:
    """Set the actor's adjustments in a pool: each within the plan's limit and with a reason, together 0.

    What the actor may adjust and does not name goes back to the computed amount. `version` is that of the adjustments
    the actor looked at; what stands there already is no error. Returns how many differ from the computed amount.
    Errors: NotFound, Forbidden, WrongPhase, WrongState, TooLate, PassedOn, BadValue, Changed. Cost: twelve statements.
    """
    plan = _open_pool(actor, pool_id)
    if plan.adjust_until and clock.now() >= clock.end_of(plan.adjust_until):
        raise TooLate(day=clock.last_moment(plan.adjust_until))
    if Consent.objects.filter(pool_id=pool_id).exists():
        raise PassedOn
    mine = {award.pk: award for award in BonusAward.objects.filter(access.adjustable(), pool_id=pool_id)}
    if not mine:
        raise Forbidden(act=str(access.ADJUST.label))
    if any(change.award_id not in mine for change in changes):
        raise NotFound
    for award in {change.award_id: mine[change.award_id] for change in changes}.values():
        require(actor, access.ADJUST, award)
    keys = {pk: (award.number, award.entity) for pk, award in mine.items()}
    wanted = [shares.Adjustment(keys[c.award_id], c.delta, c.reason) for c in changes if c.delta]
    shares.adjusted({keys[pk]: award.amount for pk, award in mine.items()}, wanted, plan.adjust_percent)
    standing = _standing(mine)
    if standing == shares.version_of((c.award_id, c.delta, c.reason.strip()) for c in changes):
        return len(wanted)
    if standing != version:
        raise Changed(plan)
    _replace(actor, pool_id, mine, [change for change in changes if change.delta])
    audit.record(
        actor, access.ADJUST, plan, subjects=[mine[c.award_id].subject_id for c in changes],
        details={"pool": pool_id, "changed": len(wanted)},
    )  # fmt: skip
    return len(wanted)


def _standing(mine: Iterable[int]) -> int:
    found = Adjustment.objects.filter(award_id__in=mine)
    return shares.version_of(found.values_list("award_id", "delta", "reason"))


def _replace(actor: Actor, pool_id: int, mine: dict[int, BonusAward], changes: Sequence[Change]) -> None:
    Adjustment.objects.filter(award_id__in=mine).delete()
    Adjustment.objects.bulk_create(
        Adjustment(
            award_id=change.award_id, pool_id=pool_id, subject_id=mine[change.award_id].subject_id, delta=change.delta,
            reason=change.reason.strip(), by_id=actor.person_id or 0, at=clock.now(),
        )
        for change in changes
    )  # fmt: skip


def _pool(pool_id: int) -> BonusPool:
    found = BonusPool.objects.filter(access.readable_pools(), pk=pool_id).first()
    if found is None:
        raise NotFound
    return found


@rule
def pass_on(actor: Actor, pool_id: int) -> None:
    """Pass a pool on: whoever leads the head of the unit looked at it. A second click is not an error.

    Errors: NotFound, Forbidden, OwnEdit, WrongPhase, WrongState. Cost: nine statements.
    """
    _open_pool(actor, pool_id)
    pool = _pool(pool_id)
    if Consent.objects.filter(pool_id=pool_id).exists():
        return
    require(actor, access.PASS_ON, pool)
    if Adjustment.objects.filter(pool_id=pool_id, by_id=actor.person_id or 0).exists():
        raise OwnEdit
    Consent.objects.create(pool=pool, by_id=actor.person_id or 0, at=clock.now())
    audit.record(actor, access.PASS_ON, pool)


@rule
def take_back(actor: Actor, pool_id: int) -> None:
    """Give a pool back to its managers before the plan is put together. Errors: as `pass_on`."""
    _open_pool(actor, pool_id)
    pool = _pool(pool_id)
    require(actor, access.PASS_ON, pool)
    Consent.objects.filter(pool_id=pool_id).delete()
    audit.record(actor, "reward.take_back", pool)
