"""Bases, pools, shares, adjustments and formula mode, exact to the cent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beichen.platform.kit.words import BadValue
from beichen.reward.formulas.parts import formula_bonus, formula_total, parts
from beichen.reward.formulas.pools import (
    CoefficientPoint,
    Entry,
    Stretch,
    base,
    coefficient,
    pool,
    reserved,
    scaled_pools,
)
from beichen.reward.formulas.shares import Adjustment, Limits, adjusted, after_appeal, bonus_shares

TABLE = [CoefficientPoint(F(a), c) for a, c in (("0.6", 0), ("0.8", 8000), ("1.0", 10000), ("1.2", 13000))]


def person(number, target=2_400_000, days=91, k=10000, fte="1", **more) -> Any:
    return Entry(number, (Stretch(target, days, D(fte)),), k, **more)


@pytest.mark.req("OUTCOME-01")
@pytest.mark.parametrize(
    ("attainment", "found"),
    [("0", 0), ("0.6", 0), ("0.7", 4000), ("1.1", 11500), ("1.5", 13000), ("0.80001", 8000), ("0.800025", 8000)],
)
def test_coefficients_between_the_points(attainment, found):
    assert coefficient(TABLE, F(attainment)) == found


@pytest.mark.req("OUTCOME-01")
def test_the_base_counts_days_and_hours_and_a_target_that_changed():
    changed = Entry("E1", (Stretch(1_000_000, 30), Stretch(1_300_000, 61)), 10000)
    half = person("E2", target=2_000_000, fte="0.5")
    found = base([changed, half, person("E3", k=None)], 91)
    assert found.value == F(30 * 1_000_000 + 61 * 1_300_000, 91) + 1_000_000
    assert [entry.number for entry in found.ungraded] == ["E3"]


@pytest.mark.req("OUTCOME-01")
def test_pools():
    assert pool("U1", F(10, 3), 10000, 10000).value == 3
    assert pool("U1", F(5), 10000, 5000).value == 2  # 2.5 to the even
    assert scaled_pools({"U2": 1, "U1": 1, "U3": 1}, 100) == {"U1": 34, "U2": 33, "U3": 33}
    assert scaled_pools({"U1": 0}, 0) == {"U1": 0}
    kept = reserved(1001, "2.5")
    assert (kept.reserve, kept.to_share) == (25, 976)


@pytest.mark.req("OUTCOME-01")
@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: Stretch(-1, 3), "“target bonus” is -1; it must be 0 or more"),
        (lambda: Stretch(1, -3), "“days” is -3"),
        (lambda: Stretch(1, 3, D("1.2")), "“full-time equivalent” is 1.2; it must be from 0 to 1"),
        (lambda: person("E1", k=-1), "“coefficient” is -1"),
        (lambda: base([person("E1"), person("E2", currency="USD")], 91), "one currency in one pool"),
        (lambda: base([person("E1")], 90), "“days” is 91; it must be at most 90"),
        (lambda: base([], 0), "“days” is 0; it must be more than 0"),
        (lambda: coefficient([], F(1)), "“points” is 0"),
        (lambda: coefficient([TABLE[1], TABLE[0]], F(1)), "it must be more than 4/5"),
        (lambda: coefficient([CoefficientPoint(F(0), -1)], F(1)), "“coefficient” is -1"),
        (lambda: pool("U1", F(1), -1, 1), "“coefficient” is -1"),
        (lambda: scaled_pools({"U1": 0}, 5), "at least one pool above 0"),
        (lambda: reserved(5, 101), "“reserve” is 101; it must be from 0 to 100"),
        (lambda: bonus_shares(5, [], "1.1"), "“flattening” is 1.1; it must be from 0 to 1"),
        (lambda: parts("0.2", "0.3", "0.4"), "“parts” is 9/10; it must be parts that add up to 1"),
        (lambda: parts("-0.2", "0.7", "0.5"), "“parts” is -1/5"),
    ],
)
def test_bad_input_is_refused(build, says):
    with pytest.raises(BadValue, match=says):
        build()


ENTRIES = st.lists(
    st.tuples(
        st.integers(0, 9_999_999),
        st.integers(0, 91),
        st.sampled_from([None, 0, 5000, 10000, 12000, 15000, 3333]),
        st.sampled_from(["1", "0.5", "0.3", "0.77"]),
    ),
    max_size=9,
)


@pytest.mark.req("OUTCOME-01")
@settings(max_examples=300)
@given(ENTRIES, st.integers(0, 10**10), st.sampled_from(["0", "0.3", "0.5", "1"]), st.randoms(use_true_random=False))
def test_a_pool_is_spent_to_the_cent_in_any_order(rows, amount, lam, chance):
    people = [person(f"E{i}", t, d, k, fte) for i, (t, d, k, fte) in enumerate(rows)]
    found = bonus_shares(amount, people, lam)
    assert sum(line.amount for line in found.lines) + found.unallocated == amount
    assert all(line.amount == 0 for line in found.lines if line.k == 0)
    assert all(abs(line.amount - found.rate * line.weight) < 1 for line in found.lines if found.rate is not None)
    assert found.unallocated in (0, amount)
    mixed = list(people)
    chance.shuffle(mixed)
    paid = {line.entry.number: line.amount for line in bonus_shares(amount, mixed, lam).lines}
    assert paid == {line.entry.number: line.amount for line in found.lines}


@pytest.mark.req("OUTCOME-01")
def test_flattening_moves_everybody_towards_the_mean_but_nobody_from_zero():
    people = [person("E1", k=15000), person("E2", k=5000), person("E3", k=0)]
    full = bonus_shares(900, people, 1)
    assert [line.amount for line in full.lines] == [450, 450, 0]
    assert full.mean_k == 1
    assert [line.amount for line in bonus_shares(900, people, "0.5").lines] == [563, 337, 0]
    assert [line.by_remainder for line in bonus_shares(901, people, 1).lines] == [True, False, False]


def test_two_contracts_of_one_person_are_told_apart_by_entity():
    people = [person("E1", entity="b"), person("E1", entity="a")]
    assert [line.amount for line in bonus_shares(3, people).lines] == [1, 2]


@pytest.mark.req("OUTCOME-01")
def test_limits():
    people = [person("E1", target=1000), person("E2", target=100), person("E3", target=100)]
    limits = {p.key: Limits(10, 50 if p.number == "E1" else None) for p in people}
    found = bonus_shares(100, people, limits=limits)
    assert [line.amount for line in found.lines] == [50, 25, 25]
    assert bonus_shares(100, people[:1], limits=limits).unallocated == 50
    with pytest.raises(BadValue, match="lower limits"):
        bonus_shares(29, people, limits=limits)


@pytest.mark.req("OUTCOME-01")
def test_nobody_graded_leaves_the_pool_unallocated():
    found = bonus_shares(100, [person("E1", k=None)])
    assert (found.lines, found.unallocated, [e.number for e in found.ungraded]) == ((), 100, ["E1"])


@pytest.mark.req("OUTCOME-01", "REVIEW-08")
@settings(max_examples=200)
@given(ENTRIES, st.integers(0, 10**9), st.sampled_from(["0", "0.3", "1"]))
def test_after_an_appeal_with_the_same_grade_nothing_changes_but_rounding(rows, amount, lam):
    people = [person(f"E{i}", t, d, k, fte) for i, (t, d, k, fte) in enumerate(rows)]
    found = bonus_shares(amount, people, lam)
    for line in found.lines:
        assert abs(after_appeal(found, line.entry, line.entry.coefficient or 0) - line.amount) <= 1


@pytest.mark.req("OUTCOME-01", "REVIEW-08")
def test_after_an_appeal_the_rate_is_locked():
    people = [person("E1", k=10000), person("E2", k=10000)]
    found = bonus_shares(1000, people)
    assert after_appeal(found, people[0], 12000) == 600
    assert after_appeal(found, people[0], 12000, Limits(0, 550)) == 550
    assert after_appeal(bonus_shares(0, [replace(people[0], coefficient=None)]), people[0], 12000) == 0


@pytest.mark.req("OUTCOME-01")
def test_adjustments_keep_the_pool():
    amounts = {("E1", ""): 1000, ("E2", ""): 2000}
    fair = [Adjustment(("E1", ""), 100, "carried the launch"), Adjustment(("E2", ""), -100, "shared it")]
    assert adjusted(amounts, fair) == {("E1", ""): 1100, ("E2", ""): 1900}
    bad = {
        "“adjustment” is 101; it must be at most 100": [replace(fair[0], delta=101), fair[1]],
        "“reason” is  ; it must be a reason": [replace(fair[0], reason=" "), fair[1]],
        "“sum of the adjustments” is 100; it must be exactly 0": fair[:1],
        "one adjustment for each person": [*fair, fair[0], fair[1]],
    }
    for says, changes in bad.items():
        with pytest.raises(BadValue, match=says):
            adjusted(amounts, changes)


@pytest.mark.req("OUTCOME-01")
def test_formula_mode():
    split = parts("0.2", "0.3", "0.5")
    third = formula_bonus(person("E1", target=100, days=30), 10500, 9000, split, 90)
    assert third.company_part + third.unit_part + third.person_part == F(100, 3) * F(98, 100)
    assert third.amount == 33
    assert formula_bonus(person("E2", k=0), 10500, 9000, split, 91).amount == 0
    assert formula_bonus(person("E3", k=None), 10500, 9000, split, 91).amount == 0
    kind = parts("0.2", "0.3", "0.5", zero_loses_person_part_only=True)
    assert formula_bonus(person("E2", target=1000, k=0), 10000, 10000, kind, 91).amount == 500
    assert formula_total([third, third]) == 66
    for bad in ({"c_company": -1}, {"cycle_days": 0}):
        with pytest.raises(BadValue):
            formula_bonus(
                **{"entry": person("E1"), "c_company": 1, "c_unit": 1, "split": split, "cycle_days": 91} | bad
            )
