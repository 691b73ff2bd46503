"""Strategy by program: the page and the statements beside it."""

from beichen.strategy.api.page import router
from beichen.strategy.api.statements import router as statements

router.add_router("/says", statements)

__all__ = ["router"]
