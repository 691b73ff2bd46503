"""Writing, deciding, moving, locking, releasing and answering."""

from __future__ import annotations

import pytest

from beichen.platform.kit.errors import NotFound
from beichen.reviews import queries, rules
from beichen.reviews.rules import errors
from beichen.reviews.tests.makers import World, decided, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def launched(owner_db, worker_db) -> World:
    made = world(owner_db, worker_db)
    made.make_plan(without=[made.id("E1")])
    made.launch()
    return made


@pytest.mark.req("REVIEW-03", "REVIEW-07")
def test_from_launch_to_the_answer(launched):
    launched.phase("C03")
    launched.write("A2", "A2", "self", {"behaviour": "85", "contribution": "90"})
    launched.phase("C04")
    launched.invite("A2", "A1", "B1", "B2")
    for peer, score in (("A1", "80"), ("B1", "90"), ("B2", "100")):
        launched.write("A2", peer, "peer", {"behaviour": score, "contribution": score})
    launched.phase("C05")
    launched.write("A2", "M1", "manager", {"behaviour": "80", "contribution": "80", "goals": "90"})
    sheet = queries.review_sheet(launched.actor("M1"), launched.reviews["A2"])
    assert sheet.live is not None
    assert (sheet.live.total, sheet.live.suggested) == (8720, "A")
    rules.decide(launched.actor("M1"), launched.reviews["A2"], "A", "", sheet.rating.version)
    assert sheet.plan.id == launched.plan_id


@pytest.mark.req("REVIEW-07")
def test_locked_then_released_by_two_people_then_answered(launched):
    for subject, manager in (("A2", "M1"), ("A1", "M1")):
        decided(launched, subject, manager)
    launched.phase("C06")
    launched.phase("C07")
    with pytest.raises(errors.Undecided):
        rules.lock_results(launched.actor("HA1"), launched.plan_id, launched.version())
    assert queries.locked_results(launched.actor("CA1"), launched.cycle_id) == []


def test_everything_to_the_end(owner_db, worker_db):
    made = world(owner_db, worker_db)
    keep = {"A1", "A2"}
    made.make_plan(without=[made.id(n) for n in made.company.people if n not in keep])
    made.launch()
    assert set(made.reviews) == keep
    decided(made, "A2", "M1", "A")
    decided(made, "A1", "M1")
    made.phase("C06")
    made.phase("C07")
    made.step("lock")
    found = queries.locked_results(made.actor("CA1"), made.cycle_id)
    assert [(line.person_id, line.grade, line.coefficient) for line in found] == [
        (made.id("A1"), "B", 10000), (made.id("A2"), "A", 12000)]  # fmt: skip
    with pytest.raises(NotFound):
        queries.result(made.actor("A2"), made.reviews["A2"])
    made.phase("C09")
    made.step("release")
    sheet = queries.result(made.actor("A2"), made.reviews["A2"])
    assert sheet.decision.final == "A"
    rules.acknowledge(made.actor("A2"), made.reviews["A2"], "read_disagree", "协作一段没有写到跨组支持。")
    assert queries.result(made.actor("M1"), made.reviews["A2"]).answer[0] == "read_disagree"
    with pytest.raises(errors.Answered):
        rules.acknowledge(made.actor("A2"), made.reviews["A2"], "acknowledged", "")
