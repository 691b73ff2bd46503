"""Key results that take their value from a metric: its published figures are entered as reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from beichen.goals import access, queries
from beichen.goals.choices import RUNNING, Source
from beichen.goals.events import KeyResultUpdated
from beichen.goals.models import KeyResult, KeyResultStat, Update
from beichen.goals.rules import rollup
from beichen.goals.rules.reports import REPORTING, ReportInput, taken
from beichen.metrics import queries as metrics
from beichen.people import queries as people
from beichen.people.queries import CycleCard
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock, periods
from beichen.platform.kit.actor import Actor

BATCH = 1000
Taken = Mapping[int, tuple[date, Decimal | None]]
WRITTEN = ("current", "answer", "progress", "score", "updated_on", "confidence", "behind")
"""What a figure changes of a narrow row: the risk somebody named stays open."""


@dataclass(frozen=True, slots=True)
class _Figure:
    """A key result, the report a figure makes, and its cycle."""

    kr: KeyResult
    entered: ReportInput
    cycle: CycleCard


@rule
def take_figures(actor: Actor, metric_id: int, period: str) -> int:
    """Enter the published figures of a metric and period in the key results it feeds; how many changed.

    A figure that was taken for this period before is not entered again, so a correction by hand holds until the
    figure itself changes or the next period comes. Cost: about seventeen statements for each 1,000 key results.
    """
    fed = KeyResult.objects.filter(
        metric_id=metric_id, by_metric=True, is_dropped=False, goal__state__in=RUNNING, goal__is_dropped=False
    )
    return _take(actor, _loaded(fed), {metric_id: period})


@rule
def take_newest(actor: Actor, goal_id: int) -> int:
    """Enter the newest published figures in a goal that has just been agreed to; how many key results they reached.

    Cost: about ten statements and three for each metric.
    """
    fed = KeyResult.objects.filter(goal_id=goal_id, by_metric=True, is_dropped=False, metric__isnull=False)
    found = _loaded(fed)
    newest = metrics.newest_published(actor, {kr.metric_id for kr in found if kr.metric_id}, clock.today())
    return _take(actor, found, newest)


def _loaded(fed: QuerySet[KeyResult]) -> list[KeyResult]:
    return list(fed.select_related("goal", "goal__owner").prefetch_related("milestones").order_by("pk"))


def _take(actor: Actor, fed: Sequence[KeyResult], wanted: Mapping[int, str]) -> int:
    """Enter the figures of each metric and period in what they feed, all in one pass. The twin of `reports.append`."""
    if not fed or not wanted:
        return 0
    cycles, before = {cycle.id: cycle for cycle in people.cycles(actor)}, _taken(fed)
    chosen = [
        one for metric_id, key in sorted(wanted.items())
        for one in _new_figures(actor, [kr for kr in fed if kr.metric_id == metric_id], metric_id, key, cycles, before)
    ]  # fmt: skip
    for n in range(0, len(chosen), BATCH):
        _enter(actor, chosen[n : n + BATCH])
    for metric_id, key in sorted(wanted.items()):
        done = [one.kr.pk for one in chosen if one.kr.metric_id == metric_id]
        if done:
            audit.record_bulk(actor, access.REPORT, "goals.keyresult", done, {"metric": metric_id, "period": key})
    goals = {one.kr.goal_id: one.kr.goal.cycle_id for one in chosen}
    if goals:
        rollup.mark(list(goals), sorted(set(goals.values())))
    return len(chosen)


def _new_figures(
    actor: Actor, fed: Sequence[KeyResult], metric_id: int, key: str, cycles: Mapping[int, CycleCard], before: Taken
) -> list[_Figure]:
    """What of a metric and period these key results have not taken yet. Cost: three statements."""
    card, period = metrics.metric(actor, metric_id), periods.parse(key)
    figures, found = metrics.figures_of(actor, metric_id, key), []
    for kr in fed:
        figure, value = figures.get(_subject(kr, card.subject) or 0, (None, None))
        cycle = cycles[kr.goal.cycle_id]
        day = min(period.end, clock.today(), kr.due)
        late = (before[kr.pk][0] > day) if kr.pk in before else False
        if value is None or cycle.phase not in REPORTING or day < kr.start or period.start > kr.due or late:
            continue
        if before.get(kr.pk) != (day, value):
            found.append(_Figure(kr, ReportInput(value=value, day=day, source=Source.METRIC, figure=figure), cycle))
    return found


def _enter(actor: Actor, figures: Sequence[_Figure]) -> None:
    """Write the reports and the narrow rows. Cost: six statements, and one for each subscriber."""
    ids = [one.kr.pk for one in figures]
    rows = KeyResultStat.objects.select_for_update().order_by("pk").in_bulk(ids)
    bands = queries.bands_of(actor, [one.kr for one in figures])
    stats = [rows.get(pk) or KeyResultStat(key_result_id=pk) for pk in ids]
    updates = []
    for one, stat in zip(figures, stats, strict=True):
        updates.append(taken(actor, one.kr, stat, one.entered, one.cycle, bands.get(one.kr.pk)))
    Update.objects.bulk_create(updates)
    KeyResultStat.objects.bulk_create(stats, update_conflicts=True, unique_fields=["key_result"], update_fields=WRITTEN)
    publish(*(
        KeyResultUpdated(
            key_result_id=one.kr.pk, goal_id=one.kr.goal_id, owner_id=one.kr.goal.owner_id, update_id=update.pk
        )
        for one, update in zip(figures, updates, strict=True)
    ))  # fmt: skip


def _subject(kr: KeyResult, kind: str) -> int | None:
    """Whose figure it is: the owner's, or that of the unit that owns the goal (else where the owner sits)."""
    return kr.goal.owner_id if kind == "person" else kr.goal.unit_id or kr.goal.owner.unit_id


def _taken(fed: Iterable[KeyResult]) -> Taken:
    """What was taken last for each key result: the day it speaks of, and the figure."""
    found = Update.objects.filter(key_result__in=[kr.pk for kr in fed], source=Source.METRIC).order_by("day", "pk")
    return {pk: (day, value) for pk, day, value in found.values_list("key_result_id", "day", "value")}
