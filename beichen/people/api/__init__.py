"""People by program: everything the pages do."""

from beichen.people.api import chart, projects
from beichen.people.api.organisation import router

__all__ = ["chart", "projects", "router"]
