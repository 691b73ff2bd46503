"""The weighted mean that progress, sections and totals share, with the terms a page explains it by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from beichen.platform.kit import words
from beichen.platform.kit.words import BadValue


@dataclass(frozen=True, slots=True)
class Term:
    """One line of an explanation. `value` None is missing; `counted` False is shown and left out.

    `key` says what it is (an id, a role, a section); `weight` is what was counted with, `note` a code such as
    "dropped" or "too_few" for the page to put into words.
    """

    key: str
    weight: Fraction
    value: Fraction | None
    counted: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mean:
    """`value` is exact, or None where nothing counted; `equal` where all weights were 0 and equal ones were used."""

    value: Fraction | None
    weight: Fraction
    terms: tuple[Term, ...]
    equal: bool = False


def term(key: object, weight: Fraction | int, value: Fraction | int | None, note: str = "") -> Term:
    """A term of a mean; a missing value is not counted. A negative weight is refused."""
    if weight < 0:
        raise BadValue("weight", weight, words.NOT_NEGATIVE)
    exact = None if value is None else Fraction(value)
    return Term(str(key), Fraction(weight), exact, counted=exact is not None and not note, note=note)


def mean(terms: Iterable[Term], *, equal_when_zero: bool) -> Mean:
    """Σ weight · value / Σ weight over the counted terms.

    Weights that are all 0 become equal ones where `equal_when_zero`, else the mean is missing.
    """
    lines = tuple(terms)
    counted = [line for line in lines if line.counted]
    whole = sum((line.weight for line in counted), Fraction(0))
    if counted and whole == 0 and equal_when_zero:
        equal = tuple(replace(line, weight=Fraction(1)) if line.counted else line for line in lines)
        return replace(mean(equal, equal_when_zero=False), equal=True)
    if whole == 0:
        return Mean(None, whole, lines)
    top = sum((line.weight * line.value for line in counted if line.value is not None), Fraction(0))
    return Mean(top / whole, whole, lines)
