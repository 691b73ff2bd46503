"""The metric library, band tables, recommended sets, figures and snapshots as pages."""

from beichen.metrics.pages import bands, figures, library, recommended, snapshots

__all__ = ["bands", "figures", "library", "recommended", "snapshots"]
