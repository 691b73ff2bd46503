"""How far a cycle is with its goals."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from beichen.goals.choices import GoalState
from beichen.goals.queries.plans import visible
from beichen.people.choices import Phase
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor
from beichen.platform.registry import PhaseWork


@query
def phase_work(actor: Actor, cycles: Mapping[int, str]) -> list[PhaseWork]:
    """Goals agreed on, of those the actor may see. Cost: one statement, none once goals are behind."""
    ids = [cycle_id for cycle_id, phase in cycles.items() if phase <= Phase.EXECUTION]
    if not ids:
        return []
    found = visible(actor).filter(cycle_id__in=ids, is_dropped=False).values_list("cycle_id")
    waits = Q(state__in=[GoalState.DRAFT, GoalState.PROPOSED])
    counted = found.annotate(done=Count("id", filter=~waits), whole=Count("id")).order_by("cycle_id")
    return [
        PhaseWork(cycle_id, phase, _("goals approved"), done, whole, reverse("goals:all"))
        for cycle_id, done, whole in counted
        for phase in (Phase.GOALS, Phase.EXECUTION)
    ]
