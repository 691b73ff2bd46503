"""Every edge of attainment as a table: what a key result stands at, and what it scores (formulas §1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from beichen.goals.formulas import measures as m
from beichen.platform.kit.words import BadValue

D = Decimal
DAY = date(2026, 6, 30)
STRETCH = D("1.2")


def steps(*done: tuple[int, bool]) -> m.Milestones:
    return m.Milestones(tuple(m.Milestone(weight, DAY, done=is_done) for weight, is_done in done))


CASES = [
    # increase: baseline, target, current → raw, progress, score
    ("increase, half way", m.Linear(D(0), D(100), D(50)), 1, Fraction(1, 2), 500_000, 5000),
    ("increase, not reported", m.Linear(D(0), D(100)), 1, Fraction(0), 0, 0),
    ("increase, met", m.Linear(D(0), D(100), D(100)), 1, Fraction(1), 1_000_000, 10_000),
    ("increase, baseline not 0", m.Linear(D(40), D(60), D(55)), 1, Fraction(3, 4), 750_000, 7500),
    ("increase, below the baseline", m.Linear(D(40), D(60), D(30)), 1, Fraction(-1, 2), 0, 0),
    ("increase, beyond, committed", m.Linear(D(0), D(100), D(130)), 1, Fraction(13, 10), 1_000_000, 10_000),
    ("increase, beyond, stretch", m.Linear(D(0), D(100), D(130)), STRETCH, Fraction(13, 10), 1_000_000, 12_000),
    ("increase, just beyond, stretch", m.Linear(D(0), D(100), D(105)), STRETCH, Fraction(21, 20), 1_000_000, 10_500),
    ("increase, from below zero", m.Linear(D(-20), D(20), D(0)), 1, Fraction(1, 2), 500_000, 5000),
    ("increase, all below zero", m.Linear(D(-50), D(-10), D(-20)), 1, Fraction(3, 4), 750_000, 7500),
    ("increase, decimals", m.Linear(D("4.1"), D("5.4"), D("5.1")), 1, Fraction(10, 13), 769_231, 7692),
    ("increase, thirds", m.Linear(D(0), D(3), D(1)), 1, Fraction(1, 3), 333_333, 3333),
    ("increase, tiny way", m.Linear(D("0.000001"), D("0.000003"), D("0.000002")), 1, Fraction(1, 2), 500_000, 5000),
    ("increase, tie at the digit", m.Linear(D(0), D(2000000), D(1)), 1, Fraction(1, 2000000), 0, 0),
    ("increase, tie to the even digit", m.Linear(D(0), D(2000000), D(3)), 1, Fraction(3, 2000000), 2, 0),
    # decrease: the direction follows the sign of target − baseline
    ("decrease, half way", m.Linear(D(60), D(40), D(50)), 1, Fraction(1, 2), 500_000, 5000),
    ("decrease, met", m.Linear(D(60), D(40), D(40)), 1, Fraction(1), 1_000_000, 10_000),
    ("decrease, worse than before", m.Linear(D(60), D(40), D(70)), 1, Fraction(-1, 2), 0, 0),
    ("decrease, beyond", m.Linear(D(60), D(40), D(30)), STRETCH, Fraction(3, 2), 1_000_000, 12_000),
    ("decrease, to zero", m.Linear(D(8), D(0), D(2)), 1, Fraction(3, 4), 750_000, 7500),
    ("decrease, below zero", m.Linear(D(10), D(-10), D(-5)), 1, Fraction(3, 4), 750_000, 7500),
    ("decrease, decimals", m.Linear(D("0.34"), D("0.19"), D("0.28")), 1, Fraction(2, 5), 400_000, 4000),
    # keep within: 1 inside, falls to 0 at the tolerance beyond an edge, never above 1
    ("within, inside", m.KeepWithin(D(95), D(99), D(2), D(97)), STRETCH, Fraction(1), 1_000_000, 10_000),
    ("within, on the edge", m.KeepWithin(D(95), D(99), D(2), D(95)), 1, Fraction(1), 1_000_000, 10_000),
    ("within, half the tolerance below", m.KeepWithin(D(95), D(99), D(2), D(94)), 1, Fraction(1, 2), 500_000, 5000),
    ("within, half the tolerance above", m.KeepWithin(D(95), D(99), D(2), D(100)), 1, Fraction(1, 2), 500_000, 5000),
    ("within, at the tolerance", m.KeepWithin(D(95), D(99), D(2), D(93)), 1, Fraction(0), 0, 0),
    ("within, far out", m.KeepWithin(D(95), D(99), D(2), D(10)), 1, Fraction(0), 0, 0),
    ("within, no defects", m.KeepWithin(None, D(0), D(4), D(1)), 1, Fraction(3, 4), 750_000, 7500),
    ("within, no defects, below", m.KeepWithin(None, D(0), D(4), D(-3)), 1, Fraction(1), 1_000_000, 10_000),
    ("within, at least", m.KeepWithin(D(90), None, D("0.5"), D("89.9")), 1, Fraction(4, 5), 800_000, 8000),
    ("within, below zero", m.KeepWithin(D(-5), D(-1), D(2), D(0)), 1, Fraction(1, 2), 500_000, 5000),
    ("within, not reported", m.KeepWithin(D(95), D(99), D(2)), 1, Fraction(0), 0, 0),
    # yes or no
    ("yes", m.YesNo(answer=True), STRETCH, Fraction(1), 1_000_000, 10_000),
    ("no", m.YesNo(answer=False), 1, Fraction(0), 0, 0),
    ("not answered", m.YesNo(), 1, Fraction(0), 0, 0),
    # milestones: weights of the finished over all; all 0 count equally
    ("milestones, by weight", steps((6000, True), (3000, False), (1000, True)), 1, Fraction(7, 10), 700_000, 7000),
    ("milestones, none finished", steps((6000, False), (4000, False)), 1, Fraction(0), 0, 0),
    ("milestones, all finished", steps((1, True), (2, True)), STRETCH, Fraction(1), 1_000_000, 10_000),
    ("milestones, weights all 0", steps((0, True), (0, False), (0, False)), 1, Fraction(1, 3), 333_333, 3333),
    ("milestones, finished of weight 0", steps((0, True), (100, False)), 1, Fraction(0), 0, 0),
    ("milestones, not to a hundred", steps((3, True), (4, False)), 1, Fraction(3, 7), 428_571, 4286),
    # bands: the score of the table over 100
    ("band, beyond", m.Band(Fraction(110)), STRETCH, Fraction(11, 10), 1_000_000, 11_000),
    ("band, beyond, committed", m.Band(Fraction(110)), 1, Fraction(11, 10), 1_000_000, 10_000),
    ("band, floor", m.Band(Fraction(0)), 1, Fraction(0), 0, 0),
]  # fmt: skip


@pytest.mark.req("GOAL-01", "GOAL-02")
@pytest.mark.parametrize(
    ("measure", "cap", "raw", "progress", "score"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_attainment(measure, cap, raw, progress, score):
    reached = m.attainment(measure, Decimal(cap))
    assert (reached.raw, reached.progress, reached.score) == (raw, progress, score)


@pytest.mark.req("GOAL-01")
@pytest.mark.parametrize("measure", [m.Linear(D(0), D(10)), m.KeepWithin(D(1), D(2), D(1)), m.YesNo(), m.Band()])
def test_what_a_metric_has_not_told_is_not_measured(measure):
    reached = m.attainment(measure, by_metric=True)
    assert (reached.raw, reached.progress, reached.score) == (None, None, None)


@pytest.mark.req("GOAL-01")
@pytest.mark.parametrize(("make", "field"), [
    (lambda: m.Linear(D(5), D("5.0")), "target"),
    (lambda: m.KeepWithin(None, None, D(1)), "edges"),
    (lambda: m.KeepWithin(D(3), D(2), D(1)), "high"),
    (lambda: m.KeepWithin(D(1), D(2), D(0)), "tolerance"),
    (lambda: m.KeepWithin(D(1), D(2), D(-1)), "tolerance"),
    (lambda: m.Milestones(()), "milestones"),
    (lambda: m.Milestone(-1, DAY), "weight"),
    (lambda: m.attainment(m.YesNo(answer=True), D(0)), "cap"),
])  # fmt: skip
def test_what_could_not_be_measured_is_refused(make, field):
    with pytest.raises(BadValue) as refused:
        make()
    assert refused.value.field == field
