"""What others may hear of metrics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MetricEnacted:
    """A metric is in force."""

    metric_id: int


@dataclass(frozen=True, slots=True)
class BandTableFrozen:
    """A band table can be used for scoring from now on and never changes."""

    table_id: int


@dataclass(frozen=True, slots=True)
class FiguresPublished:
    """The values of a metric for a period were signed by somebody else than who wrote them."""

    metric_id: int
    period: str
