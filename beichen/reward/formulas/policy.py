"""One bonus policy as plain values, read from what was entered (formulas §10).

Coefficients, λ and parts in ten-thousandths; percents in hundredths of a percent; money in the smallest unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from beichen.platform.kit import words
from beichen.platform.kit.rounding import COEFFICIENT, fraction, scaled
from beichen.platform.kit.words import BadValue
from beichen.reward.formulas.pools import CoefficientPoint, coefficient

PERCENT = 100
MODES = ("pool", "fixed", "formula")
MOVERS = ("last_day", "by_days")
MOST_PERCENT = 1_000


@dataclass(frozen=True, slots=True)
class Result:
    """A business result: the coefficient as given, else interpolated from an attainment."""

    coefficient: int
    attainment: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """How a company's bonus is made.

    `units` and `unit_flattening` go by unit code and hold for the units below that say nothing; `floor` and `cap` are
    shares of one's own target and days; `parts` are α, β, γ of formula mode.
    """

    mode: str
    company: Result
    units: Mapping[str, Result]
    flattening: Mapping[str, int]
    unit_flattening: Mapping[str, int]
    fixed_total: int | None = None
    floor: int | None = None
    cap: int | None = None
    mover: str = "last_day"
    reserve: int = 0
    adjust_percent: int = 0
    parts: tuple[int, int, int] = (0, 0, COEFFICIENT)
    zero_loses_person_part_only: bool = False

    def unit_result(self, path: Sequence[str]) -> int:
        """C_unit of a unit whose path from the root is given: its own, else the nearest above, else 1."""
        found = next((self.units[code] for code in reversed(path) if code in self.units), None)
        return found.coefficient if found else COEFFICIENT

    def unit_lambda(self, path: Sequence[str], role_type: str) -> int:
        """λ of a unit: its own, else the nearest above, else that of its role type, else 0."""
        found = next((self.unit_flattening[code] for code in reversed(path) if code in self.unit_flattening), None)
        return self.flattening.get(role_type, 0) if found is None else found


def read(raw: Mapping[str, Any]) -> Policy:
    """The policy from its stored or entered form (texts for decimals). Errors: BadValue naming the field."""
    tables = {name: _table(raw.get(f"{name}_table") or (), f"{name}_table") for name in ("company", "unit")}
    found = Policy(
        mode=_one_of(raw.get("mode", "pool"), MODES, "mode"),
        company=_result(raw.get("company") or {"coefficient": "1"}, tables["company"], "company"),
        units={code: _result(line, tables["unit"], "unit") for code, line in (raw.get("units") or {}).items()},
        flattening={key: _share(value, "flattening") for key, value in (raw.get("flattening") or {}).items()},
        unit_flattening={key: _share(value, "flattening") for key, value in (raw.get("unit_flattening") or {}).items()},
        fixed_total=_money(raw.get("fixed_total")),
        floor=_percent(raw.get("floor_percent"), "floor_percent"),
        cap=_percent(raw.get("cap_percent"), "cap_percent"),
        mover=_one_of(raw.get("mover", "last_day"), MOVERS, "mover"),
        reserve=_percent(raw.get("reserve_percent"), "reserve_percent", 100) or 0,
        adjust_percent=_percent(raw.get("adjust_max_percent"), "adjust_max_percent", 100) or 0,
        parts=_parts(raw.get("parts") or {}),
        zero_loses_person_part_only=bool(raw.get("zero_loses_person_part_only", False)),
    )
    return _together(found)


def _together(found: Policy) -> Policy:
    if found.mode == "fixed" and found.fixed_total is None:
        raise BadValue("fixed_total", "", words.AN_AMOUNT)
    if found.floor is not None and found.cap is not None and found.cap < found.floor:
        raise BadValue(
            "cap_percent", Fraction(found.cap, PERCENT), words.AT_LEAST, limit=Fraction(found.floor, PERCENT)
        )
    if found.mode == "formula" and (found.floor is not None or found.cap is not None):
        raise BadValue("mode", found.mode, words.ONE_OF, choices="pool, fixed")
    return found


def _one_of(value: Any, allowed: Sequence[str], field: str) -> str:
    if value not in allowed:
        raise BadValue(field, value, words.ONE_OF, choices=", ".join(allowed))
    return str(value)


def _table(lines: Sequence[Sequence[Any]], field: str) -> tuple[CoefficientPoint, ...]:
    return tuple(CoefficientPoint(fraction(line[0], field), _coefficient(line[1], field)) for line in lines)


def _coefficient(value: Any, field: str) -> int:
    found = scaled(value, COEFFICIENT, field)
    if found < 0 or found > 100 * COEFFICIENT:
        raise BadValue(field, value, words.BETWEEN, low=0, high=100)
    return found


def _result(line: Mapping[str, Any], table: Sequence[CoefficientPoint], field: str) -> Result:
    if line.get("coefficient") not in (None, ""):
        return Result(_coefficient(line["coefficient"], f"{field}_coefficient"))
    attained = fraction(line.get("attainment", ""), f"{field}_attainment")
    if attained < 0:
        raise BadValue(f"{field}_attainment", line["attainment"], words.NOT_NEGATIVE)
    return Result(coefficient(table, attained), attained)


def _share(value: Any, field: str) -> int:
    found = scaled(value, COEFFICIENT, field)
    if not 0 <= found <= COEFFICIENT:
        raise BadValue(field, value, words.BETWEEN, low=0, high=1)
    return found


def _percent(value: Any, field: str, most: int = MOST_PERCENT) -> int | None:
    if value in (None, ""):
        return None
    found = scaled(value, PERCENT, field)
    if not 0 <= found <= most * PERCENT:
        raise BadValue(field, value, words.BETWEEN, low=0, high=most)
    return found


def _money(value: Any) -> int | None:
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadValue("fixed_total", value, words.NOT_NEGATIVE)
    return value


def _parts(raw: Mapping[str, Any]) -> tuple[int, int, int]:
    if not raw:
        return (0, 0, COEFFICIENT)
    found = (_share(raw["company"], "parts"), _share(raw["unit"], "parts"), _share(raw["person"], "parts"))
    if sum(found) != COEFFICIENT:
        raise BadValue("parts", Fraction(sum(found), COEFFICIENT), words.SUM_OF, limit=1)
    return found
