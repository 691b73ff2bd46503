"""Every rounding of the product. Its twin in the database is `kit.half_even` (sql/half_even.sql).

Scores and money are integers in a named scale; between them stand exact fractions. A number is rounded once, where it
is stored, half-even on numerator and denominator as integers, never on a quotient.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from beichen.platform.kit import words
from beichen.platform.kit.words import BadValue

WEIGHT = 100
PROGRESS = 1_000_000
SCORE = 100
COEFFICIENT = 10_000

Number = int | Decimal | Fraction | str


def half_even(n: int, d: int) -> int:
    """n/d to the nearest integer, a tie to the even one, negatives by symmetry; `d` = 0 is refused."""
    if d == 0:
        raise BadValue("denominator", d, words.NOT_ZERO)
    q, r = divmod(abs(n), abs(d))
    if 2 * r > abs(d) or (2 * r == abs(d) and q % 2 == 1):
        q += 1
    return q if (n < 0) == (d < 0) else -q


def rounded(value: Fraction | int, scale: int) -> int:
    """An exact value as an integer in units of 1/scale: `rounded(Fraction(1, 3), SCORE)` is 33."""
    return half_even(value.numerator * scale, value.denominator)


def fraction(value: Number, field: str = "value") -> Fraction:
    """The exact value of what was entered; a float, NaN, infinity or a word is refused."""
    try:
        if isinstance(value, float):
            raise TypeError
        return Fraction(Decimal(value.strip()) if isinstance(value, str) else value)
    except (TypeError, ValueError, ArithmeticError):
        raise BadValue(field, value, words.A_DECIMAL) from None


def scaled(value: Number, scale: int, field: str = "value") -> int:
    """What was entered as an integer in units of 1/scale; more digits than the scale holds are refused."""
    exact = fraction(value, field) * scale
    if exact.denominator != 1:
        digits = len(str(scale)) - 1
        raise BadValue(field, value, words.FEWER_DIGITS, digits=digits)
    return exact.numerator


def decimal(units: int, scale: int) -> Decimal:
    """An integer in units of 1/scale as the Decimal a numeric column takes, with all digits of the scale."""
    return Decimal(units).scaleb(-(len(str(scale)) - 1))


def shown(value: Fraction | int, digits: int) -> str:
    """An exact value with so many digits, rounded for the eye only: `shown(Fraction(2, 3), 4)` is "0.6667"."""
    units = rounded(value, 10**digits)
    return f"{decimal(units, 10**digits):f}"


def clip(value: Fraction, low: Fraction | int, high: Fraction | int) -> Fraction:
    """The value, or the edge it lies beyond."""
    return max(Fraction(low), min(Fraction(high), value))
