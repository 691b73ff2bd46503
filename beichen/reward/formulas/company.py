"""A whole company's bonus from its entries and one policy: what the set-based statements compute, person by person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from beichen.platform.kit.rounding import COEFFICIENT, half_even
from beichen.reward.formulas.parts import formula_bonus, parts
from beichen.reward.formulas.policy import PERCENT, Policy
from beichen.reward.formulas.pools import Entry, Stretch, base, pool, reserved, scaled_pools
from beichen.reward.formulas.shares import Limits, Sharing, bonus_shares

WHOLE_PERCENT = 100 * PERCENT


@dataclass(frozen=True, slots=True)
class Stay:
    """One stretch of one person: `unit` pays these days, `last_unit` would pay all of them."""

    number: str
    entity: str
    unit: str
    last_unit: str
    target: int
    days: int
    fte_percent: int
    coefficient: int | None
    currency: str = "CNY"


@dataclass(frozen=True, slots=True)
class UnitTerms:
    """C_unit and λ of one unit, in ten-thousandths."""

    c_unit: int
    flattening: int


@dataclass(frozen=True, slots=True)
class Shared:
    """A unit's pool: value = reserve + Σ amounts + unallocated. `sharing` None in formula mode."""

    unit: str
    base: Fraction
    value: int
    reserve: int
    unallocated: int
    amounts: Mapping[tuple[str, str], int]
    sharing: Sharing | None = None


def entries_of(stays: Sequence[Stay], by_days: bool) -> dict[str, list[Entry]]:  # noqa: FBT001
    """People by the unit that pays them; somebody who changed units stands in several pools when days decide."""
    grouped: dict[str, dict[tuple[str, str], list[Stay]]] = defaultdict(lambda: defaultdict(list))
    for stay in stays:
        grouped[stay.unit if by_days else stay.last_unit][stay.number, stay.entity].append(stay)
    return {unit: [_entry(found) for found in people.values()] for unit, people in grouped.items()}


def _entry(stays: Sequence[Stay]) -> Entry:
    one = stays[0]
    stretches = tuple(Stretch(s.target, s.days, Decimal(s.fte_percent) / 100) for s in stays)
    return Entry(one.number, stretches, one.coefficient, one.entity, one.currency)


def share_company(
    stays: Sequence[Stay], policy: Policy, terms: Mapping[str, UnitTerms], cycle_days: int
) -> dict[str, Shared]:
    """Every pool by unit code; units without a graded person have none. Errors: BadValue."""
    people = {
        unit: found for unit, found in entries_of(stays, policy.mover == "by_days").items()
        if any(entry.coefficient is not None for entry in found)
    }  # fmt: skip
    if policy.mode == "formula":
        return {unit: _by_formula(unit, found, policy, terms[unit], cycle_days) for unit, found in people.items()}
    bases = {unit: base(found, cycle_days).value for unit, found in people.items()}
    values = {unit: pool(unit, bases[unit], policy.company.coefficient, terms[unit].c_unit).value for unit in people}
    if policy.mode == "fixed":
        values = scaled_pools(values, policy.fixed_total or 0)
    return {
        unit: _shared(unit, bases[unit], values[unit], found, policy, terms[unit], cycle_days)
        for unit, found in people.items()
    }


def _shared(
    unit: str, base_value: Fraction, value: int, people: Sequence[Entry], policy: Policy, terms: UnitTerms, days: int
) -> Shared:
    cut = reserved(value, Fraction(policy.reserve, PERCENT))
    sharing = bonus_shares(cut.to_share, people, Fraction(terms.flattening, COEFFICIENT), limits(people, policy, days))
    amounts = {line.entry.key: line.amount for line in sharing.lines}
    return Shared(unit, base_value, value, cut.reserve, sharing.unallocated, amounts, sharing)


def limits(people: Sequence[Entry], policy: Policy, cycle_days: int) -> dict[tuple[str, str], Limits] | None:
    """Floor and cap of each person as shares of the own target and days; a coefficient of 0 knows no floor."""
    if policy.floor is None and policy.cap is None:
        return None
    return {
        entry.key: Limits(
            _portion(entry, policy.floor or 0, cycle_days),
            None if policy.cap is None else _portion(entry, policy.cap, cycle_days),
        )
        for entry in people
        if entry.coefficient
    }


def _portion(entry: Entry, percent: int, cycle_days: int) -> int:
    exact = entry.target_days * percent
    return half_even(exact.numerator, exact.denominator * cycle_days * WHOLE_PERCENT)


def _by_formula(unit: str, people: Sequence[Entry], policy: Policy, terms: UnitTerms, days: int) -> Shared:
    split = parts(
        *(Decimal(part) / COEFFICIENT for part in policy.parts),
        zero_loses_person_part_only=policy.zero_loses_person_part_only,
    )
    graded = [entry for entry in people if entry.coefficient is not None]
    amounts = {
        entry.key: formula_bonus(entry, policy.company.coefficient, terms.c_unit, split, days).amount
        for entry in graded
    }
    return Shared(unit, base(people, days).value, sum(amounts.values()), 0, 0, amounts)
