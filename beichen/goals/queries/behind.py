"""The figures of metrics behind key results, and what a closed goal was scored with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from beichen.goals.choices import GoalState, Source
from beichen.goals.models import Update
from beichen.goals.queries.cards import GoalCard
from beichen.metrics import queries as metrics
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor


def figures_behind(goal_ids: Iterable[int]) -> dict[str, list[tuple[int, int, int]]]:
    """Figures that key results of these goals stand at, by whose they are: (figure, goal, key result).

    What somebody corrected by hand stands at no figure. For rules. Cost: one statement.
    """
    taken = Update.objects.filter(
        key_result__goal_id__in=list(goal_ids), key_result__is_dropped=False, key_result__by_metric=True,
        source=Source.METRIC, figure__isnull=False,
    ).order_by("key_result_id", "-id").distinct("key_result_id")  # fmt: skip
    found: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for subject, figure, goal, kr, value, stands in taken.values_list(
        "key_result__metric__subject", "figure", "key_result__goal_id", "key_result_id", "value",
        "key_result__stat__current",
    ):  # fmt: skip
        if figure is not None and value == stands:
            found[subject].append((figure, goal, kr))
    return dict(found)


@query
def scored_with(actor: Actor, goal: GoalCard) -> dict[int, metrics.FrozenLine]:
    """The figures a closed goal was scored with by key result, each beside what stands there today, as far as the actor
    reads them. Cost: two statements for each kind of figure, none while the goal runs.
    """
    if goal.state != GoalState.CLOSED or goal.numbers_hidden:
        return {}
    found: dict[int, metrics.FrozenLine] = {}
    for subject, lines in figures_behind([goal.id]).items():
        frozen = metrics.frozen_by_value(actor, goal.cycle_id, subject, [figure for figure, _goal, _kr in lines])
        found |= {kr: frozen[figure] for figure, _goal, kr in lines if figure in frozen}
    return found
