"""Locking, releasing and answering."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from beichen.people import queries as people
from beichen.people.choices import Phase
from beichen.people.rules.cycles import PhaseHasWork, WrongPhase, move_cycle
from beichen.platform.kit.errors import Forbidden, NotFound
from beichen.reviews import queries, rules
from beichen.reviews.formulas.results import recompute
from beichen.reviews.models import Part, Rating, Review
from beichen.reviews.rules import closing, errors
from beichen.reviews.tests.makers import World, decided, world

pytestmark = pytest.mark.django_db
SCORES = {"behaviour": "80", "contribution": "80"}


@pytest.fixture
def launched(owner_db, worker_db) -> World:
    """A1 and A2 are reviewed; M1 decides on both."""
    made = world(owner_db, worker_db)
    made.make_plan(without=[made.id(n) for n in made.company.people if n not in ("A1", "A2")])
    made.launch()
    return made


def _closed(made: World) -> World:
    decided(made, "A2", "M1", "A")
    decided(made, "A1", "M1")
    made.phase("C06")
    made.phase("C07")
    return made


@pytest.mark.req("REVIEW-01", "BASE-01")
@pytest.mark.parametrize(
    ("now", "to", "named"),
    [("C03", "C05", "C04"), ("C04", "C06", "C05"), ("C05", "C07", "C06"), ("C06", "C08", "C07"), ("C08", "C10", "C09")],
)
def test_a_cycle_passes_over_no_phase_of_a_launched_plan(launched, now, to, named):
    launched.phase(now)
    hr = launched.actor("HA1")
    with pytest.raises(PhaseHasWork) as caught:
        move_cycle(hr, launched.cycle_id, to, people.cycle(hr, launched.cycle_id).version)
    assert str(Phase(named).label) in str(caught.value)


@pytest.mark.req("REVIEW-07")
def test_the_lock_waits_for_every_decision(launched):
    decided(launched, "A2", "M1")
    launched.phase("C06")
    launched.phase("C07")
    with pytest.raises(errors.Undecided) as caught:
        rules.lock_results(launched.actor("HA1"), launched.plan_id, launched.version())
    assert "1" in str(caught.value)


@pytest.mark.req("REVIEW-07")
def test_results_stay_hidden_until_two_people_release_them(launched):
    made = _closed(launched)
    with pytest.raises(WrongPhase):
        rules.release_results(made.actor("HA1"), made.plan_id, made.version())
    made.step("lock")
    found = queries.locked_results(made.actor("CA1"), made.cycle_id)
    assert [(line.person_id, line.grade, line.coefficient) for line in found] == [
        (made.id("A1"), "B", 10000), (made.id("A2"), "A", 12000)]  # fmt: skip
    assert queries.locked_results(made.actor("A2"), made.cycle_id) == []
    with pytest.raises(NotFound):
        queries.result(made.actor("A2"), made.reviews["A2"])
    made.phase("C09")
    version = made.version()
    assert rules.release_results(made.actor("HA1"), made.plan_id, version) is False
    assert rules.release_results(made.actor("HA1"), made.plan_id, version) is False
    with pytest.raises(Forbidden):
        rules.release_results(made.actor("HR2"), made.plan_id, version)
    assert queries.released(made.actor("A2"), made.id("A2")) == []
    made.second("release", "HA1", "HA2")
    assert [line.grade for line in queries.released(made.actor("A2"), made.id("A2"))] == ["A"]


@pytest.mark.req("REVIEW-07")
def test_a_release_of_one_unit_leaves_the_others_as_they_were(launched):
    made = _closed(launched)
    made.step("lock")
    made.phase("C09")
    with pytest.raises(errors.NothingToDo):
        rules.release_results(made.actor("HA1"), made.plan_id, made.version(), made.company.units["U2"].pk)
    made.step("release", unit_id=made.company.units["U1"].pk)
    assert queries.result(made.actor("A2"), made.reviews["A2"]).state == "released"


@pytest.mark.req("REVIEW-07")
def test_locked_results_open_again_only_before_a_release(launched):
    made = _closed(launched)
    made.step("lock")
    made.step("unlock")
    made.step("lock")
    made.phase("C09")
    made.step("release")
    made.phase("C07")
    with pytest.raises(errors.SomeReleased):
        rules.unlock_results(made.actor("HA1"), made.plan_id, made.version())


@pytest.mark.req("REVIEW-07")
def test_the_person_answers_once_and_disagreement_has_words(launched):
    made = _closed(launched)
    made.step("lock")
    made.phase("C09")
    made.step("release")
    review, person = made.reviews["A2"], made.actor("A2")
    with pytest.raises(errors.CommentNeeded):
        rules.acknowledge(person, review, "read_disagree", " ")
    with pytest.raises(NotFound):
        rules.acknowledge(made.actor("M1"), review, "acknowledged", "")
    rules.acknowledge(person, review, "read_disagree", "协作一段没有写到跨组支持。")
    rules.acknowledge(person, review, "read_disagree", "协作一段没有写到跨组支持。")
    with pytest.raises(errors.Answered):
        rules.acknowledge(person, review, "acknowledged", "")
    answer = queries.result(made.actor("M1"), review).answer
    assert answer is not None
    assert answer[0] == "read_disagree"


@pytest.mark.req("REVIEW-09")
def test_an_explanation_recomputes_to_its_total_and_names_the_rules(launched):
    made = _closed(launched)
    made.step("lock")
    made.phase("C09")
    made.step("release")
    for number in ("A1", "A2"):
        sheet = queries.result(made.actor(number), made.reviews[number])
        assert recompute(sheet.story) == sheet.decision.total
        assert sheet.story["rule"] == sheet.plan.rules.version
        assert sheet.rating.decided_by == made.id("M1")


@pytest.mark.req("REVIEW-07")
def test_each_read_of_a_result_leaves_one_audit_row(launched):
    made = _closed(launched)
    made.step("lock")
    with made.owner(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_entry WHERE act = 'read'")
        before = cursor.fetchone()[0]
    queries.result(made.actor("M1"), made.reviews["A2"])
    with made.owner(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(subjects::text) FROM audit_entry WHERE act = 'read'")
        count, _ = cursor.fetchone()
    assert count == before + 1


@pytest.mark.req("REVIEW-07", "BASE-07")
@pytest.mark.fault("F20")
def test_a_release_cut_off_in_the_middle_is_seen_by_nobody_and_then_done_once(launched, drain_jobs, monkeypatch):
    _closed(launched)
    launched.step("lock")
    launched.phase("C09")
    rules.release_results(launched.actor("HA1"), launched.plan_id, launched.version())
    rules.release_results(launched.actor("HA2"), launched.plan_id, launched.version())
    monkeypatch.setattr(closing, "_tell", _broken)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        drain_jobs()
    with launched.owner():
        assert {rating.state for rating in Rating.objects.all()} == {"locked"}
        assert {review.state for review in Review.objects.all()} == {"locked"}
    with pytest.raises(NotFound):
        queries.result(launched.actor("A2"), launched.reviews["A2"])
    monkeypatch.undo()
    drain_jobs()
    drain_jobs()
    with launched.owner(), connection.cursor() as cursor:
        assert {rating.state for rating in Rating.objects.all()} == {"released"}
        cursor.execute("SELECT addressee_id FROM notify_notice WHERE template = 'reviews.result_of'")
        told = sorted(line[0] for line in cursor.fetchall())
    assert told == sorted(launched.id(number) for number in ("A1", "A2"))


def _broken(*_: object) -> None:
    raise ZeroDivisionError


@pytest.mark.req("REVIEW-07")
def test_a_unit_released_alone_leaves_the_others_locked(launched):
    _closed(launched)
    launched.step("lock")
    launched.phase("C09")
    with launched.owner():
        Review.objects.filter(pk=launched.reviews["A2"]).update(unit_id=launched.company.units["U2"].pk)
    launched.step("release", unit_id=launched.company.units["U1"].pk)
    with launched.owner():
        states = dict(Rating.objects.values_list("review_id", "state"))
        parts = set(Part.objects.filter(review_id=launched.reviews["A2"]).values_list("state", flat=True))
    assert states == {launched.reviews["A1"]: "released", launched.reviews["A2"]: "locked"}
    assert "released" not in parts
