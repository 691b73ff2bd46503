"""Every read of metrics. Cards are frozen; scores come from `formulas`."""

from beichen.metrics.formulas import BandScore, Point, Table, band_score
from beichen.metrics.queries.bands import BandCard, band_table, band_tables, band_to_change, bands_by_key, score
from beichen.metrics.queries.cards import About, DeskLine, Explanation, HeldLine, PeriodCard, Term, ValueLine
from beichen.metrics.queries.explaining import explain, reads
from beichen.metrics.queries.library import (
    Change,
    MetricCard,
    VersionCard,
    changes,
    metric,
    metric_to_change,
    metrics,
    versions,
)
from beichen.metrics.queries.recommended import RecommendedCard, RecommendedLine, recommended
from beichen.metrics.queries.values import (
    PAGE,
    begins,
    desk,
    held,
    held_to_change,
    missing,
    period_card,
    period_cards,
    published,
    values,
)

__all__ = [
    "PAGE",
    "About",
    "BandCard",
    "BandScore",
    "Change",
    "DeskLine",
    "Explanation",
    "HeldLine",
    "MetricCard",
    "PeriodCard",
    "Point",
    "RecommendedCard",
    "RecommendedLine",
    "Table",
    "Term",
    "ValueLine",
    "VersionCard",
    "band_score",
    "band_table",
    "band_tables",
    "band_to_change",
    "bands_by_key",
    "begins",
    "changes",
    "desk",
    "explain",
    "held",
    "held_to_change",
    "metric",
    "metric_to_change",
    "metrics",
    "missing",
    "period_card",
    "period_cards",
    "published",
    "reads",
    "recommended",
    "score",
    "values",
    "versions",
]
