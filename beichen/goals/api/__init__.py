"""Goals by program: everything the pages do."""

from beichen.goals.api import alignments, changes, conditions, explorations, shares, tasks, templates, usage
from beichen.goals.api.goals import router

__all__ = ["alignments", "changes", "conditions", "explorations", "router", "shares", "tasks", "templates", "usage"]
