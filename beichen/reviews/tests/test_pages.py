"""The pages: what they show, what they cost, and how an autosave answers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model

from beichen.reviews.tests.makers import cost, decided, world
from tests.cast import sign_in

pytestmark = pytest.mark.django_db
COUNTS = json.loads((Path(__file__).parent / "query_counts.json").read_text(encoding="utf-8"))
MOST = 15


@pytest.fixture
def made(owner_db, worker_db):
    return _launched(owner_db, worker_db, ("A1", "A2"))


def _launched(owner_db, worker_db, reviewed):
    made = world(owner_db, worker_db)
    made.make_plan(without=[made.id(n) for n in made.company.people if n not in reviewed])
    made.launch()
    return made


def _client(made, number):
    with made.owner():
        get_user_model()._default_manager.get_or_create(
            person_id=made.id(number), defaults={"email": f"{number.lower()}@example.com", "name": number}
        )
    return sign_in(made.id(number))


def _costs(made):
    review, part = made.reviews["A2"], made.part("A2", "A2", "self")
    pages = {
        "index": ("M1", "/reviews/"), "index of one reviewed": ("A2", "/reviews/"),
        "part": ("A2", f"/reviews/parts/{part}/"), "peers": ("M1", f"/reviews/{review}/peers/"),
        "review": ("M1", f"/reviews/{review}/"), "console": ("HA1", f"/reviews/plans/{made.plan_id}/"),
        "board": ("HR2", f"/reviews/plans/{made.plan_id}/calibration/"), "plans": ("HA1", "/reviews/plans/"),
    }  # fmt: skip
    return {name: cost(_client(made, who), url) for name, (who, url) in pages.items()}


@pytest.mark.req("BASE-07")
def test_no_page_costs_more_with_more_people(owner_db, worker_db):
    """Statements per page are those frozen in query_counts.json, at two and at six reviewed people."""
    from django.db import transaction

    for reviewed in (("A1", "A2"), ("A1", "A2", "A3", "B1", "B2", "CA1")):
        point = transaction.savepoint()
        made = _launched(owner_db, worker_db, reviewed)
        made.phase("C04")
        made.invite("A2", *(["B1"] if len(reviewed) == 2 else ["B1", "B2", "A3", "A1"]))
        decided(made, "A2", "M1")
        costs = _costs(made)
        transaction.savepoint_rollback(point)
        assert costs == COUNTS, json.dumps(costs)
        assert max(costs.values()) <= MOST


@pytest.mark.req("REVIEW-03")
@pytest.mark.fault("F18")
def test_an_autosave_tells_its_version_and_a_second_window_loses_nothing(made):
    made.phase("C03")
    client, part = _client(made, "A2"), made.part("A2", "A2", "self")
    sent = {"version": 0, "text_behaviour": "窗口一", "score_behaviour": "80"}
    first = client.post(f"/reviews/parts/{part}/save/", sent)
    assert first.json()["version"] == 1
    second = client.post(f"/reviews/parts/{part}/save/", {"version": 0, "text_behaviour": "窗口二"})
    assert second.status_code == 409
    page = client.post(
        f"/reviews/parts/{part}/submit/",
        {**sent, "text_behaviour": "窗口二", "text_contribution": "", "score_contribution": "80"},
    )
    assert page.status_code == 409
    body = page.content.decode()
    assert "窗口一" in body
    assert "窗口二" in body


@pytest.mark.req("REVIEW-03")
def test_a_refused_form_comes_back_with_what_was_typed(made):
    made.phase("C03")
    client, part = _client(made, "A2"), made.part("A2", "A2", "self")
    sent = {"version": 0, "text_behaviour": "写了很多", "score_behaviour": "180"}
    answer = client.post(f"/reviews/parts/{part}/submit/", sent)
    assert answer.status_code == 422
    assert "写了很多" in answer.content.decode()
    assert 'value="180"' in answer.content.decode()


@pytest.mark.fault("F18")
@pytest.mark.req("REVIEW-03")
def test_a_refused_form_overruns_nothing_that_was_saved_meanwhile(made):
    made.phase("C03")
    client, part = _client(made, "A2"), made.part("A2", "A2", "self")
    client.post(f"/reviews/parts/{part}/save/", {"version": 0, "text_behaviour": "另一个窗口"})
    wrong = {"version": 0, "text_behaviour": "这里", "score_behaviour": "180"}
    answer = client.post(f"/reviews/parts/{part}/submit/", wrong)
    assert answer.status_code == 422
    assert 'name="version" value="0"' in answer.content.decode()
    scored = {"text_behaviour": "这里", "score_behaviour": "80", "score_contribution": "80"}
    both = client.post(f"/reviews/parts/{part}/submit/", {"version": 0, **scored})
    assert both.status_code == 409
    assert {"另一个窗口", "这里"} <= set(re.findall("另一个窗口|这里", both.content.decode()))


@pytest.mark.req("REVIEW-09")
def test_the_result_leads_with_what_next_and_ends_in_the_answer(made):
    from beichen.reviews import rules

    made.phase("C05")
    for subject in ("A1", "A2"):
        part = made.part(subject, "M1", "manager")
        answers = {key: {"score": "80", "text": "事实"} for key in ("behaviour", "contribution", "goals")}
        rules.submit_part(made.actor("M1"), part, answers, "下季度请接手监控。", 0)
        rules.decide(made.actor("M1"), made.reviews[subject], "B", "", 1)
    for phase, step in (("C06", ""), ("C07", "lock"), ("C09", "release")):
        made.phase(phase)
        if step:
            made.step(step)
    body = _client(made, "A2").get(f"/reviews/{made.reviews['A2']}/result/").content.decode()
    places = [body.index(text) for text in ("下季度请接手监控。", "grade-letter", "bars-waterfall", "/acknowledge/")]
    assert places == sorted(places)
    other = _client(made, "B1").get(f"/reviews/{made.reviews['A2']}/result/")
    assert other.status_code == 404
    assert (
        "结果待阅" in _client(made, "A2").get("/reviews/home/panel/", headers={"HX-Request": "true"}).content.decode()
    )
    rules.acknowledge(made.actor("A2"), made.reviews["A2"], "acknowledged", "")
    panel = _client(made, "A2").get("/reviews/home/panel/", headers={"HX-Request": "true"}).content.decode()
    assert "结果待阅" not in panel
    assert "已答复" in panel


@pytest.mark.req("REVIEW-01")
def test_the_console_shows_who_asked_and_lets_the_second_person_confirm(owner_db, worker_db):
    made = world(owner_db, worker_db)
    made.make_plan(without=[made.id("E1")])
    url = f"/reviews/plans/{made.plan_id}/"
    first, second = _client(made, "HA1"), _client(made, "HA2")
    assert first.post(f"{url}launch/", {"version": 1}).status_code == 303
    assert "HA1" in second.get(url).content.decode()
    assert second.post(f"{url}launch/", {"version": 1}).status_code == 303
    from beichen.reviews.models import ReviewPlan

    with made.owner():
        assert ReviewPlan.objects.get(pk=made.plan_id).state == "launched"


@pytest.mark.req("INSIGHT-01")
def test_what_is_owed_reaches_the_to_do_list_of_its_phase(made):
    from beichen.platform.access.current import acting
    from beichen.reviews.panels import owed

    def kinds(number):
        with acting(made.actor(number)):
            return [entry.key.split(":")[0] for entry in owed(made.actor(number), 20)]

    assert kinds("A2") == []
    made.phase("C03")
    assert kinds("A2") == ["review-part"]
    made.phase("C05")
    assert kinds("M1") == ["review-part", "review-part"]
    assert kinds("B1") == []
