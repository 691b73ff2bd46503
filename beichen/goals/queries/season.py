"""What a cycle lets happen to its goals: limits, locks, how changes are scored, what may change without a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from beichen.goals.formulas.versions import FreeRange
from beichen.people.queries import STEP_DAYS, Step

LAST, BY_TIME = "last", "by_time"
BY_CONTRIBUTION, FILL_UP, IN_FULL = "by_contribution", "fill_up", "in_full"
MONTH, QUARTER = "month", "quarter"
NOTHING_FREE = FreeRange()
TERMS, PROGRESS, BOTH = "terms", "progress", "both"


@dataclass(frozen=True, slots=True)
class Lock:
    """From a day on, terms or progress of goals (of a kind; empty: of all) stay as they are."""

    what: str
    since: date
    kind: str = ""

    def holds(self, kind: str, what: str, day: date) -> bool:
        """Whether it stops this act on a goal of this kind on this day."""
        return self.what in (what, BOTH) and self.kind in ("", kind) and day >= self.since


@dataclass(frozen=True, slots=True)
class Flow:
    """Who agrees, one after the other, to goals of a role or a level (empty: of all); each has `days`."""

    profile_id: int | None
    level: str
    roles: tuple[str, ...]
    days: int = STEP_DAYS

    @property
    def steps(self) -> tuple[Step, ...]:
        """The same as steps of a cycle."""
        return tuple(Step(role, self.days) for role in self.roles)

    def fits(self, profile_id: int | None, level: str) -> bool:
        """Whether it is for somebody in this role at this level."""
        return self.profile_id in (None, profile_id) and self.level in ("", level)


@dataclass(frozen=True, slots=True)
class Season:
    """The chosen rules of a cycle; what is not set has its starting value.

    `versions`: "last" scores the newest terms, "by_time" each version by its days. `rhythm`: how often all goals are
    gone through, month, quarter or never (empty). `shared`: what a shared result weighs in the plans of its parties: by
    the part of each, the same with the rest given to the other goals, or in full.
    """

    limits: str = "warn"
    count_min: int = 3
    count_max: int = 5
    versions: str = LAST
    free: FreeRange = NOTHING_FREE
    rhythm: str = ""
    locks: tuple[Lock, ...] = ()
    flows: tuple[Flow, ...] = ()
    tracks: int = 3
    shared: str = BY_CONTRIBUTION

    def steps_for(self, profile_id: int | None, level: str) -> tuple[Step, ...]:
        """The steps of the exception that names most of a person's role and level; none where no exception fits."""
        fitting = [flow for flow in self.flows if flow.fits(profile_id, level)]
        best = max(fitting, key=lambda flow: (flow.profile_id is not None, flow.level != ""), default=None)
        return best.steps if best else ()

    @property
    def blocks(self) -> bool:
        """Whether a plan outside the limits is refused."""
        return self.limits == "block"

    @property
    def free_percent(self) -> Decimal:
        """How far a target may move alone, in per cent of the agreed way."""
        return Decimal(self.free.target.numerator * 100) / Decimal(self.free.target.denominator)


def season(settings: Mapping[str, Any]) -> Season:
    """The rules a cycle was opened with. Cost: none."""
    given = settings.get("goals", {})
    free = given.get("change_free", {})
    return Season(
        limits=str(given.get("limits", "warn")),
        count_min=int(given.get("count_min", 3)), count_max=int(given.get("count_max", 5)),
        versions=str(given.get("versions", LAST)),
        free=FreeRange(
            Fraction(str(free.get("target_percent", 0))) / 100, int(free.get("weight", 0)), int(free.get("days", 0))
        ),
        rhythm=str(given.get("goal_review", "")), tracks=int(given.get("tracks", 3)),
        shared=str(given.get("shared", BY_CONTRIBUTION)),
        locks=tuple(
            Lock(str(one["what"]), date.fromisoformat(str(one["since"])), str(one.get("kind", "")))
            for one in given.get("locks", ())
        ),
        flows=tuple(
            Flow(
                one.get("profile"), str(one.get("level", "")), tuple(str(role) for role in one["roles"]),
                int(one.get("days", STEP_DAYS)),
            )
            for one in given.get("approval_for", ())
        ),
    )  # fmt: skip


def locked_since(settings: Mapping[str, Any], kind: str, what: str, day: date) -> date | None:
    """Since when an act on goals of a kind is locked on a day; None where it is open."""
    held = [lock.since for lock in season(settings).locks if lock.holds(kind, what, day)]
    return min(held, default=None)


def round_of(rhythm: str, day: date) -> date | None:
    """The first day of the round of goal reviews a day lies in; None where goals are not gone through."""
    if rhythm == MONTH:
        return day.replace(day=1)
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1) if rhythm == QUARTER else None
