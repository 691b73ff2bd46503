"""Goals by program: everything the pages do."""

from beichen.goals.api import alignments, changes, tasks, templates
from beichen.goals.api.goals import router

__all__ = ["alignments", "changes", "router", "tasks", "templates"]
