"""What HR chooses for a cycle while it is being set up; frozen when goals begin (21a)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from beichen.people import access, queries
from beichen.people.choices import AGREES, Phase
from beichen.people.models import Cycle
from beichen.people.queries import CycleCard, Step
from beichen.people.rules.cycles import WrongPhase
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.access.two_person import call_off
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound, gettext_noop

MOST_STEPS = 3
MOST_DAYS = 30


class BadSteps(Invalid):
    """One to three different people, each with some days."""

    code = "bad_steps"
    text = gettext_noop("Choose one to %(most)s different approvers in order, each with 1 to %(days)s days.")


@rule
def set_steps(actor: Actor, cycle_id: int, steps: Sequence[Step], version: int) -> CycleCard:
    """Choose who agrees to a goal of this cycle, one after the other, while it is being set up.

    Whoever had asked to begin the cycle has to ask again. Errors: NotFound, Forbidden, Changed, WrongPhase, BadSteps.
    Cost: about eight statements.
    """
    found = Cycle.objects.select_for_update().filter(pk=cycle_id).first()
    if found is None:
        raise NotFound
    require(actor, access.SET_STEPS, found)
    before, after = queries.cycle(actor, cycle_id).steps, tuple(steps)
    if before == after:
        return queries.cycle(actor, cycle_id)
    if found.version != version:
        raise Changed(found)
    if found.phase != Phase.SETUP:
        raise WrongPhase(wanted=Phase.SETUP.label, now=Phase(found.phase).label)
    if not _sound(after):
        raise BadSteps(field=None, most=MOST_STEPS, days=MOST_DAYS)
    goals = found.settings.get("goals", {})
    found.settings = {**found.settings, "goals": {**goals, "approval": [asdict(step) for step in after]}}
    found.version, found.asked_to = found.version + 1, ""
    found.save(update_fields=["settings", "version", "asked_to"])
    call_off(access.MOVE_CYCLE, f"cycle:{cycle_id}")
    audit.record(
        actor, access.SET_STEPS, found,
        details={"before": [asdict(step) for step in before], "after": [asdict(step) for step in after]},
    )  # fmt: skip
    return queries.cycle(actor, cycle_id)


@rule
def choose_goal_rules(actor: Actor, cycle_id: int, values: Mapping[str, Any], version: int) -> CycleCard:
    """Keep what the area of goals chose for a cycle beside its other settings, while it is being set up.

    The caller has checked the values. Errors: NotFound, Forbidden, Changed, WrongPhase. Cost: about six statements.
    """
    found = Cycle.objects.select_for_update().filter(pk=cycle_id).first()
    if found is None:
        raise NotFound
    require(actor, access.SET_GOAL_RULES, found)
    before = found.settings.get("goals", {})
    after = {**before, **values}
    if after == before:
        return queries.cycle(actor, cycle_id)
    if found.version != version:
        raise Changed(found)
    if found.phase != Phase.SETUP:
        raise WrongPhase(wanted=Phase.SETUP.label, now=Phase(found.phase).label)
    found.settings = {**found.settings, "goals": after}
    found.version, found.asked_to = found.version + 1, ""
    found.save(update_fields=["settings", "version", "asked_to"])
    call_off(access.MOVE_CYCLE, f"cycle:{cycle_id}")
    changed = {name: [before.get(name), value] for name, value in values.items() if before.get(name) != value}
    audit.record(actor, access.SET_GOAL_RULES, found, details=changed)
    return queries.cycle(actor, cycle_id)


def _sound(steps: Sequence[Step]) -> bool:
    roles = [step.role for step in steps]
    return (
        1 <= len(roles) <= MOST_STEPS
        and len(set(roles)) == len(roles)
        and set(roles) <= set(AGREES)
        and all(1 <= step.days <= MOST_DAYS for step in steps)
    )
