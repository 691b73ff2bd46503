"""The golden company through the pure functions: every line of expected.csv, none left over."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from beichen.goals.formulas import health as h
from beichen.goals.formulas import measures as m
from beichen.goals.formulas import rollup as r
from beichen.metrics.formulas import Point, Table, band_score
from beichen.platform.kit.periods import overlap, overlap_days, parse
from beichen.platform.kit.rounding import COEFFICIENT, PROGRESS, SCORE, WEIGHT, fraction, scaled, shown
from beichen.platform.kit.workdays import WorkCalendar
from beichen.reviews.formulas import sections as s
from beichen.reviews.formulas import totals as t
from beichen.reward.formulas import pools as p
from beichen.reward.formulas import shares as b

HERE = Path(__file__).parent
CYCLE = parse("2026Q2")
LOOKED_AT = date(2026, 5, 16)
DEFAULTS = tomllib.loads(
    (HERE.parents[1] / "beichen/people/defaults.toml").read_text(encoding="utf-8"), parse_float=Decimal
)


def sheet(name) -> Any:
    rows = list(load_workbook(HERE / "company.xlsx")[name].iter_rows(values_only=True))
    heads = [str(head).split()[-1] for head in rows[0]]
    return [
        {k: v.date() if isinstance(v, datetime) else v for k, v in zip(heads, row, strict=True)} for row in rows[1:]
    ]


def grouped(rows, by) -> Any:
    found = defaultdict(list)
    for row in rows:
        found[row[by]].append(row)
    return found


def expected(*kinds) -> Any:
    with (HERE / "expected.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {(row["what"], row["of"]): row for row in rows if not kinds or row["what"].startswith(kinds)}


def number(value) -> Any:
    return None if value is None else Decimal(str(value))


class Goals:
    """The goal tree of the workbook at the day it is looked at, or later with K311's second step done."""

    def __init__(self, day: date = LOOKED_AT, also_done: Sequence[str] = ()) -> None:
        self.when = h.When(CYCLE.start, CYCLE.end, day)
        self.updates = grouped(sheet("进展 Updates"), "key_result")
        self.steps = grouped(sheet("里程碑 Milestones"), "key_result")
        self.points = grouped(sheet("评分区间 Bands"), "key_result")
        self.goals = {row["goal"]: row for row in sheet("目标 Goals")}
        self.key_results = {row["key_result"]: row for row in sheet("关键结果 KeyResults")}
        self.also_done = also_done

    def band(self, key, *, stepped=False) -> Any:
        rows = self.points[key]
        table = Table(tuple(Point(number(x["value"]), scaled(number(x["score"]), SCORE)) for x in rows), stepped)
        return band_score(table, number(self.updates[key][-1]["value"]))

    def measure(self, key) -> Any:
        row, kind = self.key_results[key], self.key_results[key]["measure"].split()[-1]
        updates = self.updates[key]
        current = updates[-1]["value"] if updates else None
        if kind == "milestones":
            done = {x["value"] for x in updates} | set(self.also_done)
            steps = [m.Milestone(scaled(x["weight"], WEIGHT), x["due"], x["name"] in done) for x in self.steps[key]]
            return m.Milestones(tuple(steps))
        if kind == "yes/no":
            return m.YesNo(None if current is None else current == "是")
        if kind == "band":
            return m.Band(self.band(key).score)
        if kind == "within":
            return m.KeepWithin(number(row["low"]), number(row["high"]), number(row["tolerance"]), number(current))
        return m.Linear(number(row["baseline"]), number(row["target"]), number(current))

    def attainment(self, key) -> Any:
        ambition = self.goals[self.key_results[key]["goal"]]["ambition"].split()[-1]
        return m.attainment(self.measure(key), DEFAULTS["goals"]["score_cap"][ambition])

    def standing(self, key) -> Any:
        last = self.updates[key][-1]["date"] if self.updates[key] else None
        return h.stand(self.measure(key), self.attainment(key).progress, last, self.when)

    def children(self, goal) -> Any:
        return [row for row in self.goals.values() if row["parent"] == goal]

    def own(self, goal) -> Any:
        return [row for row in self.key_results.values() if row["goal"] == goal]

    def progress(self, goal) -> Any:
        items = [
            r.Item(x["key_result"], scaled(x["weight"], WEIGHT), self.attainment(x["key_result"]).progress)
            for x in self.own(goal)
        ]
        items += [
            r.Item(x["goal"], scaled(x["rollup_weight"], WEIGHT), self.progress(x["goal"])) for x in self.children(goal)
        ]
        return r.progress_of(items).value

    def score(self, goal) -> Any:
        items = [
            r.Item(x["key_result"], scaled(x["weight"], WEIGHT), None, self.attainment(x["key_result"]).score)
            for x in self.own(goal)
        ]
        return r.score_of(items).value

    def goal_standing(self, goal) -> Any:
        items = [
            h.ItemStanding(
                scaled(x["weight"], WEIGHT),
                self.standing(x["key_result"]),
                holds_to_end=h.holds_to_end(self.measure(x["key_result"]), self.when),
            )
            for x in self.own(goal)
        ]
        items += [
            h.ItemStanding(scaled(x["rollup_weight"], WEIGHT), self.goal_standing(x["goal"]))
            for x in self.children(goal)
        ]
        return h.stand_of_goal(self.progress(goal), items, self.when)

    def priority(self, key) -> Any:
        items = [
            r.Item(g["goal"], scaled(g["weight"], WEIGHT), self.progress(g["goal"]))
            for g in self.goals.values()
            if g["priority"] == key
        ]
        return r.progress_of(items).value


def digits4(progress) -> Any:
    return "not measured" if progress is None else shown(Fraction(progress, PROGRESS), 4)


@pytest.mark.req("GOAL-01", "GOAL-11")
def test_attainment_and_roll_up():
    company = Goals()
    lines = expected("raw attainment", "progress", "attainment", "KPI score", "key result at the end")
    for (what, of), row in lines.items():
        if what == "raw attainment":
            value = shown(company.attainment(of).raw, 4)
        elif what == "KPI score":
            value = shown(company.band(of).score, 2)
        elif what == "attainment":
            value = digits4(company.priority(of))
        elif what == "key result at the end of the cycle":
            value = digits4(Goals(CYCLE.end, ["双写"]).attainment(of).progress)
        else:
            value = digits4(company.attainment(of).progress if of in company.key_results else company.progress(of))
        assert value == row["value"], (what, of)
    assert shown(company.band("K211", stepped=True).score, 0) == "60"


@pytest.mark.req("GOAL-01", "GOAL-12")
def test_health():
    company = Goals()
    for (what, of), row in expected("health").items():
        standing = company.standing(of) if of in company.key_results else company.goal_standing(of)
        assert standing.health == row["value"].replace(" ", "_"), (what, of)
        if found := re.search(r"expected ([\d.]+)", row["note"]):
            assert shown(standing.expected, 4) == found[1], of
        if found := re.search(r"pace ([\d.]+)", row["note"]):
            assert shown(standing.pace, 4) == found[1], of
    line = expected("expected progress")["expected progress", "number on 2026-05-16"]
    assert shown(h.expected_by_time(company.when), 4) == line["value"]


@pytest.mark.req("GOAL-12")
def test_two_steps_apart():
    company = Goals()
    apart = []
    for key in company.key_results:
        confidence = (company.updates[key] or [{"confidence": None}])[-1]["confidence"]
        found = re.match("[a-z ]+[a-z]", confidence or "")
        owner = found[0].replace(" ", "_") if found else None
        if owner and h.two_steps_apart(h.Health(owner), company.standing(key).health):
            apart.append(key)
    assert apart == [of for _, of in expected("two steps apart")]


SCALE = t.Scale(
    tuple(
        t.Grade(row["key"], scaled(row["min"], SCORE), scaled(row["coefficient"], COEFFICIENT))
        for row in DEFAULTS["reviews"]["grades"]
    )
)
SECTIONS = {str(i + 1): row for i, row in enumerate(DEFAULTS["reviews"]["sections"])}
ROLES = DEFAULTS["reviews"]["rater_weights"]


class Review:
    """One person's review from the raters' scores and the assignments of the workbook."""

    def __init__(self, person) -> None:
        with (HERE / "assessments.csv").open(encoding="utf-8") as file:
            self.rows = [row for row in csv.DictReader(file) if row["person"] == person]
        stints = [s.Stint(x["manager"], x["from"], x["to"]) for x in sheet("任职 Assignments") if x["number"] == person]
        self.managers = s.manager_days(stints, CYCLE.start, CYCLE.end, WorkCalendar())

    def scores(self, role, section) -> Any:
        return {
            row["rater"]: fraction(row["score"])
            for row in self.rows
            if row["role"].split()[0] == role and row["section"].startswith(section)
        }

    def manager(self, section) -> Any:
        return s.manager_part(self.managers, self.scores("manager", section)).value

    def section(self, number) -> Any:
        if number == "1":
            return self.scores("formula", "1")["system"]
        peers = s.peers_part(list(self.scores("peer", number).values()), s.PeerMode.CONFIDENTIAL)
        return s.section_score({"manager": self.manager(number), "peers": peers.score}, ROLES).value

    def total(self) -> Any:
        parts = [t.SectionResult(row["key"], row["weight"], self.section(n)) for n, row in SECTIONS.items()]
        return t.total(parts).value


def goals_section_of(person) -> Any:
    company = Goals(CYCLE.end, ["双写"])
    parts = [
        s.GoalPart(g["goal"], scaled(g["weight"], WEIGHT), company.score(g["goal"]))
        for g in company.goals.values()
        if g["owner"] == person
    ]
    return s.goals_section(parts).stored


@pytest.mark.req("REVIEW-03", "REVIEW-09")
def test_reviews():
    for (what, of), row in expected("manager part", "section score", "total", "suggested grade").items():
        review, section = Review(of.split()[0]), of.split()[-1]
        if what == "manager part":
            value = shown(review.manager(section), 4)
        elif what == "section score":
            value = shown(review.section(section), 2)
        elif what == "total":
            value = shown(Fraction(review.total(), SCORE), 2)
        else:
            value = t.suggested_grade(review.total(), SCALE).key
        assert value == row["value"], (what, of)


@pytest.mark.req("REVIEW-02", "REVIEW-03")
@pytest.mark.parametrize("person", ["E006", "E007"])
def test_goals_section_comes_from_the_goals(person):
    line = expected("section score")["section score", f"{person} section 1"]
    assert shown(Fraction(goals_section_of(person), SCORE), 2) == line["value"]


@pytest.mark.req("REVIEW-01")
def test_days_in_charge_and_who_is_out():
    assert [(x.manager, x.days, x.kept) for x in Review("E008").managers] == [("E004", 45, True), ("E005", 46, True)]
    out = [x for x in sheet("员工 People") if x["left"] and x["left"] < CYCLE.end]
    lines = expected("not reviewed")
    assert {("not reviewed", x["number"]): f"left on {x['left']}" for x in out} == {
        key: row["value"] for key, row in lines.items()
    }


REVIEWED = ["E006", "E007", "E008", "E009", "E010", "E011", "E012"]
C_COMPANY = scaled("1.05", COEFFICIENT)
C_UNIT = {"U11": "1.00", "U12": "0.90", "U2": "1.10"}
FLATTENING = {"U11": "0.5", "U12": "0", "U2": "0"}


def decided(person) -> Any:
    moved = {of: row["value"] for (_, of), row in expected("decided grade").items()}
    key = moved.get(person) or t.suggested_grade(Review(person).total(), SCALE).key
    return next(grade for grade in SCALE.grades if grade.key == key)


def entry(person) -> Any:
    row = next(x for x in sheet("员工 People") if x["number"] == person)
    days = overlap_days(row["hired"], row["left"], CYCLE.start, CYCLE.end)
    stretch = p.Stretch(row["target_bonus_cents"], days)
    return p.Entry(person, (stretch,), decided(person).coefficient)


def unit_of(person) -> Any:
    rows = [x for x in sheet("任职 Assignments") if x["number"] == person]
    return next(x["unit"] for x in rows if overlap(x["from"], x["to"], CYCLE.end, CYCLE.end))


@pytest.mark.req("OUTCOME-01")
def test_bonuses():
    entries = grouped([{"unit": unit_of(x), "entry": entry(x)} for x in REVIEWED], "unit")
    found = {}
    for unit, rows in entries.items():
        people = [row["entry"] for row in rows]
        base = p.base(people, CYCLE.days)
        pool = p.pool(unit, base.value, C_COMPANY, scaled(C_UNIT[unit], COEFFICIENT))
        sharing = b.bonus_shares(pool.value, people, FLATTENING[unit])
        found["pool (cents)", unit] = str(pool.value)
        found |= {("bonus (cents)", line.entry.number): str(line.amount) for line in sharing.lines}
        assert sum(line.amount for line in sharing.lines) + sharing.unallocated == pool.value
    assert found == {key: row["value"] for key, row in expected("pool", "bonus").items()}


def test_no_line_is_left_unread():
    read: tuple[str, ...] = ("raw", "progress", "attainment", "KPI", "key result", "health", "expected", "two steps")
    read += ("manager part", "section", "total", "suggested", "not reviewed", "decided", "pool", "bonus")
    assert set(expected(*read)) == set(expected())
    assert len(expected()) == 104
