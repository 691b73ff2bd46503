"""Consents to every pool of a plan at once; used by the demo."""

from __future__ import annotations

from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.reward import access
from beichen.reward.models import BonusPlan, BonusPool, Consent


@rule
def pass_all_on(actor: Actor, plan_id: int) -> int:
    """Each pool of the chosen policy, passed on by whoever leads the head of its unit. Cost: four statements."""
    plan = BonusPlan.objects.get(pk=plan_id)
    led = BonusPool.objects.filter(scenario_id=plan.chosen_id or 0, manager__manager__isnull=False)
    pools = led.select_related("manager")
    made = Consent.objects.bulk_create(
        [Consent(pool=pool, by_id=pool.manager.manager_id or 0, at=clock.now()) for pool in pools if pool.manager]
    )
    audit.record_bulk(actor, access.PASS_ON, "reward.bonuspool", [consent.pk for consent in made])
    return len(made)
