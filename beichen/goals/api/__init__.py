"""Goals by program: everything the pages do."""

from beichen.goals.api import alignments, changes, explorations, shares, tasks, templates
from beichen.goals.api.goals import router

__all__ = ["alignments", "changes", "explorations", "router", "shares", "tasks", "templates"]
