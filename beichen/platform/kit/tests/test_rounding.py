"""Rounding: half-even on integers, and the same answer in the database."""

from __future__ import annotations

import os
import random
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beichen.platform.kit.rounding import clip, decimal, fraction, half_even, rounded, scaled, shown
from beichen.platform.kit.words import BadValue

SQL = Path(__file__).parents[1] / "sql" / "half_even.sql"
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
    with pytest.raises(BadValue, match=r"“weight” is 0.125; allowed is a number with at most 2 decimal digits"):
        scaled("0.125", 100, "weight")
    with pytest.raises(BadValue, match="any number but 0"):
        half_even(1, 0)


def pairs():
    """500 pairs: small ones full of ties, thirds, sevenths, large ones; both signs."""
    chance = random.Random(2026)
    small = [(chance.randint(-60, 60), chance.choice([-8, -4, -2, 2, 4, 6, 10])) for _ in range(200)]
    ties = [
        ((2 * q + 1) * d, 2 * d) for q, d in ((chance.randint(-999, 999), chance.randint(1, 999)) for _ in range(150))
    ]
    odd = [(chance.randint(-(10**30), 10**30), chance.choice([-7, 3, 7, 10**12 + 39])) for _ in range(150)]
    return small + ties + odd


@pytest.fixture
def ask(request):
    """Run a statement in PostgreSQL: the one named by BEICHEN_TEST_DSN, else the test database."""
    if address := os.environ.get("BEICHEN_TEST_DSN"):
        with psycopg.connect(address) as link:
            link.execute(SQL.read_text(encoding="utf-8"))
            yield lambda statement, values: link.execute(statement, values).fetchall()
            link.rollback()
        return
    from django.db import connection

    request.getfixturevalue("db")
    with connection.cursor() as cursor:

        def fetched(statement, values):
            cursor.execute(statement, values)
            return cursor.fetchall()

        yield fetched


@pytest.mark.req("REVIEW-10")
def test_the_database_rounds_the_same_bit_for_bit(ask):
    asked = pairs()
    rows = ask(
        "SELECT kit.half_even(n, d)::text FROM unnest(%s::numeric[], %s::numeric[]) WITH ORDINALITY AS p(n, d, place)"
        " ORDER BY place",
        [[n for n, _ in asked], [d for _, d in asked]],
    )
    assert [row[0] for row in rows] == [str(half_even(n, d)) for n, d in asked]
