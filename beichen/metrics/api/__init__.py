"""Metrics by program: everything the pages do."""

from beichen.metrics.api import bands, figures, snapshots
from beichen.metrics.api.library import router

__all__ = ["bands", "figures", "router", "snapshots"]
