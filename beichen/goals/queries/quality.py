"""What the wording of a goal is compared with: colleagues' goals, the owner's last cycle, the days there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from beichen.goals import access
from beichen.goals.choices import GoalState
from beichen.goals.formulas.quality import Finding, Other, copies, looks, overload
from beichen.goals.models import Goal
from beichen.people import queries as people
from beichen.people.queries import CycleCard
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor

COMPARED = 300
"""So many goals of colleagues at most, those of the own unit first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A goal or key result as it is being typed; `measured`: numbers stand beside the words."""

    title: str
    owner_id: int
    cycle_id: int
    goal_id: int | None = None
    unit_id: int | None = None
    measured: bool = False
    due: date | None = None
    start: date | None = None
    effort_days: int | None = None


@query
def findings(actor: Actor, wording: Wording) -> list[Finding]:
    """What to think about in a wording, beside what it is compared with. Cost: five statements at most."""
    cycle = people.cycle(actor, wording.cycle_id)
    found = looks(
        wording.title, measured=wording.measured, due=wording.due, start=wording.start, cycle=(cycle.first, cycle.last)
    )
    if wording.title.strip():
        found += copies(wording.title, _before(actor, wording, cycle), "only_number")
        found += copies(wording.title, _beside(actor, wording), "duplicate")
    return found + _load(actor, wording, cycle)


def _visible(actor: Actor) -> Q:
    return access.visible_goals() if actor.person_id is not None else Q()


def _before(actor: Actor, wording: Wording, cycle: CycleCard) -> list[Other]:
    """The owner's goals of the cycle before, newest first."""
    found = Goal.objects.filter(
        _visible(actor), owner_id=wording.owner_id, unit_id=wording.unit_id,
        cycle__period__starts_on__lt=cycle.first, state__in=["active", "changing", "closed"],
    ).order_by("-cycle__period__starts_on", "id")  # fmt: skip
    return [Other(title, key) for title, key in found.values_list("title", "cycle__period__key")[:30]]


def _beside(actor: Actor, wording: Wording) -> list[Other]:
    """Goals of colleagues in the same cycle: of the same unit, and of the line above."""
    person = people.person(actor, wording.owner_id)
    near = Q(owner__unit_id=person.unit_id) | Q(owner_id=person.manager_id) | Q(unit_id=person.unit_id)
    found = Goal.objects.filter(_visible(actor), near, cycle_id=wording.cycle_id, is_dropped=False)
    found = found.exclude(owner_id=wording.owner_id).exclude(state=GoalState.DRAFT)
    return [Other(title, name) for title, name in found.order_by("id").values_list("title", "owner__name")[:COMPARED]]


def _load(actor: Actor, wording: Wording, cycle: CycleCard) -> list[Finding]:
    """The stated days of the whole plan against what the cycle leaves of the owner's working days."""
    if wording.effort_days is None or wording.unit_id is not None:
        return []
    others = Goal.objects.filter(
        _visible(actor), owner_id=wording.owner_id, unit_id__isnull=True, cycle_id=wording.cycle_id, is_dropped=False,
        effort_days__isnull=False,
    ).exclude(pk=wording.goal_id or 0)  # fmt: skip
    stated = [*others.values_list("effort_days", flat=True), wording.effort_days]
    there = people.work_time(actor, wording.owner_id, cycle.first, cycle.last)
    one = overload([days for days in stated if days is not None], there.left, there.whole)
    return [one] if one else []
