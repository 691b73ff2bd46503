"""People move, leave and join while reviews are open: the transition cases of access.md 1.8, each from its event on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from beichen.people.models import Employment
from beichen.people.rules import Hire, Move, persons
from beichen.platform.access.current import acting
from beichen.platform.access.permissions import relations_to
from beichen.platform.audit.models import Entry
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Forbidden, NotFound
from beichen.platform.notify.models import Notice
from beichen.reviews import queries, rules
from beichen.reviews.models import Nomination, Part, PartContent, Rating, RatingContent, Review
from beichen.reviews.rules import errors
from beichen.reviews.tests.makers import World, decided, world

pytestmark = pytest.mark.django_db
JOB = system("people.test", "moves people in a test")
SCORES = {"behaviour": "80", "contribution": "80", "goals": "80"}
Drain = Callable[[], list[str]]


@pytest.fixture
def today() -> Iterator[Callable[[str], None]]:
    """`today("2026-05-16")`: it is noon in Shanghai on this day, until said otherwise."""
    held: list[Any] = []

    def go(day: str) -> None:
        while held:
            held.pop().__exit__(None, None, None)
        held.append(clock.frozen(datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=4)))
        held[-1].__enter__()

    yield go
    while held:
        held.pop().__exit__(None, None, None)


@pytest.fixture
def made(owner_db: Any, worker_db: Any, today: Callable[[str], None]) -> World:
    """A1 and A2 are reviewed, both led by M1; launched on 2 May."""
    today("2026-05-02")
    made = world(owner_db, worker_db)
    with made.owner():
        for person in made.company.people.values():
            Employment.objects.create(person=person, hired_on=date(2020, 1, 1))
    made.make_plan(without=[made.id(n) for n in made.company.people if n not in ("A1", "A2")])
    made.launch()
    return made


@pytest.fixture
def move(made: World, drain_jobs: Drain) -> Callable[..., None]:
    """`move("A2", "M2", "2026-05-16")`: another manager from that day on, and the jobs behind it."""

    def go(number: str, manager: str, first: str) -> None:
        persons.move(JOB, made.id(number), Move(first=date.fromisoformat(first), manager_id=made.id(manager)))
        drain_jobs()

    return go


@pytest.fixture
def leave(made: World, drain_jobs: Drain) -> Callable[..., None]:
    """`leave("M1", "2026-07-05")`: the last day, and the jobs behind it."""

    def go(number: str, last: str) -> None:
        persons.leave(JOB, made.id(number), date.fromisoformat(last))
        drain_jobs()

    return go


def heads(made: World, subject: str) -> tuple[str, dict[str, tuple[int, str]]]:
    """Who decides, and every manager's days and state."""
    numbers = {person.pk: number for number, person in made.company.people.items()}
    with made.owner():
        review = Review.objects.get(pk=made.reviews[subject])
        parts = Part.objects.filter(review=review, role="manager").values_list(
            "rater_id", "days", "state", "manager_id"
        )
        assert {line[3] for line in parts} == {review.manager_id} == {Rating.objects.get(pk=review.pk).manager_id}
        return numbers[review.manager_id], {numbers[rater]: (days, state) for rater, days, state, _ in parts}


def told(made: World, number: str) -> set[str]:
    with made.owner():
        return set(Notice.objects.filter(addressee_id=made.id(number)).values_list("template", flat=True))


def half_written(made: World, subject: str, rater: str) -> Any:
    part = made.part(subject, rater, "manager")
    rules.save_part(made.actor(rater), part, {"behaviour": {"score": "70", "text": "写到一半"}}, "", 0)
    return part


def text_of(made: World, part: Any) -> str:
    with made.owner():
        return str(PartContent.objects.get(pk=part).answers)


@pytest.mark.req("PEOPLE-02", "REVIEW-01")
def test_t01_a_new_manager_in_execution_decides_and_both_write_by_their_days(made, move, today, drain_jobs):
    made.phase("C02")
    today("2026-05-16")
    move("A2", "M2", "2026-05-16")
    assert heads(made, "A2") == ("M2", {"M1": (45, "draft"), "M2": (46, "draft")})
    assert heads(made, "A1")[0] == "M1"
    assert told(made, "M2") >= {"reviews.review_yours"}
    assert told(made, "M1") >= {"reviews.you_led"}
    made.phase("C05")
    made.write("A2", "M1", "manager", SCORES)
    made.write("A2", "M2", "manager", {**SCORES, "behaviour": "100"})
    with pytest.raises((NotFound, Forbidden)):
        rules.decide(made.actor("M1"), made.reviews["A2"], "B", "", 2)
    with made.worker():
        assert rules.follow_people(system("reviews.follow_person", "test"), [made.id("A2")]) == []


@pytest.mark.req("REVIEW-01", "REVIEW-03")
def test_t02_a_half_written_review_becomes_the_former_managers_part_and_is_never_deleted(made, move, today):
    today("2026-07-05")
    made.phase("C05")
    part = half_written(made, "A2", "M1")
    today("2026-07-06")
    move("A2", "M2", "2026-07-06")
    assert heads(made, "A2") == ("M2", {"M1": (91, "draft"), "M2": (0, "draft")})
    assert "写到一半" in text_of(made, part)
    assert rules.save_part(made.actor("M1"), part, {"behaviour": {"score": "70", "text": "写完"}}, "", 1).version == 2
    made.write("A2", "M2", "manager", SCORES)
    rules.decide(made.actor("M2"), made.reviews["A2"], "B", "", 2)
    with made.owner():
        assert RatingContent.objects.get(pk=made.reviews["A2"]).total == 8000
    with acting(made.actor("M2")):
        assert not PartContent.objects.filter(pk=part).exists(), "a draft is its writer's alone"


@pytest.mark.req("REVIEW-01", "BASE-01")
def test_t03_after_the_lock_the_signer_stays_and_the_new_manager_reads_after_release(made, move, today):
    today("2026-07-05")
    for number in ("A1", "A2"):
        decided(made, number)
    made.phase("C06")
    made.phase("C07")
    made.step("lock")
    today("2026-07-20")
    move("A2", "M2", "2026-07-20")
    assert heads(made, "A2")[0] == "M1"
    with acting(made.actor("M2")):
        assert not RatingContent.objects.exists()
    made.phase("C09")
    made.step("release")
    with acting(made.actor("M2")):
        assert [content.pk for content in RatingContent.objects.all()] == [made.reviews["A2"]]


@pytest.mark.req("REVIEW-01", "PEOPLE-02")
def test_t04_when_the_manager_leaves_the_managers_manager_takes_over_and_the_hr_partner_is_told(made, leave, today):
    today("2026-07-05")
    made.phase("C05")
    part = half_written(made, "A2", "M1")
    today("2026-07-06")
    leave("M1", "2026-07-05")
    assert heads(made, "A2") == ("E1", {"M1": (0, "draft"), "E1": (91, "draft")})
    assert heads(made, "A1")[0] == "E1"
    assert "写到一半" in text_of(made, part)
    assert told(made, "HR1") == {"reviews.passed_on"}
    made.write("A2", "E1", "manager", SCORES)
    rules.decide(made.actor("E1"), made.reviews["A2"], "B", "", 2)


@pytest.mark.req("REVIEW-01", "PEOPLE-02")
def test_t04_what_a_leaver_had_handed_in_still_counts_for_the_own_days(made, leave, today):
    today("2026-07-05")
    made.phase("C05")
    made.write("A2", "M1", "manager", SCORES)
    today("2026-07-06")
    leave("M1", "2026-07-05")
    assert heads(made, "A2") == ("E1", {"M1": (91, "submitted"), "E1": (0, "draft")})


@pytest.mark.req("REVIEW-01", "PEOPLE-02")
def test_t05_the_review_of_somebody_who_leaves_is_finished_and_released(made, leave, today):
    today("2026-07-05")
    made.phase("C05")
    today("2026-07-06")
    leave("A2", "2026-07-05")
    assert heads(made, "A2") == ("M1", {"M1": (91, "draft")})
    assert told(made, "HR1") == {"reviews.passed_on"}
    assert told(made, "M1") == {"reviews.went_on"}
    decided(made, "A2")
    decided(made, "A1")
    made.phase("C06")
    made.phase("C07")
    made.step("lock")
    made.phase("C09")
    made.step("release")
    with made.owner():
        assert Rating.objects.get(pk=made.reviews["A2"]).state == "released"


@pytest.mark.req("BASE-01", "PEOPLE-02")
def test_t09_a_partner_who_becomes_the_manager_loses_the_partners_cells_and_another_acts(made, move, today):
    today("2026-05-16")
    with acting(made.actor("HR1")):
        assert relations_to(made.actor("HR1"), made.id("A2")) == {"BP", "CO"}
    move("A2", "HR1", "2026-05-16")
    with acting(made.actor("HR1")):
        assert relations_to(made.actor("HR1"), made.id("A2")) == {"LM", "CO"}
        assert relations_to(made.actor("HR1"), made.id("A1")) == {"BP", "CO"}
        assert queries.review(made.actor("HR1"), made.reviews["A2"]).manager_id == made.id("HR1")
    from beichen.people import queries as people

    with acting(made.actor("HR1")):
        assert people.who_acts("BP", made.id("A2")) == made.id("HR2")
        assert people.who_acts("BP", made.id("A1")) == made.id("HR1")


@pytest.mark.req("BASE-01", "REVIEW-01")
def test_t10_who_comes_to_lead_the_former_manager_does_not_read_the_own_file(made, move, today):
    today("2026-07-05")
    made.phase("C05")
    part = half_written(made, "A1", "M1")
    made.write("A2", "M1", "manager", SCORES)
    today("2026-07-06")
    move("A1", "E1", "2026-07-06")
    move("M1", "A1", "2026-07-06")
    assert heads(made, "A1")[0] == "E1"
    with acting(made.actor("A1")):
        assert not PartContent.objects.filter(pk=part).exists()
        assert not Part.objects.filter(pk=part).exists()
        assert not RatingContent.objects.filter(pk=made.reviews["A1"]).exists()
    with pytest.raises(NotFound):
        queries.result(made.actor("A1"), made.reviews["A1"])


@pytest.mark.req("PEOPLE-02", "REVIEW-01")
def test_t11_a_back_dated_move_is_marked_and_opens_nothing_that_is_closed(made, move, today):
    today("2026-07-05")
    for number in ("A1", "A2"):
        decided(made, number)
    made.phase("C06")
    made.phase("C07")
    made.step("lock")
    before = heads(made, "A2")
    today("2026-07-20")
    move("A2", "M2", "2026-04-10")
    assert heads(made, "A2") == before
    with made.owner():
        assert Entry.objects.filter(act="people.move").latest("at").details["back_dated"] is True
        part = Part.objects.get(review_id=made.reviews["A2"], role="manager").pk
    with acting(made.actor("M2")):
        assert not RatingContent.objects.exists()
        assert not PartContent.objects.filter(pk=part).exists()


@pytest.mark.req("PEOPLE-02", "REVIEW-01")
def test_t11_while_the_review_is_open_a_back_dated_move_counts_as_of_its_day(made, move, today):
    today("2026-06-20")
    made.phase("C03")
    move("A2", "M2", "2026-04-10")
    assert heads(made, "A2") == ("M2", {"M1": (0, "draft"), "M2": (82, "draft")})
    with pytest.raises(Exception, match="only possible in the phase"):
        rules.nominate(made.actor("M2"), made.reviews["A2"], [made.id("B1")])


@pytest.mark.req("REVIEW-02", "REVIEW-01")
def test_a_peer_who_comes_to_lead_the_person_speaks_as_manager(made, move, today):
    today("2026-05-10")
    made.phase("C04")
    made.invite("A2", "M2", "B1")
    rules.nominate(made.actor("A2"), made.reviews["A2"], [made.id("B2")])
    today("2026-05-16")
    move("A2", "M2", "2026-05-16")
    with made.owner():
        states = dict(Part.objects.filter(review_id=made.reviews["A2"], role="peer").values_list("rater_id", "state"))
    assert states == {made.id("M2"): "declined", made.id("B1"): "draft"}
    assert [choice.review_id for choice in queries.peers_to_choose(made.actor("M2"))] == [made.reviews["A2"]]
    assert queries.peers_to_choose(made.actor("M1")) == []


@pytest.mark.req("REVIEW-02", "REVIEW-01")
def test_a_peer_who_leaves_is_declined_and_the_manager_may_ask_another(made, leave, today):
    today("2026-05-10")
    made.phase("C04")
    made.invite("A2", "B1")
    rules.nominate(made.actor("A2"), made.reviews["A2"], [made.id("B2")])
    today("2026-05-16")
    leave("B1", "2026-05-15")
    leave("B2", "2026-05-15")
    with made.owner():
        assert Part.objects.get(review_id=made.reviews["A2"], role="peer").state == "declined"
        assert Nomination.objects.get(peer_id=made.id("B2")).state == "refused"
    assert told(made, "M1") == {"reviews.peer_gone"}
    rules.nominate(made.actor("M1"), made.reviews["A2"], [made.id("A3")])


@pytest.mark.req("REVIEW-01", "PEOPLE-02")
def test_who_joins_while_a_launched_plan_is_open_is_taken_in(made, today, drain_jobs):
    today("2026-05-16")
    made.phase("C02")
    unit = made.company.units["U1"].pk
    late = persons.hire(
        JOB, Hire(number="N1", name="新人", email="n1@example.com", hired=date(2026, 5, 11), unit_id=unit,
                  manager_id=made.id("M1"))
    )  # fmt: skip
    drain_jobs()
    drain_jobs()
    with made.owner():
        review = Review.objects.get(subject_id=late)
        parts = set(Part.objects.filter(review=review).values_list("role", "rater_id", "days"))
    assert review.manager_id == made.id("M1")
    assert parts == {("self", late, 0), ("manager", made.id("M1"), 51)}


@pytest.mark.req("REVIEW-01")
def test_a_grade_that_stands_stays_until_the_new_manager_decides_again(made, move, today):
    today("2026-07-05")
    decided(made, "A2")
    today("2026-07-06")
    move("A2", "M2", "2026-07-06")
    with made.owner():
        rating = Rating.objects.get(pk=made.reviews["A2"])
        assert (rating.decided_by_id, rating.manager_id) == (made.id("M1"), made.id("M2"))
        assert RatingContent.objects.get(pk=rating.pk).decided == "B"
    with pytest.raises(errors.PartNotHandedIn):
        rules.decide(made.actor("M2"), made.reviews["A2"], "B", "", rating.version)
