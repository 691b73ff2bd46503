"""The metric library, band tables, recommended sets and figures as pages."""

from beichen.metrics.pages import bands, figures, library, recommended

__all__ = ["bands", "figures", "library", "recommended"]
