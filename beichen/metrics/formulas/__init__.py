"""Arithmetic of metrics: scores by bands, and formulas over metrics read, checked, computed and written as SQL."""

from beichen.metrics.formulas.bands import (
    COMPARED_AT_LEAST,
    DEFAULT_TREND,
    BandScore,
    Point,
    Table,
    TrendRules,
    TrendScore,
    band_score,
    relative,
    trend_score,
)

__all__ = [
    "COMPARED_AT_LEAST",
    "DEFAULT_TREND",
    "BandScore",
    "Point",
    "Table",
    "TrendRules",
    "TrendScore",
    "band_score",
    "relative",
    "trend_score",
]
