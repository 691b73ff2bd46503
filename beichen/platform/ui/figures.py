"""How numbers, money and days are written, in Chinese and in English. Plain values in, text out.

One convention for every part: an `int` is a value as it is stored (progress in millionths, scores in hundredths,
money in the smallest unit of the currency), a Decimal or Fraction is the value itself.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from beichen.platform.kit.rounding import PROGRESS, SCORE, half_even

Number = int | Decimal | Fraction
CENTS = 100
SCALES = ((10**9, "bn"), (10**6, "m"), (10**4, "k"))
SCALES_ZH = ((10**8, " 亿"), (10**4, " 万"))
NONE = "–"
MINUS = "−"


def exact(value: Number, scale: int) -> Fraction:
    """The value itself: an integer is in units of 1/scale."""
    return Fraction(value, scale) if isinstance(value, int) else Fraction(value)


class Shown(NamedTuple):
    """A short text and the exact one behind it (the same when nothing was shortened)."""

    text: str
    exact: str


def fixed(value: Number, places: int) -> str:
    """`12,345.60`: grouped, with exactly `places` decimals and a real minus sign."""
    top, bottom = value.as_integer_ratio()
    units = half_even(top * 10**places, bottom)
    whole, rest = divmod(abs(units), 10**places)
    sign = MINUS if units < 0 else ""
    return f"{sign}{whole:,}" + (f".{rest:0{places}d}" if places else "")


def trimmed(value: Number, places: int) -> str:
    """As `fixed`, without zeros at the end: 3.50 becomes 3.5 and 3.00 becomes 3."""
    text = fixed(value, places)
    return text.rstrip("0").rstrip(".") if places else text


def scale_of(value: Number, locale: str) -> tuple[int, str]:
    """The unit a reader expects: 万 and 亿 in Chinese, k, m and bn in English; (1, "") for small numbers."""
    for size, word in SCALES_ZH if locale.startswith("zh") else SCALES:
        if abs(Fraction(value)) >= size:
            return (1000, word) if word == "k" else (size, word)
    return 1, ""


def short(value: Number | None, locale: str, places: int = 0) -> Shown:
    """`12.3 万` with `123,456` behind it; numbers under 10,000 stay as they are."""
    if value is None:
        return Shown(NONE, NONE)
    whole = fixed(value, places)
    size, word = scale_of(value, locale)
    if size == 1:
        return Shown(whole, whole)
    scaled = Fraction(value) / size
    return Shown(trimmed(scaled, 2 if abs(scaled) < 100 else 1) + word, whole)


SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "HKD": "HK$", "SGD": "S$"}


def money(value: Number | None, locale: str, currency: str = "CNY") -> Shown:
    """`¥12.35 万` with `¥123,456.00` behind it."""
    if value is None:
        return Shown(NONE, NONE)
    amount = exact(value, CENTS)
    sign = (MINUS if amount < 0 else "") + SIGNS.get(currency, f"{currency} ")
    text = short(abs(amount), locale, 0 if amount.denominator == 1 else 2).text
    return Shown(sign + text, sign + fixed(abs(amount), 2))


def percent(share: Number | None, places: int = 0) -> str:
    """A share as per cent: 0.425 becomes `42%` (half to even) or, with one place, `42.5%`."""
    return NONE if share is None else f"{fixed(exact(share, PROGRESS) * 100, places)}%"


def score(value: Number | None) -> str:
    """A score with two decimals: 8750 hundredths become `87.50`."""
    return NONE if value is None else fixed(exact(value, SCORE), 2)


def day(value: dt.date, today: dt.date, locale: str) -> str:
    """`10月3日` or `3 Oct`; the year only when it is another one."""
    if locale.startswith("zh"):
        text = f"{value.month}月{value.day}日"
        return text if value.year == today.year else f"{value.year}年{text}"
    text = f"{value.day} {value:%b}"
    return text if value.year == today.year else f"{text} {value.year}"


def initials(name: str) -> str:
    """What stands for a face: the last two characters of a Chinese name, the first letters of another."""
    words = name.split()
    if not words:
        return "?"
    if ord(name[0]) > 0x2E7F:
        return "".join(words)[-2:]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
