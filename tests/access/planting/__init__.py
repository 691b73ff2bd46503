"""Records of open tables, each with a canary and the doors that lead to it: planted here, tried by `doors`."""

from tests.access.planting.base import Record
from tests.access.planting.company import plant_company, plant_people
from tests.access.planting.goals import GOALS, plant_goals

__all__ = ["GOALS", "Record", "plant_company", "plant_goals", "plant_people"]
