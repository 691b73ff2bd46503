"""Goals by program: everything the pages do."""

from beichen.goals.api import changes, explorations, tasks, templates
from beichen.goals.api.goals import router

__all__ = ["changes", "explorations", "router", "tasks", "templates"]
