"""Metrics by program: everything the pages do."""

from ninja import Router

from beichen.metrics.api import bands, figures, library

router = Router()
router.add_router("", library.router)
router.add_router("", figures.router)
router.add_router("", bands.router)

__all__ = ["router"]
