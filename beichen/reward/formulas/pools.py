"""From targets and results to pools (formulas §10).

Money in the currency's smallest unit, coefficients in ten-thousandths, attainment exact (1 is met), days are calendar
days of a cycle of `cycle_days`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from beichen.platform.kit import words
from beichen.platform.kit.rounding import COEFFICIENT, Number, fraction, rounded
from beichen.platform.kit.sharing import share
from beichen.platform.kit.words import BadValue


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days with one target bonus and one full-time equivalent; a person whose target changed has several."""

    target: int
    days: int
    fte: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        for field, value in (("target_bonus", self.target), ("days", self.days)):
            if value < 0:
                raise BadValue(field, value, words.NOT_NEGATIVE)
        if not 0 <= fraction(self.fte, "fte") <= 1:
            raise BadValue("fte", self.fte, words.BETWEEN, low=0, high=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A person in a pool. `number` is the employee number, `entity` tells two contracts of one person apart.

    `coefficient` is that of the decided grade in ten-thousandths; None is no decided grade: listed, and neither in
    base nor share.
    """

    number: str
    stretches: tuple[Stretch, ...]
    coefficient: int | None
    entity: str = ""
    currency: str = "CNY"

    def __post_init__(self) -> None:
        if self.coefficient is not None and self.coefficient < 0:
            raise BadValue("coefficient", self.coefficient, words.NOT_NEGATIVE)

    @property
    def key(self) -> tuple[str, str]:
        """Order of ties: employee number in code-point order, then entity."""
        return (self.number, self.entity)

    @property
    def target_days(self) -> Fraction:
        """Σ target · days · FTE, exact."""
        return sum((s.target * s.days * fraction(s.fte) for s in self.stretches), Fraction(0))

    @property
    def days(self) -> int:
        """Calendar days over all stretches."""
        return sum(s.days for s in self.stretches)


@dataclass(frozen=True, slots=True)
class Base:
    """The exact base of a unit, who is in it, and who is listed without a decided grade."""

    value: Fraction
    counted: tuple[Entry, ...]
    ungraded: tuple[Entry, ...]


def base(entries: Sequence[Entry], cycle_days: int) -> Base:
    """Σ target · days · FTE / D over the people with a decided grade; one currency in one pool."""
    if cycle_days <= 0:
        raise BadValue("days", cycle_days, words.POSITIVE)
    currencies = sorted({entry.currency for entry in entries})
    if len(currencies) > 1:
        raise BadValue("currency", ", ".join(currencies), words.A_CURRENCY)
    for entry in entries:
        if entry.days > cycle_days:
            raise BadValue("days", entry.days, words.AT_MOST, limit=cycle_days)
    counted = tuple(entry for entry in entries if entry.coefficient is not None)
    value = sum((entry.target_days for entry in counted), Fraction(0)) / cycle_days
    return Base(value, counted, tuple(entry for entry in entries if entry.coefficient is None))


@dataclass(frozen=True, slots=True)
class CoefficientPoint:
    """A row of a coefficient table: attainment exact, coefficient in ten-thousandths."""

    attainment: Fraction
    coefficient: int


def coefficient(table: Sequence[CoefficientPoint], attainment: Fraction) -> int:
    """Linear between the points, flat beyond the ends, in ten-thousandths, never below 0.

    Attainments in the table rise strictly; coefficients are not negative.
    """
    _check(table)
    if attainment <= table[0].attainment:
        return table[0].coefficient
    for low, high in pairwise(table):
        if attainment <= high.attainment:
            way = (attainment - low.attainment) / (high.attainment - low.attainment)
            return rounded(low.coefficient + way * (high.coefficient - low.coefficient), 1)
    return table[-1].coefficient


@dataclass(frozen=True, slots=True)
class Pool:
    """A unit's pool in the smallest unit of money, and the numbers that made it."""

    unit: str
    value: int
    base: Fraction
    c_company: int
    c_unit: int


def pool(unit: str, base_value: Fraction, c_company: int, c_unit: int) -> Pool:
    """Base · C_company · C_unit, rounded once."""
    if min(c_company, c_unit) < 0:
        raise BadValue("coefficient", min(c_company, c_unit), words.NOT_NEGATIVE)
    exact = base_value * Fraction(c_company, COEFFICIENT) * Fraction(c_unit, COEFFICIENT)
    return Pool(unit, rounded(exact, 1), base_value, c_company, c_unit)


def scaled_pools(pools: Mapping[str, int], fixed_total: int) -> dict[str, int]:
    """Pools scaled to a fixed total by largest remainder (ties: unit code); all zero with a total is refused."""
    units = sorted(pools)
    if fixed_total > 0 and not any(pools.values()):
        raise BadValue("pools", 0, words.NOT_ALL_ZERO)
    parts = share(fixed_total, [pools[unit] for unit in units], units)
    return dict(zip(units, parts.amounts, strict=True))


@dataclass(frozen=True, slots=True)
class Reserved:
    """A pool cut in what is kept for appeals and what is shared."""

    reserve: int
    to_share: int


def reserved(pool_value: int, percent: Number) -> Reserved:
    """Take the plan's reserve (percent with at most two digits) from a pool before sharing."""
    exact = fraction(percent, "reserve")
    if not 0 <= exact <= 100:
        raise BadValue("reserve", percent, words.BETWEEN, low=0, high=100)
    reserve = rounded(pool_value * exact / 100, 1)
    return Reserved(reserve, pool_value - reserve)


def _check(table: Sequence[CoefficientPoint]) -> None:
    if not table:
        raise BadValue("points", 0, words.ONE_OR_MORE)
    for point in table:
        if point.coefficient < 0:
            raise BadValue("coefficient", point.coefficient, words.NOT_NEGATIVE)
    for low, high in pairwise(table):
        if high.attainment <= low.attainment:
            raise BadValue("points", high.attainment, words.MORE_THAN, limit=low.attainment)
