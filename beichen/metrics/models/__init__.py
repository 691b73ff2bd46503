"""Tables of metrics: the library and its band tables; values, what was held back, who published
them, and what cycles were scored with."""

from beichen.metrics.models.library import (
    BandPoint,
    BandTable,
    Metric,
    MetricVersion,
    RecommendedMetric,
    RecommendedSet,
)
from beichen.metrics.models.snapshots import PersonSnapshot, UnitSnapshot
from beichen.metrics.models.values import HeldValue, PersonValue, Publication, UnitValue

__all__ = [
    "BandPoint",
    "BandTable",
    "HeldValue",
    "Metric",
    "MetricVersion",
    "PersonSnapshot",
    "PersonValue",
    "Publication",
    "RecommendedMetric",
    "RecommendedSet",
    "UnitSnapshot",
    "UnitValue",
]
