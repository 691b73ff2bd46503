"""From raters' scores to the score of one section (formulas §6).

Scores are exact fractions on 0 … 120 (100 = met) until they are shown; only the goals section is stored, in hundredths.
Weights are whole percents or hundredths: only their proportion counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

from beichen.platform.kit import words
from beichen.platform.kit.means import Mean, Term, mean, term
from beichen.platform.kit.periods import overlap
from beichen.platform.kit.rounding import SCORE, rounded
from beichen.platform.kit.words import BadValue
from beichen.platform.kit.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class Stint:
    """Days one manager was in charge of the person; `end` None is still in charge."""

    manager: str
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class ManagerDays:
    """One manager's part in the cycle: calendar days weigh, working days decide whether it is kept."""

    manager: str
    days: int
    working_days: int
    last_day: date
    kept: bool = True


@dataclass(frozen=True, slots=True)
class PartRules:
    """Parts shorter than min(working days, share of the cycle's working days) are dropped."""

    working_days: int = 20
    cycle_share: Fraction = Fraction(1, 4)


DEFAULT_PARTS = PartRules()


def manager_days(
    stints: Sequence[Stint], start: date, end: date, calendar: WorkCalendar, rules: PartRules = DEFAULT_PARTS
) -> tuple[ManagerDays, ...]:
    """The managers of one person in the cycle start … end, in order of their last day; a manager's stints add up.

    The dropped managers' days are shared in proportion by leaving them out of the weights. If all would be dropped,
    the longest in calendar days stays (tie: the later).
    """
    parts: dict[str, ManagerDays] = {}
    for stint in stints:
        shared = overlap(stint.start, stint.end, start, end)
        if shared is not None:
            parts[stint.manager] = _add(parts.get(stint.manager), stint.manager, shared, calendar)
    ordered = sorted(parts.values(), key=lambda part: (part.last_day, part.manager))
    least = min(Fraction(rules.working_days), calendar.count(start, end) * rules.cycle_share)
    if all(part.working_days < least for part in ordered):
        longest = max(ordered, key=lambda part: (part.days, part.last_day), default=None)
        return tuple(replace(part, kept=part is longest) for part in ordered)
    return tuple(replace(part, kept=part.working_days >= least) for part in ordered)


def manager_part(parts: Sequence[ManagerDays], scores: Mapping[str, Fraction | int | None]) -> Mean:
    """The managers' score for one section, averaged by calendar days in charge over those kept who answered.

    None: nobody kept has answered, and the review cannot be decided. A manager who took over after the last day of the
    cycle has no days, and counts where nobody with days has answered.
    """
    terms = [
        term(part.manager, part.days, scores.get(part.manager), "" if part.kept else "too_short") for part in parts
    ]
    return mean(terms, equal_when_zero=True)


class PeerMode(StrEnum):
    """Who may know who wrote: the value is what the plan keeps."""

    OPEN = "open"
    CONFIDENTIAL = "confidential"
    ANONYMOUS = "anonymous"


PEERS_NEEDED = {PeerMode.OPEN: 1, PeerMode.CONFIDENTIAL: 3, PeerMode.ANONYMOUS: 5}
UPWARD_NEEDED = 5


@dataclass(frozen=True, slots=True)
class GroupPart:
    """Peers or direct reports as one voice. `score` is exact, None below `needed`; `words_read` by those who decide."""

    score: Fraction | None
    answers: int
    needed: int
    words_read: bool


def peers_part(scores: Sequence[Fraction | int], mode: PeerMode, needed: int | None = None) -> GroupPart:
    """The peers' plain mean for one section, None with fewer answers than `needed` (the mode's own by default).

    Below it, confidential words are still read and anonymous ones by nobody.
    """
    least = PEERS_NEEDED[mode] if needed is None else needed
    enough = len(scores) >= max(1, least)
    value = sum((Fraction(score) for score in scores), Fraction(0)) / len(scores) if enough else None
    return GroupPart(value, len(scores), least, enough or mode is not PeerMode.ANONYMOUS)


def upward_part(scores: Sequence[Fraction | int], needed: int = UPWARD_NEEDED) -> GroupPart:
    """The direct reports' mean: anonymous, so that fewer than five answers are neither counted nor read."""
    return peers_part(scores, PeerMode.ANONYMOUS, needed)


def section_score(answers: Mapping[str, Fraction | int | None], weights: Mapping[str, int]) -> Mean:
    """Σ v·score / Σ v over the roles that answered; the weight of the others is spread. Missing where Σ v = 0.

    `answers` by role (manager, peers, self …) hold exact scores; a role without a weight is shown and weighs 0.
    """
    return mean([term(role, weights.get(role, 0), score) for role, score in answers.items()], equal_when_zero=False)


@dataclass(frozen=True, slots=True)
class GoalPart:
    """A goal, or one version of it, in the goals section.

    `weight` is `Goal.weight` in hundredths, already reduced where the result is shared; `score` in hundredths, None
    where not measured; `days` in force, used "by time".
    """

    goal: str
    weight: Fraction | int
    score: int | None
    days: int = 1


@dataclass(frozen=True, slots=True)
class GoalsSection:
    """The stored score of the goals section in hundredths, None where no goal is measured, and its terms."""

    stored: int | None
    how: Mean


def goals_section(goals: Sequence[GoalPart], *, by_time: bool = False) -> GoalsSection:
    """Σ w·score / Σ w with `Goal.weight`, times days in force where the plan scores by time; rounded and stored."""
    terms: list[Term] = []
    for goal in goals:
        if goal.days < 0:
            raise BadValue("days", goal.days, words.NOT_NEGATIVE)
        exact = None if goal.score is None else Fraction(goal.score, SCORE)
        terms.append(term(goal.goal, goal.weight * goal.days if by_time else goal.weight, exact))
    how = mean(terms, equal_when_zero=False)
    return GoalsSection(None if how.value is None else rounded(how.value, SCORE), how)


def _add(part: ManagerDays | None, manager: str, shared: tuple[date, date], calendar: WorkCalendar) -> ManagerDays:
    first, last = shared
    days, working = (last - first).days + 1, calendar.count(first, last)
    if part is None:
        return ManagerDays(manager, days, working, last)
    return ManagerDays(manager, part.days + days, part.working_days + working, max(part.last_day, last))
