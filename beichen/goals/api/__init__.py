"""Goals by program: everything the pages do."""

from beichen.goals.api import changes, templates
from beichen.goals.api.goals import router

__all__ = ["changes", "router", "templates"]
