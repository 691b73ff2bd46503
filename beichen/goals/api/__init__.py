"""Goals by program: everything the pages do."""

from beichen.goals.api import changes, tasks, templates
from beichen.goals.api.goals import router

__all__ = ["changes", "router", "tasks", "templates"]
