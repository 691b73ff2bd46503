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
    pools = BonusPool.objects.filter(scenario_id=plan.chosen_id or 0).values_list("pk", "manager__manager_id")
    made = Consent.objects.bulk_create(
        [Consent(pool_id=pk, by_id=above, at=clock.now()) for pk, above in pools if above is not None]
    )
    audit.record_bulk(actor, access.PASS_ON, "reward.bonuspool", [consent.pk for consent in made])
    return len(made)
