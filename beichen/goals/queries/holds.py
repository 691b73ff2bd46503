"""Goals that count a metric whose definition or source nobody agreed on: the cycle does not open with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.db.models import F
from django.db.models.functions import Coalesce

from beichen.goals.choices import RUNNING, GoalState
from beichen.goals.models import KeyResult
from beichen.goals.queries.plans import visible
from beichen.metrics import queries as metrics
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor
from beichen.platform.registry import Hold
from beichen.platform.ui.language import for_reader

COUNTING = (GoalState.PROPOSED, *RUNNING)


@query
def held_by_metrics(actor: Actor, cycles: Mapping[int, str]) -> list[Hold]:
    """Cycles about to open with goals on metrics that are not agreed; drafts are their authors' own and not among them.

    Goals the actor may not read are counted, not named. Cost: three statements, none once all cycles run.
    """
    ids = [pk for pk, phase in cycles.items() if phase in metrics.OPENS_IN]
    counted = _counted(ids) if ids else {}
    lacking = metrics.unagreed(actor, {metric for found in counted.values() for metric in found})
    goals = {goal for found in counted.values() for metric in lacking for goal in found.get(metric, ())}
    titles = {
        pk: for_reader(title, english)
        for pk, title, english in visible(actor).filter(pk__in=goals).values_list("id", "title", "title_en")
    } if goals else {}  # fmt: skip
    holds = []
    for cycle_id, found in sorted(counted.items()):
        here = [one for pk, one in lacking.items() if pk in found]
        if here:
            said = [_said(one, found[one.id], titles) for one in here]
            holds.append(metrics.hold_of(cycle_id, cycles[cycle_id], here, said))
    return holds


def _counted(cycle_ids: list[int]) -> dict[int, dict[int, list[int]]]:
    """Goals by cycle and by the metric they count, or that their bands score."""
    rows = (
        KeyResult.objects.filter(
            goal__cycle_id__in=cycle_ids, goal__state__in=COUNTING, goal__is_dropped=False, is_dropped=False
        )
        .annotate(counts=Coalesce("metric_id", "band__metric_id"))
        .filter(counts__isnull=False)
        .order_by("goal_id")
        .values_list("goal__cycle_id", "counts", F("goal_id"))
        .distinct()
    )
    found: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for cycle_id, metric_id, goal_id in rows:
        found[cycle_id][metric_id].append(goal_id)
    return found


def _said(one: metrics.Unagreed, goals: list[int], titles: Mapping[int, str]) -> str:
    named = [titles[pk] for pk in goals if pk in titles]
    return one.said(named, len(goals) - len(named))
