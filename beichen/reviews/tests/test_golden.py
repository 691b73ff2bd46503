"""The golden company's reviews through the product's pages, every number of expected.csv."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from beichen.goals import rules as goals
from beichen.goals.models import Milestone
from beichen.goals.rules import ReportInput
from beichen.people.models import Cycle, OrgUnit, Period, Person, Seat
from beichen.people.queries import company_settings
from beichen.people.tests.makers import outside
from beichen.platform.kit import clock
from beichen.platform.kit.rounding import shown
from beichen.reviews.formulas.results import recompute
from beichen.reviews.models import Explanation, Part, RatingContent, Review, ReviewPlan

FOLDER = Path(__file__).resolve().parents[3] / "tests" / "golden"
MOVE = "两位主管对照了同类工作:吴桐在转岗后的六周里补上了两个延期接口。"
PEERS = ("E006", "E007", "E009", "E010", "E011", "E012")


def _assessments():
    found: Any = defaultdict(dict)
    with (FOLDER / "assessments.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            section = line["section"].split(" ", 1)[1]
            rater = line["rater"] if line["role"] != "peer" else line["rater"].replace(" ", "")
            found[line["person"]].setdefault((line["role"].split(" ")[0], rater), {})[section] = line["score"]
    return found


def _expected():
    with (FOLDER / "expected.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def quarter(golden, owner_db):
    """The golden company in 2026Q2, E014 as facilitator."""
    with owner_db():
        period, _ = Period.objects.get_or_create(
            key="2026Q2", defaults={"kind": "quarter", "starts_on": "2026-04-01", "ends_on": "2026-06-30"}
        )
        found = Cycle.objects.filter(period=period).first()
        cycle = found or Cycle.objects.create(
            period=period, scope=OrgUnit.objects.get(code="U0"), settings=company_settings()
        )
        Seat.objects.create(
            person=Person.objects.get(number="E014"), seat="CF", scope=OrgUnit.objects.get(code="U0"),
            granted_by=golden.id("E015"), granted_at=clock.now(),
        )  # fmt: skip
        outside(OrgUnit.objects.get(code="U0"))
    return cycle.pk


def _post(client, url, data=None, status=303):
    answer = client.post(url, data or {})
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer


class Walk:
    """Hands of everyone, through the pages."""

    def __init__(self, golden, client_as, owner_db, drain, cycle_id):
        self.golden, self.owner_db, self.drain, self.cycle_id = golden, owner_db, drain, cycle_id
        self.clients: dict[str, Any] = {}
        self.client = lambda number: self.clients.setdefault(number, client_as(number))
        self.plan_id = 0

    def phase(self, to):
        for who in ("E015", "E016", "E001") if to == "C09" else ("E015", "E016"):
            with self.owner_db():
                version = Cycle.objects.get(pk=self.cycle_id).version
            _post(
                self.client(who),
                f"/reviews/plans/{self.plan_id}/phase/",
                {"to": to, "version": version},
            )
        self.drain()
        with self.owner_db():
            assert Cycle.objects.get(pk=self.cycle_id).phase == to

    def both(self, step):
        for who in ("E015", "E016"):
            with self.owner_db():
                version = ReviewPlan.objects.get(pk=self.plan_id).version
            _post(self.client(who), f"/reviews/plans/{self.plan_id}/{step}/", {"version": version})
        self.drain()

    def review(self, number):
        with self.owner_db():
            return Review.objects.get(plan_id=self.plan_id, subject_id=self.golden.id(number)).pk

    def write(self, subject, rater, role, scores):
        with self.owner_db():
            part = Part.objects.get(review_id=self.review(subject), rater_id=self.golden.id(rater), role=role).pk
        page = self.client(rater).get(f"/reviews/parts/{part}/")
        assert page.status_code == 200
        data = {"version": 0, "closing": "下一季度请带一个新人。"}
        for section in ("goals", "behaviour", "contribution"):
            data[f"text_{section}"] = f"{section} 的事实"
            if section in scores:
                data[f"score_{section}"] = scores[section]
        _post(self.client(rater), f"/reviews/parts/{part}/submit/", data)


@pytest.fixture
def walk(golden, client_as, owner_db, drain_jobs, quarter):
    return Walk(golden, client_as, owner_db, drain_jobs, quarter)


@pytest.mark.req("REVIEW-01", "REVIEW-02", "REVIEW-03", "REVIEW-07", "REVIEW-09")
@pytest.mark.django_db
def test_every_review_line_of_the_golden_company(walk, owner_db):
    with clock.frozen(datetime(2026, 7, 6, 2, 0, tzinfo=UTC)):
        _run(walk)
    assert_expected(walk, owner_db)


def _run(walk):
    given = _assessments()
    hr = walk.client("E016")
    made = _post(hr, "/reviews/plans/create/", {
        "name": "二季度考核", "cycle_id": walk.cycle_id, "unit": "U0", "managers": "out",
        "without": "E015,E016,E017", "goals": 60, "behaviour": 25, "contribution": 15, "peer_mode": "confidential",
    })  # fmt: skip
    walk.plan_id = int(made["Location"].rstrip("/").rsplit("/", 1)[1])
    console = hr.get(f"/reviews/plans/{walk.plan_id}/").content.decode()
    assert "欧阳明月" in console
    walk.both("launch")
    with walk.owner_db():
        numbers = sorted(Review.objects.filter(plan_id=walk.plan_id).values_list("subject__number", flat=True))
    assert numbers == sorted(given)
    walk.phase("C01")
    walk.phase("C02")
    _finish_the_double_write(walk)
    walk.phase("C03")
    walk.phase("C04")
    for subject, raters in given.items():
        _peers(walk, subject, [scores for (role, _), scores in raters.items() if role == "peer"])
    walk.phase("C05")
    for subject, raters in given.items():
        _managers(walk, subject, raters)
    walk.phase("C06")
    _move(walk)
    for who in ("E014", "E001"):
        _post(walk.client(who), f"/reviews/plans/{walk.plan_id}/calibration/close/")
    walk.phase("C07")
    walk.both("lock")
    walk.phase("C09")
    walk.both("release")


def _finish_the_double_write(walk):
    with walk.owner_db():
        steps = list(
            Milestone.objects.filter(key_result__key="K311", name__in=["接口冻结", "双写"]).values_list("pk", flat=True)
        )
        key_result = Milestone.objects.get(pk=steps[0]).key_result_id
    entered = ReportInput(finished=steps, day=date(2026, 6, 20))
    goals.report(walk.golden.actor("E007"), key_result, entered)
    goals.drain(walk.golden.actor("E007"), walk.cycle_id)
    walk.drain()


def _peers(walk, subject, answers):
    review = walk.review(subject)
    with walk.owner_db():
        manager = Review.objects.get(pk=review).manager.number
    chosen = [number for number in PEERS if number != subject][: len(answers)]
    if chosen:
        _post(walk.client(manager), f"/reviews/{review}/peers/add/", {"peer": [walk.golden.id(n) for n in chosen]})
    for number, scores in zip(chosen, answers, strict=True):
        walk.write(subject, number, "peer", scores)


def _managers(walk, subject, raters):
    review = walk.review(subject)
    with walk.owner_db():
        decides = Review.objects.get(pk=review).manager.number
    goals = raters[("system", "formula") if ("system", "formula") in raters else ("formula", "system")]["goals"]
    sheet = walk.client(decides).get(f"/reviews/{review}/").context["sheet"]
    measured = any(goal.score is not None for goal in sheet.goals)
    for (role, rater), scores in raters.items():
        if role == "manager":
            extra = {} if measured or rater != decides else {"goals": goals}
            walk.write(subject, rater, "manager", {**scores, **extra})
    sheet = walk.client(decides).get(f"/reviews/{review}/").context["sheet"]
    _post(
        walk.client(decides),
        f"/reviews/{review}/decide/",
        {"grade": sheet.live.suggested, "reason": "", "version": sheet.rating.version},
    )


def _move(walk):
    review = walk.review("E008")
    board = walk.client("E014").get(f"/reviews/plans/{walk.plan_id}/calibration/")
    line = next(line for line in board.context["lines"] if line.review_id == review)
    _post(walk.client("E014"), f"/reviews/{review}/move/do/", {"grade": "A", "reason": MOVE, "version": line.version})


def assert_expected(walk, owner_db):
    sections = {"1": "goals", "2": "behaviour", "3": "contribution"}
    with owner_db():
        stories = {e.review.subject.number: e.terms for e in Explanation.objects.select_related("review__subject")}
        contents = {c.rating.subject.number: c for c in RatingContent.objects.select_related("rating__subject")}
    seen = 0
    for line in _expected():
        who, _, number = line["of"].partition(" section ")
        story = stories.get(who, {"sections": ()})
        section: Any = next((s for s in story["sections"] if s["key"] == sections.get(number)), None)
        if line["what"] == "manager part":
            role = next(r for r in section["roles"] if r["role"] == "manager")
            assert shown(Fraction(role["score"]), 4) == line["value"], line
        elif line["what"] == "section score":
            assert section["shown"] == line["value"], line
        elif line["what"] == "total":
            assert f"{contents[who].total / 100:.2f}" == line["value"], line
            assert recompute(story) == contents[who].total
        elif line["what"] == "suggested grade":
            assert contents[who].suggested == line["value"], line
        elif line["what"] == "decided grade":
            assert contents[who].final == line["value"], line
            assert contents[who].decided == "B"
        elif line["what"] == "not reviewed":
            assert who not in contents
        else:
            continue
        seen += 1
    assert seen == 7 * 7 + 2
    page = walk.client("E008").get(f"/reviews/{walk.review('E008')}/result/").content.decode()
    for number in ("76.45", "70.08", "76.42", "78.00"):
        assert number in page
