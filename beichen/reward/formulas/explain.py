"""How one amount came about, step by step; the steps add up to the amount exactly.

Money in the smallest unit, coefficients in ten-thousandths, everything between them exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from beichen.platform.kit.rounding import COEFFICIENT

FTE = 100
ALWAYS = ("prorated", "grade")
"""Steps that are shown even when they change nothing."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is stored with an award. `target_days`: Σ target · days · FTE percent; k′ = flat_n / flat_d."""

    mode: str
    target_days: int
    cycle_days: int
    coefficient: int
    flat_n: int
    flat_d: int
    c_company: int
    c_unit: int
    weight: int
    rate: tuple[int, int] | None
    amount: int
    adjustment: int = 0
    parts: tuple[int, int, int] = (0, 0, COEFFICIENT)


@dataclass(frozen=True, slots=True)
class Explanation:
    """`prorated`: target for the days; `flattened`: k′; `pays`: money paid per unit of prorated target · k′ (the
    pool's rate), None where a pool was not shared by a rate; `steps`: (key, change), whose sum is `final`.
    """

    prorated: Fraction
    coefficient: Fraction
    flattened: Fraction
    pays: Fraction | None
    exact: Fraction
    rounding: Fraction
    final: int
    steps: tuple[tuple[str, Fraction], ...]


def explain(given: Inputs) -> Explanation:
    """Take one amount apart."""
    prorated = Fraction(given.target_days, FTE * given.cycle_days)
    if given.mode == "formula":
        return _by_parts(given, prorated)
    k, flattened = Fraction(given.coefficient, COEFFICIENT), Fraction(given.flat_n, given.flat_d * COEFFICIENT)
    company, unit = Fraction(given.c_company, COEFFICIENT), Fraction(given.c_unit, COEFFICIENT)
    exact = Fraction(given.amount) if given.rate is None else Fraction(*given.rate) * given.weight
    planned = prorated * company * unit
    steps = [
        ("prorated", prorated),
        ("grade", prorated * (k - 1)),
        ("company", prorated * k * (company - 1)),
        ("unit", prorated * k * company * (unit - 1)),
        ("flattening", planned * (flattened - k)),
        ("sharing", exact - planned * flattened),
    ]
    weighed = prorated * flattened
    pays = exact / weighed if weighed and given.rate is not None else None
    return _closed(given, Explanation(prorated, k, flattened, pays, exact, Fraction(0), 0, ()), steps)


def _by_parts(given: Inputs, prorated: Fraction) -> Explanation:
    factors = (given.c_company, given.c_unit, given.coefficient)
    split = [
        prorated * Fraction(part, COEFFICIENT) * Fraction(value, COEFFICIENT)
        for part, value in zip(given.parts, factors, strict=True)
    ]
    if not given.weight:
        split = [Fraction(0)] * 3
    k = Fraction(given.coefficient, COEFFICIENT)
    steps = list(zip(("company_part", "unit_part", "person_part"), split, strict=True))
    return _closed(given, Explanation(prorated, k, k, None, sum(split, Fraction(0)), Fraction(0), 0, ()), steps)


def _closed(given: Inputs, found: Explanation, steps: Sequence[tuple[str, Fraction]]) -> Explanation:
    """Add what lies between the exact share and what is paid: limits, whole cents, the manager's adjustment."""
    left = given.amount - found.exact
    kind = "limit" if abs(left) >= 1 else "rounding"
    ends = [(kind, left), ("adjustment", Fraction(given.adjustment))]
    shown = tuple((key, value) for key, value in (*steps, *ends) if value or key in ALWAYS)
    return Explanation(
        found.prorated, found.coefficient, found.flattened, found.pays, found.exact, left,
        given.amount + given.adjustment, shown,
    )  # fmt: skip
