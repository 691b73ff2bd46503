"""Key results that take their value from a metric: its published figures are entered as reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from beichen.goals import access
from beichen.goals.choices import RUNNING, Source
from beichen.goals.events import KeyResultUpdated
from beichen.goals.models import KeyResult, Update
from beichen.goals.rules import rollup
from beichen.goals.rules.reports import REPORTING, ReportInput, append
from beichen.metrics import queries as metrics
from beichen.people import queries as people
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock, periods
from beichen.platform.kit.actor import Actor


@rule
def take_figures(actor: Actor, metric_id: int, period: str) -> int:
    """Enter the published figures of a metric and period in the key results it feeds; how many changed.

    A figure that was taken for this period before is not entered again, so a correction by hand holds until the
    figure itself changes or the next period comes. Cost: four statements and about eight for each key result.
    """
    fed = KeyResult.objects.filter(
        metric_id=metric_id, by_metric=True, is_dropped=False, goal__state__in=RUNNING, goal__is_dropped=False
    )
    return _take(actor, list(fed.select_related("goal", "goal__owner", "stat").order_by("pk")), metric_id, period)


@rule
def take_newest(actor: Actor, goal_id: int) -> int:
    """Enter the newest published figures in a goal that has just been agreed to; how many key results they reached."""
    fed = KeyResult.objects.filter(goal_id=goal_id, by_metric=True, is_dropped=False, metric__isnull=False)
    found = list(fed.select_related("goal", "goal__owner", "stat").order_by("pk"))
    newest = metrics.newest_published(actor, {kr.metric_id for kr in found if kr.metric_id}, clock.today())
    return sum(_take(actor, [kr], kr.metric_id, newest[kr.metric_id]) for kr in found if kr.metric_id in newest)


def _take(actor: Actor, fed: list[KeyResult], metric_id: int | None, key: str) -> int:
    if not fed or metric_id is None:
        return 0
    card, figures, period = (
        metrics.metric(actor, metric_id),
        metrics.figures_of(actor, metric_id, key),
        periods.parse(key),
    )
    cycles = {cycle.id: cycle for cycle in people.cycles(actor)}
    taken = _taken(fed)
    done: list[KeyResult] = []
    for kr in fed:
        figure, value = figures.get(_subject(kr, card.subject) or 0, (None, None))
        cycle = cycles[kr.goal.cycle_id]
        day = min(period.end, clock.today(), kr.due)
        late = (taken[kr.pk][0] > day) if kr.pk in taken else False
        if value is None or cycle.phase not in REPORTING or day < kr.start or period.start > kr.due or late:
            continue
        if taken.get(kr.pk) == (day, value):
            continue
        update = append(actor, kr, ReportInput(value=value, day=day, source=Source.METRIC, figure=figure), cycle)
        publish(
            KeyResultUpdated(key_result_id=kr.pk, goal_id=kr.goal_id, owner_id=kr.goal.owner_id, update_id=update.pk)
        )
        done.append(kr)
    if done:
        audit.record_bulk(
            actor, access.REPORT, "goals.keyresult", [kr.pk for kr in done], {"metric": metric_id, "period": key}
        )
        rollup.mark([kr.goal_id for kr in done], sorted({kr.goal.cycle_id for kr in done}))
    return len(done)


def _subject(kr: KeyResult, kind: str) -> int | None:
    """Whose figure it is: the owner's, or that of the unit that owns the goal (else where the owner sits)."""
    return kr.goal.owner_id if kind == "person" else kr.goal.unit_id or kr.goal.owner.unit_id


def _taken(fed: Iterable[KeyResult]) -> Mapping[int, tuple[date, Decimal | None]]:
    """What was taken last for each key result: the day it speaks of, and the figure."""
    found = Update.objects.filter(key_result__in=[kr.pk for kr in fed], source=Source.METRIC).order_by("day", "pk")
    return {pk: (day, value) for pk, day, value in found.values_list("key_result_id", "day", "value")}
