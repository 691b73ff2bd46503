"""Manager parts, peers, sections, totals, grades, the year, and the distribution."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction as F
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beichen.platform.kit.words import BadValue
from beichen.platform.kit.workdays import WorkCalendar
from beichen.reviews.formulas.distribution import breaches, differences, groups, quotas
from beichen.reviews.formulas.sections import (
    GoalPart,
    PeerMode,
    Stint,
    goals_section,
    manager_days,
    manager_part,
    peers_part,
    section_score,
    upward_part,
)
from beichen.reviews.formulas.totals import (
    Grade,
    QuarterResult,
    Scale,
    SectionResult,
    percentile,
    suggested_grade,
    total,
    year_total,
)

START, END = date(2026, 4, 1), date(2026, 6, 30)
GRADES = Scale((Grade("S", 9500), Grade("A", 8500), Grade("B", 7000), Grade("C", 6000), Grade("D", 0)))
EVERY_DAY = WorkCalendar(weekend=frozenset())


def charge(*spans, start=START, end=END, calendar=None) -> Any:
    stints = [Stint(who, a, b) for who, a, b in spans]
    return manager_days(stints, start, end, calendar or WorkCalendar())


@pytest.mark.req("REVIEW-03", "REVIEW-01")
def test_short_parts_are_dropped_and_their_days_shared():
    parts = charge(
        ("m1", date(2020, 1, 1), date(2026, 5, 10)),
        ("m2", date(2026, 5, 11), date(2026, 5, 20)),
        ("m3", date(2026, 5, 21), None),
    )
    assert [(p.manager, p.days, p.working_days, p.kept) for p in parts] == [
        ("m1", 40, 28, True), ("m2", 10, 8, False), ("m3", 41, 29, True),
    ]  # fmt: skip
    part = manager_part(parts, {"m1": 70, "m2": 0, "m3": 84})
    assert part.value == F(40 * 70 + 41 * 84, 81)
    assert [line.note for line in part.terms] == ["", "too_short", ""]


@pytest.mark.req("REVIEW-03")
def test_the_least_part_is_a_quarter_of_a_short_cycle():
    month = {"start": date(2026, 4, 1), "end": date(2026, 4, 28), "calendar": EVERY_DAY}
    kept = charge(("m1", START, date(2026, 4, 7)), ("m2", date(2026, 4, 8), None), **month)
    assert [p.kept for p in kept] == [True, True]
    dropped = charge(("m1", START, date(2026, 4, 6)), ("m2", date(2026, 4, 7), None), **month)
    assert [p.kept for p in dropped] == [False, True]
    twenty = charge(("m1", START, date(2026, 4, 20)), ("m2", date(2026, 4, 21), None), calendar=EVERY_DAY)
    assert [p.kept for p in twenty] == [True, True]


@pytest.mark.req("REVIEW-03")
def test_if_all_are_short_the_longest_stays_and_the_later_of_two():
    short = charge(*((f"m{i}", START + timedelta(7 * i), START + timedelta(7 * i + 6)) for i in range(5)))
    assert [p.manager for p in short if p.kept] == ["m4"]
    assert charge() == ()
    assert charge(("gone", date(2025, 1, 1), date(2025, 12, 31))) == ()


def test_two_stints_of_one_manager_are_one_part():
    parts = charge(("m1", START, START), ("m2", date(2026, 4, 2), date(2026, 5, 31)), ("m1", date(2026, 6, 1), None))
    assert [(p.manager, p.days) for p in parts] == [("m2", 60), ("m1", 31)]


@pytest.mark.req("REVIEW-03")
def test_without_a_manager_who_answered_there_is_no_part():
    assert manager_part(charge(("m1", START, None)), {"m1": None}).value is None
    assert manager_part((), {}).value is None


@pytest.mark.req("REVIEW-03", "REVIEW-09")
@pytest.mark.parametrize(
    ("mode", "answers", "counted", "words_read"),
    [
        (PeerMode.ANONYMOUS, 5, True, True),
        (PeerMode.ANONYMOUS, 4, False, False),
        (PeerMode.CONFIDENTIAL, 3, True, True),
        (PeerMode.CONFIDENTIAL, 2, False, True),
        (PeerMode.OPEN, 1, True, True),
        (PeerMode.OPEN, 0, False, True),
    ],
)
def test_peers_count_only_in_numbers(mode, answers, counted, words_read):
    part = peers_part([80] * answers, mode)
    assert (part.score is not None, part.words_read, part.answers) == (counted, words_read, answers)


def test_upward_parts_need_five():
    assert upward_part([F(80)] * 4).score is None
    assert upward_part([80, 81, 82, 83, 85]).score == F(411, 5)


@pytest.mark.req("REVIEW-03")
def test_a_section_spreads_the_weight_of_who_did_not_answer():
    weights = {"self": 0, "manager": 70, "peers": 30}
    assert section_score({"self": 120, "manager": 92, "peers": 91}, weights).value == F(917, 10)
    assert section_score({"self": 120, "manager": 60, "peers": None}, weights).value == 60
    assert section_score({"self": 120, "manager": None, "peers": None}, weights).value is None


@pytest.mark.req("REVIEW-02", "GOAL-08")
def test_the_goals_section():
    even = [GoalPart("a", 5000, 9000), GoalPart("b", 5000, 8001), GoalPart("c", 9999, None)]
    assert goals_section(even).stored == 8500  # 85.005: a tie, to the even digit
    versions = [GoalPart("a v1", 100, 6000, days=30), GoalPart("a v2", 100, 9000, days=61)]
    assert goals_section(versions, by_time=True).stored == 8011
    assert goals_section([]).stored is None
    assert goals_section([GoalPart("a", 0, 9000)]).stored is None
    with pytest.raises(BadValue, match="“days” is -1"):
        goals_section([GoalPart("a", 1, 1, days=-1)], by_time=True)


SCORES = st.fractions(0, 120, max_denominator=21)


@pytest.mark.req("REVIEW-03", "REVIEW-09")
@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(1, 100), st.one_of(st.none(), SCORES)), min_size=1, max_size=6))
def test_a_total_is_rounded_once_and_its_terms_add_up(rows):
    found: Any = total([SectionResult(str(i), w, s) for i, (w, s) in enumerate(rows)])
    counted: Any = [line for line in found.how.terms if line.counted]
    if not counted:
        assert found.value is None
        return
    exact = sum(line.weight * line.value for line in counted) / sum(line.weight for line in counted)
    assert abs(F(found.value, 100) - exact) <= F(1, 200)
    assert suggested_grade(found.value, GRADES).minimum <= found.value


@pytest.mark.req("REVIEW-03")
def test_totals_at_the_edges():
    def of(*rows) -> Any:
        return total([SectionResult(str(i), w, s) for i, (w, s) in enumerate(rows)])

    assert of((60, F(91)), (25, F(95)), (15, F("98.5"))).value == 9312
    over = of((1, F(130)))
    assert (over.value, over.clipped) == (12000, True)
    assert of((60, None), (25, F(80)), (15, F(100))).value == 8750
    tie = of((1, F("89.98")), (1, F("89.99")))
    assert tie.value == 8998  # 89.985


@pytest.mark.req("REVIEW-03")
def test_the_grade_hangs_on_the_rounded_total():
    assert [suggested_grade(n, GRADES).key for n in (9500, 9499, 8500, 7000, 6999, 0)] == list("SAABCD")
    with pytest.raises(BadValue, match=r"“minimum” is 95\.00; it must be less than the grade above, 95\.00"):
        Scale((Grade("S", 9500), Grade("A", 9500)))
    with pytest.raises(BadValue, match="it must be exactly 0"):
        Scale((Grade("S", 9500),))
    with pytest.raises(BadValue, match="“coefficient” is -1"):
        Scale((Grade("S", 0, -1),))
    with pytest.raises(BadValue):
        Scale(())


@pytest.mark.req("REVIEW-10")
def test_the_year():
    quarters = [QuarterResult("Q1", 8000), QuarterResult("Q2", None), QuarterResult("Q3", 8001, weight=1)]
    found = year_total(quarters)
    assert found.value == 8000
    assert [line.counted for line in found.how.terms] == [True, False, True]
    assert year_total(quarters[:2]).value is None


def test_percentile_counts_oneself_and_needs_eight():
    assert percentile(0, 1, 8) == F(25, 4)
    assert percentile(5, 2, 9) == F(200, 3)
    assert percentile(0, 1, 7) is None
    with pytest.raises(BadValue):
        percentile(8, 1, 8)


def named(prefix, count) -> Any:
    return [f"{prefix}{i}" for i in range(count)]


@pytest.mark.req("REVIEW-05")
def test_groups_are_formed_bottom_up():
    tree = {"U0": None, "U1": "U0", "U2": "U0", "U11": "U1", "U12": "U1"}
    people = {
        "U0": named("z", 2),
        "U11": named("a", 11),
        "U12": named("b", 6),
        "U1": named("c", 5),
        "U2": named("d", 3),
    }
    found = groups(tree, people)
    assert [(g.unit, len(g.people)) for g in found.groups] == [("U1", 16), ("U11", 11)]  # a tie: the rest joins U1
    assert groups(tree, {"U12": named("b", 9)}).without_quota == tuple(named("b", 9))
    assert groups(tree, {}).groups == ()
    with pytest.raises(BadValue, match="“unit” is U9"):
        groups(tree, {"U9": ["x"]})
    with pytest.raises(BadValue, match="one tree"):
        groups({"U0": None, "U1": "U2", "U2": "U1"}, {})


@pytest.mark.req("REVIEW-05")
@settings(max_examples=200)
@given(st.lists(st.integers(0, 14), min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_everybody_is_in_one_group_of_enough_people(sizes, chance):
    tree = {f"U{i}": f"U{chance.randrange(i)}" if i else None for i in range(len(sizes))}
    people = {f"U{i}": named(f"p{i}-", size) for i, size in enumerate(sizes)}
    found = groups(tree, people)
    everybody = sorted(p for group in people.values() for p in group)
    assert sorted([p for g in found.groups for p in g.people] + list(found.without_quota)) == everybody
    assert all(len(g.people) >= 10 for g in found.groups)
    assert not found.groups or not found.without_quota


@pytest.mark.req("REVIEW-05")
def test_quotas():
    assert quotas(15, [1000, 2000, 4000, 2000, 1000]) == (2, 3, 6, 3, 1)
    assert quotas(10, [3333, 3333, 3334]) == (3, 3, 4)
    assert quotas(0, [5000, 5000]) == (0, 0)
    with pytest.raises(BadValue, match=r"“shares” is 90\.00; it must be parts that add up to 100"):
        quotas(5, [4000, 5000])


@pytest.mark.req("REVIEW-05")
def test_soft_and_forced_guides():
    soft = differences("SABCD", {"S": 3, "A": 2, "B": 10}, [1000, 2000, 4000, 2000, 1000])
    assert [(line.grade, line.more) for line in soft] == [("S", 1), ("A", -1), ("B", 4), ("C", -3), ("D", -1)]
    assert [(cut.grade, cut.actual, cut.limit) for cut in breaches(soft)] == [("S", 3, 2)]
    assert breaches(soft, top_to="A") == breaches(soft)
    both = breaches(soft, top_to="S", bottom_to="C")
    assert [(cut.grade, cut.from_top, cut.actual, cut.limit) for cut in both] == [
        ("S", True, 3, 2), ("D", False, 0, 1), ("C", False, 0, 4),
    ]  # fmt: skip
