"""Money in the smallest unit of its currency, how it is shown and how it is read. Never a float."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from beichen.platform.kit import words
from beichen.platform.kit.rounding import half_even
from beichen.platform.kit.words import BadValue

# Digits after the point, and the sign; every other currency has two digits and is shown by its code.
_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "IDR": 0}
_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "JPY": "JP¥", "SGD": "S$"}
_ZH_STEPS = ((100_000_000, "亿"), (10_000, "万"))
_EN_STEPS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K"))
_FACTORS = {"亿": 100_000_000, "万": 10_000, "B": 1_000_000_000, "M": 1_000_000, "K": 1_000}
_AMOUNT = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*([亿万KMB]?)元?")


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` counts the smallest unit: 4725000 in CNY is ¥47,250.00."""

    amount: int
    currency: str = "CNY"

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise BadValue("currency", other.currency, words.A_CURRENCY)
        return Money(self.amount + other.amount, self.currency)


def digits(currency: str) -> int:
    """How many digits the currency has after the point."""
    if not re.fullmatch("[A-Z]{3}", currency):
        raise BadValue("currency", currency, words.ONE_OF, choices="CNY, USD, EUR, HKD …")
    return _DIGITS.get(currency, 2)


def display(money: Money) -> str:
    """All digits, in groups of three: ¥47,250.00."""
    places = digits(money.currency)
    value = Decimal(abs(money.amount)).scaleb(-places)
    return f"{_sign(money)}{value:,.{places}f}"


def display_short(money: Money, locale: str = "zh-hans") -> str:
    """At most two digits with a word of size, for the eye only: ¥4.72万 in Chinese, ¥47.25K in English."""
    whole = 10 ** digits(money.currency)
    for size, word in _ZH_STEPS if locale.startswith("zh") else _EN_STEPS:
        if abs(money.amount) >= size * whole:
            hundredths = half_even(abs(money.amount) * 100, size * whole)
            return f"{_sign(money)}{_trimmed(hundredths)}{word}"
    return display(money)


def parse(text: str, currency: str = "CNY") -> Money:
    """Read 47,250.00, ¥4.725万, 1.2亿, $3.5K; more digits than the currency has are refused."""
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    for mark in (_SIGNS.get(currency, currency), "¥" if currency in ("CNY", "JPY") else currency, currency):
        plain = plain.removeprefix(mark).strip()
    found = _AMOUNT.fullmatch(plain)
    if found is None:
        raise BadValue("amount", text, words.AN_AMOUNT)
    units = _units(found).scaleb(digits(currency))
    if units != int(units):
        raise BadValue("amount", text, words.FEWER_DIGITS, digits=digits(currency))
    return Money(int(units), currency)


def _units(found: re.Match[str]) -> Decimal:
    sign, whole, rest, word = found.groups()
    try:
        return Decimal(sign + whole.replace(",", "") + (rest or "")) * _FACTORS.get(word, 1)
    except InvalidOperation:  # more digits than Decimal keeps exactly
        raise BadValue("amount", found[0], words.AN_AMOUNT) from None


def _sign(money: Money) -> str:
    minus = "-" if money.amount < 0 else ""
    return minus + _SIGNS.get(money.currency, f"{money.currency} ")


def _trimmed(hundredths: int) -> str:
    return f"{Decimal(hundredths).scaleb(-2):,f}".rstrip("0").rstrip(".")
