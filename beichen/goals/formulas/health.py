"""Where a goal ought to be by a day, and how it stands against that (formulas §3).

Expected progress is exact; progress is stored in millionths; pace is compared as an exact ratio, never divided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from beichen.goals.formulas.measures import Band, KeepWithin, Measure, Milestones, YesNo, milestone_share
from beichen.platform.kit import words
from beichen.platform.kit.means import mean, term
from beichen.platform.kit.rounding import PROGRESS, clip
from beichen.platform.kit.words import BadValue


class Health(StrEnum):
    """How a key result or goal stands; the value is what the database keeps."""

    DONE = "done"
    NOT_UPDATED = "not_updated"
    EARLY = "early"
    AHEAD = "ahead"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    NOT_MEASURED = "not_measured"


BEHIND = frozenset({Health.AT_RISK, Health.OFF_TRACK})
_STEPS = {Health.OFF_TRACK: 0, Health.AT_RISK: 1, Health.ON_TRACK: 2, Health.AHEAD: 3}


@dataclass(frozen=True, slots=True)
class HealthRules:
    """The starting values of `defaults.toml`; a company may set others."""

    ahead: Fraction = Fraction(11, 10)
    on_track: Fraction = Fraction(9, 10)
    at_risk: Fraction = Fraction(6, 10)
    too_early_below: Fraction = Fraction(1, 10)
    rhythm_days: int = 14
    late_after_days: int = 3


DEFAULT_RULES = HealthRules()


@dataclass(frozen=True, slots=True)
class When:
    """The span of a key result or goal, and the day it is looked at; `due` must come after `start`."""

    start: date
    due: date
    day: date

    def __post_init__(self) -> None:
        if self.due <= self.start:
            raise BadValue("due", self.due, words.A_LATER_DAY, limit=self.start)


@dataclass(frozen=True, slots=True)
class Standing:
    """A health with what explains it: progress p in millionths, exact expected progress e, exact pace p/e."""

    health: Health
    progress: int | None
    expected: Fraction
    pace: Fraction | None


@dataclass(frozen=True, slots=True)
class ItemStanding:
    """An item of a goal for the goal's own standing; weight in hundredths, `counted` as in the roll-up.

    `holds_to_end`: it is a range or a band before its end, or a child goal with such an item.
    """

    weight: int
    standing: Standing
    counted: bool = True
    holds_to_end: bool = False


def expected(measure: Measure, when: When) -> Fraction:
    """Expected progress of a key result at the end of the day."""
    if isinstance(measure, KeepWithin):
        return Fraction(1)
    if isinstance(measure, YesNo):
        return Fraction(int(when.day >= when.due))
    if isinstance(measure, Milestones):
        return milestone_share(measure.steps, [step.due <= when.day for step in measure.steps])
    return expected_by_time(when)


def expected_by_time(when: When) -> Fraction:
    """The share of the time from start to due that has passed, cut to 0 … 1."""
    return clip(Fraction((when.day - when.start).days, (when.due - when.start).days), 0, 1)


def expected_of_goal(items: Sequence[ItemStanding], when: When) -> Fraction:
    """The mean of the counted items' expected progress; by time where nothing is counted."""
    terms = [term(i, item.weight, item.standing.expected) for i, item in enumerate(items) if _counts(item)]
    by_items = mean(terms, equal_when_zero=True).value
    return expected_by_time(when) if by_items is None else by_items


def holds_to_end(measure: Measure, when: When) -> bool:
    """Whether full progress means "so far" only: a range, or a band, before its end."""
    return isinstance(measure, KeepWithin | Band) and when.day < when.due


def stand(
    measure: Measure, progress: int | None, last_update: date | None, when: When, rules: HealthRules = DEFAULT_RULES
) -> Standing:
    """How a key result stands on a day; `progress` None is not measured, `last_update` None never updated."""
    e = expected(measure, when)
    silent = (when.day - (last_update or when.start)).days
    quiet = e > 0 and silent > rules.rhythm_days + rules.late_after_days
    return _judge(progress, e, rules, can_be_done=not holds_to_end(measure, when), quiet=quiet)


def stand_of_goal(
    progress: int | None, items: Sequence[ItemStanding], when: When, rules: HealthRules = DEFAULT_RULES
) -> Standing:
    """How a goal stands: not updated when it has items and all of them are, child goals included."""
    present = [item for item in items if item.counted]
    quiet = bool(present) and all(item.standing.health is Health.NOT_UPDATED for item in present)
    can_be_done = not any(item.holds_to_end for item in present)
    return _judge(progress, expected_of_goal(items, when), rules, can_be_done=can_be_done, quiet=quiet)


def two_steps_apart(owner: Health, computed: Health) -> bool:
    """Whether the owner's confidence and the pace are two steps or more apart; False where either is no pace."""
    if owner not in _STEPS or computed not in _STEPS:
        return False
    return abs(_STEPS[owner] - _STEPS[computed]) >= 2


def behind_running(at_updates: Sequence[Health], times: int = 3) -> bool:
    """Whether the newest updates (given oldest first) found it at risk or off track so many times in a row."""
    newest = at_updates[-times:]
    return len(newest) == times and all(health in BEHIND for health in newest)


def _judge(progress: int | None, e: Fraction, rules: HealthRules, *, can_be_done: bool, quiet: bool) -> Standing:
    pace = None if progress is None or e == 0 else Fraction(progress, PROGRESS) / e
    if progress is not None and progress >= PROGRESS and can_be_done:
        return Standing(Health.DONE, progress, e, pace)
    if quiet:
        return Standing(Health.NOT_UPDATED, progress, e, pace)
    if e < rules.too_early_below:
        return Standing(Health.EARLY, progress, e, pace)
    return Standing(Health.NOT_MEASURED if pace is None else _by_pace(pace, rules), progress, e, pace)


def _by_pace(pace: Fraction, rules: HealthRules) -> Health:
    if pace >= rules.ahead:
        return Health.AHEAD
    if pace >= rules.on_track:
        return Health.ON_TRACK
    return Health.AT_RISK if pace >= rules.at_risk else Health.OFF_TRACK


def _counts(item: ItemStanding) -> bool:
    return item.counted and item.standing.progress is not None
