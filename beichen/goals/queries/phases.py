"""How far a cycle is with its goals."""

from __future__ import annotations

from collections.abc import Sequence

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
def phase_work(actor: Actor, cycle_ids: Sequence[int]) -> list[PhaseWork]:
    """Goals agreed on, of those the actor may see. Cost: one statement."""
    found = visible(actor).filter(cycle_id__in=list(cycle_ids), is_dropped=False).values_list("cycle_id")
    waits = Q(state__in=[GoalState.DRAFT, GoalState.PROPOSED])
    counted = found.annotate(done=Count("id", filter=~waits), whole=Count("id")).order_by("cycle_id")
    return [
        PhaseWork(cycle_id, phase, _("goals agreed on"), done, whole, reverse("goals:all"))
        for cycle_id, done, whole in counted
        for phase in (Phase.GOALS, Phase.EXECUTION)
    ]
