"""What is no plain number names nothing, and never stops a page."""

from __future__ import annotations

import pytest

from beichen.platform.kit.numbers import as_number


@pytest.mark.parametrize(
    ("text", "number"),
    [("17", 17), ("007", 7), ("0", 0), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("²", None), ("１７", None),
     ("-1", None), ("1.5", None), (" 1", None), ("", None), (None, None)],
)  # fmt: skip
def test_plain_digits_are_a_number_and_nothing_else_is(text, number):
    assert as_number(text) == number


def test_fewer_digits_may_be_allowed():
    assert as_number("999", digits=3) == 999
    assert as_number("1000", digits=3) is None
