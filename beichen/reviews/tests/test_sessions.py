"""The calibration closes by its facilitator and the highest manager of the round; until then nothing is locked."""

from __future__ import annotations

import pytest
from django.utils import translation

from beichen.people.models import Cycle, Seat
from beichen.people.rules import places
from beichen.platform.access.current import reading
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Forbidden, NotFound
from beichen.reviews import panels, rules
from beichen.reviews.models import CalibrationSession, Rating
from beichen.reviews.rules import errors
from beichen.reviews.tests.makers import REASON, World, client, cost, decided, world

pytestmark = pytest.mark.django_db
MOST = 15


@pytest.fixture
def open_session(owner_db, worker_db) -> World:
    """A1 and A2 decided by M1, whom E1 leads; B1 and B2 sit as facilitators; the calibration is open."""
    made = world(owner_db, worker_db)
    made.make_plan(without=[made.id(n) for n in made.company.people if n not in ("A1", "A2")])
    made.launch()
    with made.owner():
        for number in ("B1", "B2"):
            Seat.objects.create(
                person=made.company.people[number], seat="CF", scope=made.company.units["U0"],
                granted_by=0, granted_at="2026-01-01T00:00Z",
            )  # fmt: skip
        places.renumber()
    for subject in ("A1", "A2"):
        decided(made, subject)
    _move(made, "C06")
    return made


def _move(made: World, phase: str) -> None:
    """The cycle moves and its subscribers follow, the calibration stays as it is."""
    with made.owner():
        Cycle.objects.filter(pk=made.cycle_id).update(phase=phase)
    with made.worker():
        rules.follow_cycle(system("reviews.follow", "test"), made.cycle_id, phase)


def _state(made: World) -> str:
    with made.owner():
        return CalibrationSession.objects.get(plan_id=made.plan_id).state


@pytest.mark.req("REVIEW-07")
def test_nothing_is_locked_while_the_calibration_is_open(open_session):
    made = open_session
    _move(made, "C07")
    with pytest.raises(errors.SessionOpen):
        rules.lock_results(made.actor("HA1"), made.plan_id, made.version())
    assert rules.close_session(made.actor("B1"), made.plan_id) is False
    with pytest.raises(errors.SessionOpen):
        rules.lock_results(made.actor("HA1"), made.plan_id, made.version())
    assert rules.close_session(made.actor("E1"), made.plan_id) is True
    made.step("lock")
    with made.owner():
        found = CalibrationSession.objects.get(plan_id=made.plan_id)
        assert (found.facilitator_id, found.closed_with_id) == (made.id("B1"), made.id("E1"))


@pytest.mark.req("REVIEW-07")
def test_it_takes_one_facilitator_and_the_highest_manager(open_session):
    made = open_session
    assert rules.close_session(made.actor("B1"), made.plan_id) is False
    assert rules.close_session(made.actor("B1"), made.plan_id) is False
    with pytest.raises(errors.SameHat):
        rules.close_session(made.actor("B2"), made.plan_id)
    for number in ("M1", "M2", "A2", "HA1", "HR2", "CA1"):
        with pytest.raises((Forbidden, NotFound)):
            rules.close_session(made.actor(number), made.plan_id)
    assert _state(made) == "open"
    assert rules.close_session(made.actor("E1"), made.plan_id) is True
    assert rules.close_session(made.actor("E1"), made.plan_id) is True
    assert _state(made) == "closed"


@pytest.mark.req("REVIEW-07")
def test_grades_move_until_it_is_closed_and_again_when_the_cycle_goes_back(open_session):
    made, review = open_session, open_session.reviews["A2"]
    rules.move_grade(made.actor("B1"), review, "A", REASON, 3)
    for number in ("E1", "B1"):
        rules.close_session(made.actor(number), made.plan_id)
    with pytest.raises(errors.SessionClosed):
        rules.move_grade(made.actor("B1"), review, "B", REASON, 4)
    _move(made, "C05")
    _move(made, "C06")
    assert _state(made) == "open"
    with made.owner():
        version = Rating.objects.get(pk=review).version
    rules.move_grade(made.actor("B1"), review, "S", REASON, version)


def _owed(made: World, number: str) -> list[tuple[str, str]]:
    actor = made.actor(number)
    with reading(actor):
        entries = [one for one in panels.owed(actor, 30) if one.key == f"review-session:{made.plan_id}"]
        return [(str(one.url), str(one.subtitle)) for one in entries]


@pytest.mark.req("REVIEW-07", "INSIGHT-01")
def test_the_highest_manager_is_reminded_and_a_facilitator_once_the_other_asked(open_session):
    made, url = open_session, f"/reviews/plans/{open_session.plan_id}/calibration/"
    with translation.override("en"):
        assert _owed(made, "E1") == [(url, "together with a facilitator, once the grades are settled")]
        assert [_owed(made, number) for number in ("B1", "M1", "M2", "A1", "HA1", "HR2")] == [[]] * 6
        rules.close_session(made.actor("E1"), made.plan_id)
        assert _owed(made, "E1") == []
        assert _owed(made, "B1") == _owed(made, "B2") == [(url, "E1 asked to close it.")]
        rules.close_session(made.actor("B1"), made.plan_id)
        assert _owed(made, "E1") == _owed(made, "B1") == _owed(made, "B2") == []


@pytest.mark.req("INSIGHT-01")
def test_a_facilitator_who_asked_first_leaves_it_to_the_highest_manager(open_session):
    made = open_session
    rules.close_session(made.actor("B1"), made.plan_id)
    with translation.override("en"):
        assert [said for _, said in _owed(made, "E1")] == ["B1 asked to close it."]
    assert _owed(made, "B1") == _owed(made, "B2") == []
    _move(made, "C07")
    assert len(_owed(made, "E1")) == 1
    _move(made, "C08")
    assert _owed(made, "E1") == []


@pytest.mark.req("REVIEW-07")
def test_both_close_it_on_the_page_of_the_list(open_session):
    made, url = open_session, f"/reviews/plans/{open_session.plan_id}/calibration/"
    highest, facilitator = client(made, "E1"), client(made, "B1")
    assert client(made, "M2").get(url).status_code == 403
    page = highest.get(url).content.decode()
    assert "A2" in page
    assert f"{url}close/" in page
    assert highest.post(f"{url}close/").status_code == 303
    assert f"{url}close/" not in highest.get(url).content.decode()
    waiting = facilitator.get(url).content.decode()
    assert "E1已提出关闭" in waiting
    assert facilitator.post(f"{url}close/").status_code == 303
    assert "校准已关闭" in facilitator.get(url).content.decode()
    for number in ("HR2", "B1", "E1"):
        assert cost(client(made, number), url) <= MOST
    answer = client(made, "A2").post(f"/api/v1/reviews/plans/{made.plan_id}/calibration/close")
    assert answer.status_code == 403


@pytest.mark.req("REVIEW-07")
def test_the_list_comes_in_parts_and_by_unit_and_the_counts_speak_of_all_of_it(open_session, monkeypatch):
    made, url = open_session, f"/reviews/plans/{open_session.plan_id}/calibration/"
    monkeypatch.setattr("beichen.reviews.pages.deciding.ROWS", 1)
    browser, seen, at = client(made, "B1"), [], url
    while at:
        page = browser.get(at)
        seen += [line.subject.number for line in page.context["lines"]]
        assert [n for _manager, n, _mean in page.context["managers"]] == [2]
        at = f"{url}?after={page.context['following']}" if page.context["following"] else ""
    assert sorted(seen) == ["A1", "A2"]
    monkeypatch.setattr("beichen.reviews.pages.deciding.ROWS", 50)
    assert len(browser.get(f"{url}?unit=U1").context["lines"]) == 2
    assert browser.get(f"{url}?unit=HR").context["lines"] == []
    unknown = browser.get(f"{url}?unit=NOWHERE")
    assert unknown.status_code == 422
