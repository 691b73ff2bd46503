"""Distribution of grades: groups, quotas, and how far a group is from its guide (formulas §7).

Shares are in hundredths of a percent of the group (1000 = 10 %); grades run from the best down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from beichen.platform.kit import words
from beichen.platform.kit.rounding import WEIGHT, decimal
from beichen.platform.kit.sharing import share
from beichen.platform.kit.words import BadValue

GROUP_MIN = 10
WHOLE = 100 * WEIGHT


@dataclass(frozen=True, slots=True)
class Group:
    """People calibrated together; `unit` is where they were gathered."""

    unit: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """`groups` in order of their unit; `without_quota` is everybody of a company under the minimum."""

    groups: tuple[Group, ...]
    without_quota: tuple[str, ...] = ()


def groups(parents: Mapping[str, str | None], people: Mapping[str, Sequence[str]], minimum: int = GROUP_MIN) -> Groups:
    """Partition the people (by unit) bottom-up: a unit with enough free people is a group, else they pass up.

    `parents` maps each unit to its parent, exactly one root to None. A rest at the root under the minimum joins the
    largest group (tie: the smaller unit code). Cost: linear in units and people.
    """
    waiting = {unit: list(people.get(unit, ())) for unit in parents}
    unknown = sorted(set(people) - set(parents))
    if unknown:
        raise BadValue("unit", unknown[0], words.A_KNOWN_UNIT)
    made: dict[str, list[str]] = {}
    rest: list[str] = []
    for unit in _bottom_up(parents):
        parent = parents[unit]
        if len(waiting[unit]) >= max(1, minimum):
            made[unit] = waiting[unit]
        elif parent is None:
            rest = waiting[unit]
        else:
            waiting[parent].extend(waiting[unit])
    if rest and not made:
        return Groups((), tuple(sorted(rest)))
    if rest:
        made[min(made, key=lambda unit: (-len(made[unit]), unit))].extend(rest)
    return Groups(tuple(Group(unit, tuple(sorted(made[unit]))) for unit in sorted(made)))


def quotas(size: int, shares: Sequence[int]) -> tuple[int, ...]:
    """How many of `size` people each grade is meant for: largest remainder, ties to the better grade.

    `shares` add up to 10,000. 15 people with 10/20/40/20/10 % give 2, 3, 6, 3, 1.
    """
    if sum(shares) != WHOLE:
        raise BadValue("shares", decimal(sum(shares), WEIGHT), words.SUM_OF, limit=100)
    return share(size, shares, range(len(shares))).amounts


@dataclass(frozen=True, slots=True)
class Difference:
    """One grade of a soft guide: people in it, people it is meant for, and the difference."""

    grade: str
    actual: int
    quota: int

    @property
    def more(self) -> int:
        """People above the guide, negative below."""
        return self.actual - self.quota


def differences(grades: Sequence[str], actual: Mapping[str, int], shares: Sequence[int]) -> tuple[Difference, ...]:
    """A soft guide beside the grades given: differences are shown and stop nothing."""
    size = sum(actual.get(grade, 0) for grade in grades)
    return tuple(
        Difference(grade, actual.get(grade, 0), quota)
        for grade, quota in zip(grades, quotas(size, shares), strict=True)
    )


@dataclass(frozen=True, slots=True)
class Breach:
    """A cut of a forced guide that is not kept: `at_most` people at or above `grade`, or at least so many below."""

    grade: str
    from_top: bool
    actual: int
    limit: int


def breaches(soft: Sequence[Difference], top_to: str | None = None, bottom_to: str | None = None) -> tuple[Breach, ...]:
    """A forced guide, cumulative from each end; `soft` lists all grades from the best down.

    From the top down to `top_to` (the second grade by default), people at or above ≤ Σ quotas; from the bottom up to
    `bottom_to` (none by default), people at or below ≥ Σ quotas.
    """
    keys = [line.grade for line in soft]
    top_cuts = keys.index(top_to) + 1 if top_to is not None else min(2, len(keys))
    bottom_cuts = len(keys) - keys.index(bottom_to) if bottom_to is not None else 0
    found = [cut for cut in _cuts(soft, from_top=True)[:top_cuts] if cut.actual > cut.limit]
    found += [cut for cut in _cuts(soft[::-1], from_top=False)[:bottom_cuts] if cut.actual < cut.limit]
    return tuple(found)


def _cuts(lines: Sequence[Difference], *, from_top: bool) -> list[Breach]:
    actual = accumulate(line.actual for line in lines)
    limit = accumulate(line.quota for line in lines)
    return [Breach(line.grade, from_top, a, q) for line, a, q in zip(lines, actual, limit, strict=True)]


def _bottom_up(parents: Mapping[str, str | None]) -> list[str]:
    """Units so that each comes after all units below it; refused unless the parents form one tree."""
    below: dict[str | None, list[str]] = {}
    for unit, parent in sorted(parents.items()):
        below.setdefault(parent, []).append(unit)
    order = list(below.get(None, []))
    for unit in order:  # grows while it is walked: top-down, breadth first
        order.extend(below.get(unit, []))
    if len(below.get(None, [])) != 1 or len(order) != len(parents):
        raise BadValue("unit", len(order), words.ONE_TREE)
    return order[::-1]
