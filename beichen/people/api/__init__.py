"""People by program: everything the pages do."""

from beichen.people.api import chart
from beichen.people.api.organisation import router

__all__ = ["chart", "router"]
