"""What people do over the API, act by act, in worlds that stand where the act is possible."""

from __future__ import annotations

from collections.abc import Iterable

from tests.access import planting, worlds
from tests.access.acts import company, goals, people, reviews, reward, talks
from tests.access.acts.base import Act, addresses, do, sent, set_up
from tests.access.worlds import World
from tests.database import login

__all__ = ["AREAS", "Act", "addresses", "do", "every", "make", "sent", "set_up"]

AREAS = {"people": people, "company": company, "goals": goals, "talks": talks, "reviews": reviews, "reward": reward}


def make() -> World:
    """One world with every area in it, and what waits for somebody."""
    world = worlds.make(*worlds.PLANTS)
    with login(None):
        planting.plant_goals(world, ("E006", "E008"))
        planting.plant_company(world, ())
        people.plant(world)
    return world


def every(world: World, areas: Iterable[str] = AREAS) -> list[Act]:
    """Every act of these areas."""
    return [act for area in areas for act in AREAS[area].acts(world)]
