"""Giving a goal to begin from to many people at once, as drafts of their own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse

from beichen.goals import access, queries
from beichen.goals.choices import GIVEN, WRITING
from beichen.goals.models import Goal, GoalTemplate
from beichen.goals.queries.giving import GIVING, without_it
from beichen.goals.rules import errors, rollup
from beichen.people import queries as people
from beichen.people.queries import CycleCard, Reach
from beichen.people.rules import open_cycle
from beichen.platform import audit, notify
from beichen.platform.access.current import rule
from beichen.platform.access.many import write_many
from beichen.platform.access.permissions import require
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Forbidden, NotFound


@dataclass(frozen=True, slots=True)
class Given:
    """How many people got the draft, and how many have a goal of this title already."""

    count: int
    left: int


@rule
def give_template(actor: Actor, template_id: int, cycle_id: int, wanted: Reach) -> Given:
    """Put a goal to begin from into the plans of all these people, each as a draft of their own, and tell them.

    Who has a goal of this title in the cycle keeps it as it is, so a second click gives nobody a second one.
    Errors: NotFound, Forbidden, WrongPhase, OutOfUse. Cost: about fifteen statements for each 5,000 people.
    """
    queries.template(actor, template_id)
    require(actor, access.GIVE_TEMPLATE, access)
    held = GoalTemplate.objects.select_for_update().get(pk=template_id)
    if not held.is_active:
        raise errors.OutOfUse(held)
    if wanted.person_ids is not None and not wanted.person_ids:
        raise errors.NobodyChosen(field="person_ids")
    if wanted.profile_id is not None:
        people.role_profile(actor, wanted.profile_id)
    cycle = open_cycle(actor, cycle_id, *WRITING)
    every = people.in_reach(actor, GIVING, cycle.scope_id, wanted)
    if wanted.person_ids is not None:
        _all_mine(actor, wanted.person_ids, {pk for pk, _place in every})
    found = without_it(actor, every, cycle_id, held.title)
    goals = [_draft(actor, held, cycle, owner, place) for owner, place in found]
    if goals:
        write_many(goals)
        ids = [goal.pk for goal in goals]
        details = {"template": template_id, "title": held.title, "cycle": cycle_id}
        audit.record_bulk(actor, access.GIVE_TEMPLATE, "goals.goal", ids, details)
        notify.send_about(
            actor, GIVEN, [(goal.owner_id, goal.pk) for goal in goals], url=reverse("goals:goal", args=[0]),
            dedupe="goals.given", params={"name": people.person(actor, actor.person_id or 0).name, "goal": held.title},
        )  # fmt: skip
        rollup.mark(ids, [cycle_id])
    return Given(len(goals), len(every) - len(goals))


def _all_mine(actor: Actor, chosen: Collection[int], mine: set[int]) -> None:
    ids = set(chosen)
    if ids - set(people.persons(actor, ids)):
        raise NotFound
    if ids - mine:
        raise Forbidden(act=str(access.GIVE_TEMPLATE.label), key=access.GIVE_TEMPLATE.key)


def _draft(actor: Actor, held: GoalTemplate, cycle: CycleCard, owner: int, place: int) -> Goal:
    return Goal(
        title=held.title, title_en=held.title_en, kind=held.kind, ambition=held.ambition,
        verification=held.verification, owner_id=owner, owner_place=place, cycle_id=cycle.id, start=cycle.first,
        due=cycle.last, author_id=owner, last_editor_id=actor.person_id, template=held, given_by_id=actor.person_id,
    )  # fmt: skip
