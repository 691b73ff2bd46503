"""Tables of metrics: the library and its band tables; values, what was held back, and who published them."""

from beichen.metrics.models.library import (
    BandPoint,
    BandTable,
    Metric,
    MetricVersion,
    RecommendedMetric,
    RecommendedSet,
)
from beichen.metrics.models.values import HeldValue, PersonValue, Publication, UnitValue

__all__ = [
    "BandPoint",
    "BandTable",
    "HeldValue",
    "Metric",
    "MetricVersion",
    "PersonValue",
    "Publication",
    "RecommendedMetric",
    "RecommendedSet",
    "UnitValue",
]
