"""Goals by program: everything the pages do."""

from beichen.goals.api import alignments, changes
from beichen.goals.api.goals import router

__all__ = ["alignments", "changes", "router"]
