"""How a metric is used: its spread, and planned metrics that never got a figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count, Max

from beichen.metrics.choices import MetricState
from beichen.metrics.formulas.telling import Spread, spread
from beichen.metrics.models import Publication, RecommendedMetric
from beichen.metrics.queries.library import MetricCard, metrics
from beichen.metrics.queries.values import visible_values
from beichen.platform.access.current import query
from beichen.platform.kit import clock, periods
from beichen.platform.kit.actor import Actor

QUIET_DAYS = 92
"""A quarter without a figure: what was planned is not tracked."""


@dataclass(frozen=True, slots=True)
class Untracked:
    """A metric that roles are recommended or that is for the whole company, without a figure for a quarter."""

    metric: MetricCard
    roles: int
    newest: str


@query
def spread_of(actor: Actor, card: MetricCard, period: str) -> Spread | None:
    """The spread of the figures of a period that the actor may read; None without any. Cost: one statement."""
    found = visible_values(actor, card.subject).filter(metric_id=card.id, period=period, is_current=True)
    values: list[Decimal] = list(found.values_list("value", flat=True))
    return spread(values)


@query
def untracked(actor: Actor) -> tuple[list[Untracked], int]:
    """Planned metrics without a figure for a quarter, and how many are planned at all. Cost: three statements."""
    since = clock.today() - timedelta(days=QUIET_DAYS)
    roles = dict(
        RecommendedMetric.objects.values("metric_id")
        .annotate(n=Count("set", distinct=True))
        .values_list("metric_id", "n")
    )  # fmt: skip
    newest = dict(
        Publication.objects.values("metric_id").annotate(newest=Max("period")).values_list("metric_id", "newest")
    )
    planned = [
        card for card in metrics(actor)
        if card.state == MetricState.IN_FORCE and (card.id in roles or card.is_general)
    ]  # fmt: skip
    quiet = [
        Untracked(card, roles.get(card.id, 0), newest.get(card.id, ""))
        for card in planned
        if card.id not in newest or periods.parse(newest[card.id]).end < since
    ]
    return sorted(quiet, key=lambda one: (-one.roles, one.metric.code)), len(planned)
