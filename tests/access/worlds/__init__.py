"""Records planted in every state for everybody of the cast, each with a canary of its own.

`PLANTS` is the registry: row of the table → what stands for it in the database and at the doors. A record is planted
by the owner of the tables, past every rule: what is tested is who sees it.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.access.worlds.approvals import plant_approvals
from tests.access.worlds.base import THEN, Columns, Planted, World, canary, with_extras
from tests.access.worlds.people import plant_notices, plant_people
from tests.access.worlds.reviews import LEVELS, plant_reviews
from tests.access.worlds.reward import PLAN_STATES, plant_reward
from tests.access.worlds.talks import plant_talks
from tests.database import login

__all__ = ["LEVELS", "PLANTS", "PLAN_STATES", "THEN", "Columns", "Planted", "World", "canary", "make"]

PLANTS: dict[str, Callable[[World], None]] = {
    "people": plant_people,
    "notices": plant_notices,
    "approvals": plant_approvals,
    "talks": plant_talks,
    "reviews": plant_reviews,
    "reward": plant_reward,
}


def make(*areas: str) -> World:
    """A fresh world with the records of these areas."""
    world = with_extras()
    with login(None):
        for area in areas:
            PLANTS[area](world)
    return world
