"""Rounding: half-even on integers. Its twin in the database is held to it in tests/test_rounding_twin.py."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beichen.platform.kit.rounding import clip, decimal, fraction, half_even, rounded, scaled, shown
from beichen.platform.kit.words import BadValue

BIG = 10**15


@pytest.mark.parametrize(
    ("n", "d", "nearest"),
    [(5, 2, 2), (7, 2, 4), (-5, 2, -2), (5, -2, -2), (-7, -2, 4), (1, 3, 0), (2, 3, 1), (0, 7, 0), (89985, 10, 8998)],
)
def test_half_even(n, d, nearest):
    assert half_even(n, d) == nearest


@settings(max_examples=300)
@given(st.integers(-BIG, BIG), st.integers(-BIG, BIG).filter(bool))
def test_it_is_the_nearest_and_symmetric(n, d):
    nearest = half_even(n, d)
    gap = abs(Fraction(n, d) - nearest)
    assert gap < Fraction(1, 2) or (gap == Fraction(1, 2) and nearest % 2 == 0)
    assert half_even(-n, d) == half_even(n, -d) == -nearest


@settings(max_examples=300)
@given(st.integers(-BIG, BIG), st.integers(1, 9))
def test_it_agrees_with_decimal_on_decimals(n, places):
    exact = Decimal(n).scaleb(-places)
    assert half_even(n, 10**places) == int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))


def test_a_number_that_ends_in_a_half_goes_to_the_even_digit():
    assert rounded(Fraction("93.125"), 100) == 9312
    assert rounded(Fraction("93.135"), 100) == 9314
    assert rounded(Fraction(1, 3), 1_000_000) == 333_333
    assert shown(Fraction(-2, 3), 4) == "-0.6667"


@pytest.mark.parametrize("bad", [0.5, "NaN", "Infinity", "", "one", Decimal("sNaN"), None])
def test_what_is_no_exact_number_is_refused(bad):
    with pytest.raises(BadValue, match="a decimal number"):
        fraction(bad, "weight")


def test_scales():
    assert scaled("84.80", 100) == 8480
    assert decimal(8480, 100) == Decimal("84.80")
    assert str(decimal(5, 1_000_000)) == "0.000005"
    assert clip(Fraction(5, 4), 0, 1) == 1
    with pytest.raises(BadValue, match=r"“weight” is 0.125; it must be a number with at most 2 decimal digits"):
        scaled("0.125", 100, "weight")
    with pytest.raises(BadValue, match="any number but 0"):
        half_even(1, 0)
