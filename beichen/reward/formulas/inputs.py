"""Who is in a bonus and which pool pays whom: the twin, person by person, of sql/entries.sql."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of one person in one unit; `target` None where none was valid."""

    unit: int
    first: date
    last: date
    target: int | None


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that is active, or in which somebody of the plan worked."""

    parent: int | None
    head: int | None


@dataclass(frozen=True, slots=True)
class Judged:
    """Why somebody is out ("" is in), the unit that pays each stretch, and the one that pays by the last day."""

    out: str
    pays: tuple[int, ...]
    last_pays: int


def judge(
    person: int, stretches: Sequence[Stretch], last: date, units: Mapping[int, Unit], *, has_result: bool
) -> Judged:
    """One person's stretches, in time order, at the end of a cycle."""
    end = max(stretches, key=lambda stretch: stretch.last)
    out = (
        "left" if end.last < last
        else "no_result" if not has_result
        else "no_target" if all(stretch.target is None for stretch in stretches)
        else ""
    )  # fmt: skip
    pays = tuple(paying_unit(stretch.unit, person, units) for stretch in stretches)
    return Judged(out, pays, paying_unit(end.unit, person, units))


def paying_unit(unit: int, person: int, units: Mapping[int, Unit]) -> int:
    """The unit whose pool pays this person: a head's own line lies in the pool above, the root's in its own."""
    at = unit
    while units[at].head == person and units[at].parent in units:
        at = units[at].parent or at
    return at
