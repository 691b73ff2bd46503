"""People by program: everything the pages do."""

from beichen.people.api import chart, processes, profiles, projects
from beichen.people.api.organisation import router

__all__ = ["chart", "processes", "profiles", "projects", "router"]
