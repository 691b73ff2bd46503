"""Formula mode: bonuses from company, unit and person parts; their sum is a result, not a pool (formulas §10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from beichen.platform.kit import words
from beichen.platform.kit.rounding import COEFFICIENT, Number, fraction, rounded
from beichen.platform.kit.words import BadValue
from beichen.reward.formulas.pools import Entry


@dataclass(frozen=True, slots=True)
class Parts:
    """The shares α, β, γ of company, unit and person; each ≥ 0, together exactly 1.

    `zero_loses_person_part_only`: k = 0 then still earns the company and unit parts.
    """

    company: Fraction
    unit: Fraction
    person: Fraction
    zero_loses_person_part_only: bool = False

    def __post_init__(self) -> None:
        if min(self.company, self.unit, self.person) < 0:
            raise BadValue("parts", min(self.company, self.unit, self.person), words.NOT_NEGATIVE)
        if self.company + self.unit + self.person != 1:
            raise BadValue("parts", self.company + self.unit + self.person, words.SUM_OF, limit=1)


def parts(company: Number, unit: Number, person: Number, *, zero_loses_person_part_only: bool = False) -> Parts:
    """Read the three shares as entered ("0.2", "0.3", "0.5")."""
    alpha, beta, gamma = (fraction(share, "parts") for share in (company, unit, person))
    return Parts(alpha, beta, gamma, zero_loses_person_part_only)


@dataclass(frozen=True, slots=True)
class FormulaBonus:
    """One person's bonus with its three exact parts, before the one rounding of their sum."""

    entry: Entry
    amount: int
    company_part: Fraction
    unit_part: Fraction
    person_part: Fraction


def formula_bonus(entry: Entry, c_company: int, c_unit: int, split: Parts, cycle_days: int) -> FormulaBonus:
    """target · days / D · (α·C_company + β·C_unit + γ·k), rounded; coefficients in ten-thousandths.

    k = 0, and a person without a decided grade, is paid nothing unless the plan says otherwise for k = 0.
    """
    if cycle_days <= 0:
        raise BadValue("days", cycle_days, words.POSITIVE)
    if min(c_company, c_unit) < 0:
        raise BadValue("coefficient", min(c_company, c_unit), words.NOT_NEGATIVE)
    k = entry.coefficient
    if k is None or (k == 0 and not split.zero_loses_person_part_only):
        return FormulaBonus(entry, 0, Fraction(0), Fraction(0), Fraction(0))
    whole = entry.target_days / cycle_days
    company, unit, person = (
        whole * part * Fraction(value, COEFFICIENT)
        for part, value in ((split.company, c_company), (split.unit, c_unit), (split.person, k))
    )
    return FormulaBonus(entry, rounded(company + unit + person, 1), company, unit, person)


def formula_total(bonuses: Sequence[FormulaBonus]) -> int:
    """What formula mode costs: a result, shown before anybody approves it."""
    return sum(bonus.amount for bonus in bonuses)
