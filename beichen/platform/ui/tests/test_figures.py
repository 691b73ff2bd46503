from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from beichen.platform.ui import figures, words

TODAY = dt.date(2026, 9, 30)


@pytest.mark.parametrize(
    ("value", "locale", "text", "exact"),
    [
        (9_999, "zh-hans", "9,999", "9,999"),
        (12_345, "zh-hans", "1.23 万", "12,345"),
        (123_456_789, "zh-hans", "1.23 亿", "123,456,789"),
        (12_345, "en", "12.34k", "12,345"),
        (-2_500_000, "en", "−2.5m", "−2,500,000"),
        (None, "en", "–", "–"),
    ],
)
def test_numbers_are_short_as_their_readers_expect_and_keep_the_exact_figure(value, locale, text, exact):
    assert figures.short(value, locale) == (text, exact)


def test_money_stored_in_cents_and_money_in_units_read_the_same():
    assert (
        figures.money(1_234_500, "zh-hans") == figures.money(Decimal(12_345), "zh-hans") == ("¥1.23 万", "¥12,345.00")
    )
    assert figures.money(-5, "en", "USD") == ("−$0.05", "−$0.05")


def test_stored_integers_and_shares_read_the_same():
    assert figures.percent(425_000) == figures.percent(Decimal("0.425")) == "42%"
    assert figures.percent(435_000) == "44%"
    assert figures.score(8_750) == figures.score(Fraction(175, 2)) == "87.50"


@given(st.integers(-(10**12), 10**12), st.integers(0, 4))
def test_a_fixed_number_reads_back_within_half_a_place(value, places):
    shown = figures.fixed(Fraction(value, 977), places)
    read = Fraction(shown.replace(",", "").replace(figures.MINUS, "-"))
    assert abs(read - Fraction(value, 977)) <= Fraction(1, 2 * 10**places)


@pytest.mark.parametrize(
    ("name", "expected"), [("周启明", "启明"), ("王磊", "王磊"), ("Lena Hofmann", "LH"), ("cher", "C"), ("", "?")]
)
def test_initials(name, expected):
    assert figures.initials(name) == expected


@pytest.mark.parametrize(
    ("days", "text", "tone"),
    [(-2, "2 days overdue", "late"), (-1, "1 day overdue", "late"), (0, "Due today", "today"),
     (1, "Due tomorrow", "soon"), (5, "5 days left", "calm"), (40, "By 9 Nov", "calm"),
     (200, "By 18 Apr 2027", "calm")],
)  # fmt: skip
def test_due_dates_are_said_as_people_say_them(days, text, tone):
    with translation.override("en"):
        assert words.due(TODAY + dt.timedelta(days=days), TODAY, "en") == words.Due(text, tone)
