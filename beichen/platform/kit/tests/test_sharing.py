"""Sharing a whole number exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from beichen.platform.kit.sharing import integers, share, share_within
from beichen.platform.kit.words import BadValue

people = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 40), st.one_of(st.none(), st.integers(0, 60))), min_size=1, max_size=8
)


@settings(max_examples=300)
@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), max_size=12))
def test_every_cent_is_shared_and_nobody_is_off_by_one(total, weights):
    shares = share(total, weights, range(len(weights)))
    assert sum(shares.amounts) + shares.unallocated == total
    whole = sum(weights)
    for amount, weight in zip(shares.amounts, weights, strict=True):
        assert whole == 0 or 0 <= amount - total * weight // whole <= 1


@given(st.integers(0, 10**6), st.lists(st.integers(1, 99), min_size=1, max_size=9), st.permutations(range(9)))
def test_the_order_of_asking_changes_nothing(total, weights, order):
    shares = dict(zip(range(len(weights)), share(total, weights, range(len(weights))).amounts, strict=True))
    mixed = [i for i in order if i < len(weights)]
    again = share(total, [weights[i] for i in mixed], mixed)
    assert dict(zip(mixed, again.amounts, strict=True)) == shares


def test_equal_remainders_go_to_the_smaller_key_in_code_point_order():
    assert share(10, [1, 1, 1], ["E10", "E9", "E1"]).amounts == (3, 3, 4)
    assert share(2, [1, 1, 1], ["E10", "E9", "E1"]).amounts == (1, 0, 1)


def test_nobody_or_nothing_is_unallocated():
    assert share(100, [], []).unallocated == 100
    assert share(100, [0, 0], ["a", "b"]).unallocated == 100
    assert share_within(100, [0, 0], [0, 0], [None, None], ["a", "b"]).unallocated == 100


@settings(max_examples=400)
@given(st.integers(0, 300), people)
def test_shares_within_limits(total, rows):
    rows = [(w, low, high if high is None else max(low, high)) for w, low, high in rows]
    weights, lower, upper = (list(column) for column in zip(*rows, strict=True))
    assume(sum(lower) <= total)
    shares = share_within(total, weights, lower, upper, range(len(rows)))
    assert sum(shares.amounts) + shares.unallocated == total
    for amount, (weight, low, high) in zip(shares.amounts, rows, strict=True):
        assert low <= amount <= (total if high is None else high)
        exact = None if shares.t is None else max(Fraction(low), shares.t * weight)
        exact = min(exact, high) if exact is not None and high is not None else exact
        assert exact is None or abs(amount - exact) < 1
    if shares.unallocated:
        assert all(a == (low if w == 0 else high) for a, (w, low, high) in zip(shares.amounts, rows, strict=True))


@settings(max_examples=200)
@given(st.integers(0, 10**6), st.lists(st.integers(1, 999), min_size=1, max_size=9))
def test_without_limits_both_ways_agree(total, weights):
    keys = range(len(weights))
    free = share_within(total, weights, [0] * len(weights), [None] * len(weights), keys)
    assert (free.amounts, free.unallocated) == (share(total, weights, keys).amounts, 0)


def test_the_worked_example_with_a_cap_and_floors():
    shares = share_within(100, [10, 1, 1], [10, 10, 10], [50, None, None], ["a", "b", "c"])
    assert shares.amounts == (50, 25, 25)
    assert shares.t == 25


def test_upper_limits_below_the_pool_are_paid_and_the_rest_is_reported():
    shares = share_within(100, [1, 1], [0, 0], [30, 40], ["a", "b"])
    assert (shares.amounts, shares.unallocated) == ((30, 40), 30)


def test_bad_limits_are_refused():
    with pytest.raises(BadValue, match="sum of the lower limits” is 20; it must be at most 15"):
        share_within(15, [1, 1], [10, 10], [None, None], "ab")
    with pytest.raises(BadValue, match="upper limit” is 5; it must be at least 10"):
        share_within(15, [1], [10], [5], "a")
    with pytest.raises(BadValue, match="“weight” is -1"):
        share(1, [-1], "a")
    with pytest.raises(BadValue, match="one different key"):
        share(1, [1, 1], "aa")


def test_exact_weights_as_integers():
    assert integers([Fraction(1, 3), Fraction(2, 7), Fraction(1)]) == ([7, 6, 21], 21)
    assert integers([]) == ([], 1)
