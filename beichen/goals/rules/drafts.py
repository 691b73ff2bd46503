"""Writing goals, while they are drafts and, by the manager, while they run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from beichen.goals import access, queries
from beichen.goals.choices import CHANGED_BY_MANAGER, RUNNING, WRITING, GoalState, Visibility
from beichen.goals.events import GoalChanged
from beichen.goals.models import Goal, SharedResult
from beichen.goals.queries import GoalCard
from beichen.goals.queries.season import TERMS
from beichen.goals.rules import errors, rollup, versions
from beichen.goals.rules.measuring import restat
from beichen.people import queries as people
from beichen.people.queries import CycleCard
from beichen.people.rules import open_cycle
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import Permission, require
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock, words
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound, gettext_noop
from beichen.platform.kit.words import BadValue
from beichen.platform.notify import rules as notify
from beichen.strategy import queries as strategy

FULL = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalInput:
    """What is entered for a goal; `weight` in hundredths; without dates the cycle's hold."""

    title: str
    title_en: str = ""
    kind: str = "objective"
    ambition: str = "committed"
    weight: int = 0
    priority_id: int | None = None
    visibility: str = Visibility.PUBLIC
    start: date | None = None
    due: date | None = None
    verification: str = ""
    effort_days: int | None = None
    template_id: int | None = None


@rule
def create_goal(
    actor: Actor, cycle_id: int, entered: GoalInput, *, owner_id: int | None = None, unit_id: int | None = None
) -> GoalCard:
    """Begin a draft: for oneself, for a unit one heads, or (as a manager) for a report. Cost: about eight statements.

    The same person sending the same draft again within the cycle gets the first one.
    """
    cycle = open_cycle(actor, cycle_id, *WRITING)
    goal = Goal(cycle_id=cycle_id, author_id=actor.person_id, last_editor_id=actor.person_id, state=GoalState.DRAFT)
    unit = people.unit(actor, unit_id) if unit_id else None
    owner = people.person(actor, (unit.head_id if unit else owner_id or actor.person_id) or 0)
    goal.owner_id, goal.owner_place, goal.unit_id = owner.id, owner.place, unit_id
    same = Goal.objects.filter(
        author_id=actor.person_id, owner_id=owner.id, unit_id=unit_id, cycle_id=cycle_id, title=entered.title,
        state=GoalState.DRAFT, version=1,
    ).first()  # fmt: skip
    if same is not None:
        return queries.goal(actor, same.pk)
    require(actor, access.WRITE, goal)
    goal.template_id = queries.template(actor, entered.template_id).id if entered.template_id else None
    _fill(actor, goal, entered, cycle, unit_id or owner.unit_id)
    goal.save()
    audit.record(actor, access.WRITE, goal, subjects=[owner.id], details={"title": goal.title})
    rollup.mark([goal.pk], [cycle_id])
    return queries.goal(actor, goal.pk)


@rule
def edit_goal(actor: Actor, goal_id: int, entered: GoalInput, version: int) -> GoalCard:
    """Change a draft; a running goal's terms are changed by the manager. Cost: about eight statements."""
    goal = queries.goal_to_change(actor, goal_id)
    open_to_write(actor, goal)
    if goal.version != version:
        raise Changed(goal)
    cycle = open_cycle(actor, goal.cycle_id, *WRITING)
    before = {name: getattr(goal, name) for name in _GOAL_FIELDS}
    _fill(actor, goal, entered, cycle, goal.unit_id or _unit_of(actor, goal))
    if goal.visibility != before["visibility"] and SharedResult.objects.filter(pk=goal.pk).exists():
        raise errors.SharedStaysOpen(goal, field="visibility")
    saved(actor, goal)
    for kr in goal.key_results.select_related("stat"):
        restat(actor, kr, goal, cycle.settings)
    after = {name: getattr(goal, name) for name in _GOAL_FIELDS}
    note(actor, goal, {n: [before[n], after[n]] for n in after if before[n] != after[n]})
    return queries.goal(actor, goal_id)


@rule
def discard_draft(actor: Actor, goal_id: int, version: int) -> None:
    """Throw a draft away; nothing that was ever agreed is deleted."""
    goal = queries.goal_to_change(actor, goal_id)
    require(actor, access.WRITE, goal)
    if goal.version != version:
        raise Changed(goal)
    if goal.state != GoalState.DRAFT:
        raise errors.NotDraft(goal)
    audit.record(actor, "goals.discard", goal, subjects=[goal.owner_id], details={"title": goal.title})
    goal.delete()


@rule
def reweigh_goal(actor: Actor, goal_id: int, weight: int, version: int) -> int:
    """Change the share of a goal in its plan; gives the new version. `weight` in hundredths."""
    goal = queries.goal_to_change(actor, goal_id)
    if goal.weight == weight:
        return goal.version
    open_to_write(actor, goal)
    if goal.version != version:
        raise Changed(goal)
    open_cycle(actor, goal.cycle_id, *WRITING)
    before, goal.weight = goal.weight, weight_of(weight)
    saved(actor, goal)
    note(actor, goal, {"weight": [before, weight]})
    return goal.version


_GOAL_FIELDS = (
    "title", "title_en", "kind", "ambition", "weight", "priority_id", "visibility", "start", "due", "verification",
    "effort_days",
)  # fmt: skip


def permission_to_write(goal: Goal) -> Permission:
    """A draft is its writer's, the terms of a running goal are the manager's."""
    return access.ADJUST if goal.state in RUNNING else access.WRITE


def open_to_write(actor: Actor, goal: Goal) -> None:
    """Refuse where the terms of a goal may not be written; of a running one, what was agreed is kept before.

    Errors: NotDraft, Forbidden, ChangePending, Locked. Cost: none for a draft, one statement for a running goal.
    """
    if goal.state in (GoalState.PROPOSED, GoalState.CLOSED):
        raise errors.NotDraft(goal)
    require(actor, permission_to_write(goal), goal)
    if goal.state == GoalState.CHANGING:
        raise errors.ChangePending(goal)
    versions.open_for(goal, TERMS)
    if goal.state in RUNNING:
        versions.hold(goal)


def saved(actor: Actor, goal: Goal) -> None:
    """Write the goal with a new version and its last editor."""
    goal.last_editor_id, goal.version = actor.person_id, goal.version + 1
    goal.save()


def note(actor: Actor, goal: Goal, changes: dict[str, Any]) -> None:
    """Audit what was changed; of a running goal keep the version, tell the owner, and have it recomputed."""
    audit.record(actor, permission_to_write(goal), goal, subjects=[goal.owner_id], details=changes)
    if goal.state in RUNNING:
        versions.keep(actor, goal)
        publish(GoalChanged(goal_id=goal.pk, owner_id=goal.owner_id))
        _tell_owner(actor, goal)
    rollup.mark([goal.pk], [goal.cycle_id])


def _tell_owner(actor: Actor, goal: Goal) -> None:
    by = people.persons(actor, [actor.person_id]).get(actor.person_id or 0)
    if by is not None:
        notify.send(
            actor, goal.owner_id, CHANGED_BY_MANAGER, reverse("goals:versions", args=[goal.pk]),
            {"name": by.name, "goal": goal.title}, dedupe=f"goals.terms:{goal.pk}:{clock.today()}",
        )  # fmt: skip


def weight_of(value: int) -> int:
    """The weight, where it lies between 0 and 100 %."""
    if not 0 <= value <= FULL:
        raise BadValue("weight", Decimal(value) / 100, words.BETWEEN, low=0, high=100)
    return value


def _unit_of(actor: Actor, goal: Goal) -> int | None:
    return people.person(actor, goal.owner_id).unit_id


def _fill(actor: Actor, goal: Goal, entered: GoalInput, cycle: CycleCard, unit_id: int | None) -> None:
    if not entered.title.strip():
        raise Invalid(fields={"title": gettext_noop("A goal needs a title.")})
    if entered.priority_id and entered.priority_id not in {p.id for p in strategy.priorities(actor)}:
        raise NotFound
    for name in ("title", "title_en", "kind", "ambition", "priority_id", "visibility", "verification", "effort_days"):
        setattr(goal, name, getattr(entered, name))
    goal.weight, goal.start, goal.due = (
        weight_of(entered.weight),
        entered.start or cycle.first,
        entered.due or cycle.last,
    )
    if goal.due <= goal.start:
        raise BadValue("due", goal.due, words.A_LATER_DAY, limit=goal.start)
    goal.shown_in_id = unit_id if entered.visibility == Visibility.UNIT else None
