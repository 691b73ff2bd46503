"""Goals by program: everything the pages do."""

from beichen.goals.api import alignments, changes, explorations, presets, shares, tasks, templates
from beichen.goals.api.goals import router

__all__ = ["alignments", "changes", "explorations", "presets", "router", "shares", "tasks", "templates"]
