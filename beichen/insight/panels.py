"""The way home, and insight's own parts of the home page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import pgettext_lazy

from beichen.insight import access
from beichen.platform.access.permissions import heads_units, leads_people, seats_of
from beichen.platform.kit.actor import Actor
from beichen.platform.registry import NavEntry, Panel, nav, slot

nav(NavEntry("home", pgettext_lazy("page", "Home"), "insight:home", "home", order=10, tab=True, leavers=True))


@slot("insight.home", order=30)
def my_people(request: object, actor: Actor, subject_id: int) -> Panel | None:
    """My people, for those who lead any."""
    if not leads_people(actor):
        return None
    return Panel("home-people", pgettext_lazy("talks", "My team"), url=reverse("insight:people"), icon="users")


@slot("insight.home", order=50)
def my_unit(request: object, actor: Actor, subject_id: int) -> Panel | None:
    """The unit or company, for heads, HR and executives."""
    seats = seats_of(actor)
    if not seats & access.OVERSEERS and not heads_units(actor):
        return None
    title = pgettext_lazy("home", "The company") if seats & access.OVERSEERS else pgettext_lazy("home", "My unit")
    return Panel("home-unit", title, url=reverse("insight:unit"), icon="building")
