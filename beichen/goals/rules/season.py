"""Choosing what a cycle lets happen to its goals, while it is being set up (21a)."""

from __future__ import annotations

from collections.abc import Sequence

from beichen.goals.choices import GoalKind
from beichen.goals.queries.season import (
    BOTH,
    BY_CONTRIBUTION,
    BY_TIME,
    FILL_UP,
    IN_FULL,
    LAST,
    MONTH,
    PROGRESS,
    QUARTER,
    TERMS,
    Flow,
    Season,
)
from beichen.goals.rules import errors
from beichen.people import queries as people
from beichen.people.choices import AGREES
from beichen.people.queries import CycleCard
from beichen.people.rules import choose_goal_rules
from beichen.platform.access.current import rule
from beichen.platform.kit import words
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.words import BadValue

MOST_GOALS, MOST_DAYS, MOST_LOCKS, MOST_FLOWS = 20, 90, 6, 12
MOST_STEPS, MOST_STEP_DAYS = 3, 30


@rule
def set_season(actor: Actor, cycle_id: int, chosen: Season, version: int) -> CycleCard:
    """Choose limits, scoring of changes, free range, rhythm of goal reviews, locks, and who agrees by role and level.

    Errors: NotFound, Forbidden, Changed, WrongPhase, BadValue. Cost: about six statements.
    """
    _check(chosen)
    _check_flows(actor, chosen.flows)
    return choose_goal_rules(
        actor, cycle_id,
        {
            "limits": chosen.limits, "count_min": chosen.count_min, "count_max": chosen.count_max,
            "versions": chosen.versions, "goal_review": chosen.rhythm, "tracks": chosen.tracks,
            "shared": chosen.shared,
            "change_free": {
                "target_percent": f"{chosen.free_percent.normalize():f}", "weight": chosen.free.weight,
                "days": chosen.free.days,
            },
            "locks": [
                {"what": lock.what, "since": lock.since.isoformat(), "kind": lock.kind} for lock in chosen.locks
            ],
            "approval_for": [
                {"profile": flow.profile_id, "level": flow.level, "roles": list(flow.roles), "days": flow.days}
                for flow in chosen.flows
            ],
        },
        version,
    )  # fmt: skip


def _check(chosen: Season) -> None:
    _one_of("limits", chosen.limits, ("warn", "block"))
    _one_of("versions", chosen.versions, (LAST, BY_TIME))
    _one_of("shared", chosen.shared, (BY_CONTRIBUTION, FILL_UP, IN_FULL))
    _one_of("goal_review", chosen.rhythm, ("", MONTH, QUARTER))
    if not 1 <= chosen.count_min <= chosen.count_max <= MOST_GOALS:
        raise BadValue("count_max", chosen.count_max, words.BETWEEN, low=chosen.count_min, high=MOST_GOALS)
    if not 0 <= chosen.tracks <= MOST_GOALS:
        raise BadValue("tracks", chosen.tracks, words.BETWEEN, low=0, high=MOST_GOALS)
    if not 0 <= chosen.free.target <= 1:
        raise BadValue("free_target", chosen.free_percent, words.BETWEEN, low=0, high=100)
    if not 0 <= chosen.free.weight <= 10_000:
        raise BadValue("free_weight", chosen.free.weight, words.BETWEEN, low=0, high=100)
    if not 0 <= chosen.free.days <= MOST_DAYS:
        raise BadValue("free_days", chosen.free.days, words.BETWEEN, low=0, high=MOST_DAYS)
    for lock in chosen.locks[: MOST_LOCKS + 1]:
        _one_of("what", lock.what, (TERMS, PROGRESS, BOTH))
        _one_of("kind", lock.kind, ("", *GoalKind.values))


def _check_flows(actor: Actor, flows: Sequence[Flow]) -> None:
    """One to three different approvers each, and a role or a level they hold for, each of these once."""
    if len(flows) > MOST_FLOWS:
        raise BadValue("flows", len(flows), words.BETWEEN, low=0, high=MOST_FLOWS)
    for flow in flows:
        named = set(flow.roles)
        if not 1 <= len(flow.roles) <= MOST_STEPS or len(named) != len(flow.roles) or not named <= set(AGREES):
            raise BadValue("roles", ", ".join(flow.roles), words.ONE_OF, choices=", ".join(AGREES))
        if not 1 <= flow.days <= MOST_STEP_DAYS:
            raise BadValue("days", flow.days, words.BETWEEN, low=1, high=MOST_STEP_DAYS)
        if flow.profile_id is not None:
            people.role_profile(actor, flow.profile_id)
        elif not flow.level:
            raise errors.ForNobody(field="flows")
    if len({(flow.profile_id, flow.level) for flow in flows}) != len(flows):
        raise errors.ForTheSame(field="flows")


def _one_of(field: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise BadValue(field, value, words.ONE_OF, choices=", ".join(one for one in allowed if one))
