"""Goals by program: everything the pages do."""

from beichen.goals.api import alignments, changes, conditions, explorations, presets, shares, tasks, templates, usage
from beichen.goals.api.goals import router

__all__ = [
    "alignments",
    "changes",
    "conditions",
    "explorations",
    "presets",
    "router",
    "shares",
    "tasks",
    "templates",
    "usage",
]
