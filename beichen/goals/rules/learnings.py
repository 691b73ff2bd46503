"""Telling those for whom it is useful what an exploration taught."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from beichen.goals import access
from beichen.goals.choices import LEARNED, AlignmentState
from beichen.goals.models import Alignment, Goal
from beichen.people import queries as people
from beichen.platform.kit.actor import Actor
from beichen.platform.notify import rules as notify
from beichen.platform.notify.rules import Letter

TEAM = frozenset({"01f", "01l"})
"""Rows of a closed goal that the direct team reads; those whose goals are aligned with it read 01f alone."""


def tell_learning(actor: Actor, goal: Goal) -> None:
    """A notice without mail to whom the learning may help, of those who read the goal whatever else they are.

    The owner, the line manager and, as far as the goal is open, the direct team and the owners of the goals it serves
    and that serve it. `goal` is closed and loaded under its preset. Cost: five statements at most.
    """
    owner, row = people.person(actor, goal.owner_id), access.row_of(goal)
    told = {goal.owner_id, owner.manager_id}
    if row in TEAM and owner.manager_id is not None:
        told |= {one.id for one in people.reports_of(actor, owner.manager_id)}
    if row == "01f":
        told |= _aligned(goal.pk)
    url, params = reverse("goals:goal", args=[goal.pk]), {"goal": goal.title}
    notify.send_many(actor, [
        Letter(person_id, LEARNED, url, params, f"goals.learned:{goal.pk}:{person_id}")
        for person_id in sorted(one for one in told if one is not None and one != actor.person_id)
    ])  # fmt: skip


def _aligned(goal_id: int) -> set[int]:
    """Owners of the goals it serves and of those that serve it, who work here."""
    found = Alignment.objects.filter(Q(child_id=goal_id) | Q(parent_id=goal_id), state=AlignmentState.ACCEPTED)
    lines = found.values_list(
        "child__owner_id", "child__owner__is_active", "parent__owner_id", "parent__owner__is_active"
    )
    return {
        owner for child, child_here, parent, parent_here in lines
        for owner, here in ((child, child_here), (parent, parent_here)) if here
    }  # fmt: skip
