"""The API does what the pages do, by the same rules, with problems as sentences."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth import get_user_model

from beichen.reviews.tests.makers import REASON, world
from tests.cast import sign_in

pytestmark = pytest.mark.django_db
BASE = "/api/v1/reviews"


@pytest.fixture
def made(owner_db, worker_db):
    made = world(owner_db, worker_db)
    made.make_plan(without=[made.id(n) for n in made.company.people if n not in ("A1", "A2")])
    made.launch()
    return made


class Hands:
    """One person's session before the API."""

    def __init__(self, made, number):
        with made.owner():
            get_user_model()._default_manager.get_or_create(
                person_id=made.id(number), defaults={"email": f"{number.lower()}@example.com", "name": number}
            )
        self.client = sign_in(made.id(number))

    def get(self, path, status=200):
        answer = self.client.get(f"{BASE}{path}")
        assert answer.status_code == status, answer.content
        return answer.json()

    def send(self, path, body, status=204, method="post"):
        act = getattr(self.client, method)
        answer = act(f"{BASE}{path}", json.dumps(body), content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content else None


def _answers(text, **scores):
    return {key: {"score": score, "text": text} for key, score in scores.items()}


@pytest.mark.req("BASE-03", "REVIEW-03", "REVIEW-07", "REVIEW-09")
def test_one_review_from_the_self_review_to_the_answer(made):
    person, manager = Hands(made, "A2"), Hands(made, "M1")
    review = made.reviews["A2"]
    made.phase("C03")
    [part] = person.get("/parts")
    saved = person.send(f"/parts/{part['id']}", {"answers": _answers("初稿", behaviour="80"), "version": 0}, 200, "put")
    assert saved["version"] == 1
    body = {"answers": _answers("定稿", behaviour="80", contribution="82"), "closing": "想学容量规划", "version": 1}
    person.send(f"/parts/{part['id']}/submit", body)
    assert [v["version"] for v in person.get(f"/parts/{part['id']}/versions")] == [2, 1]
    made.phase("C04")
    person.send(f"/{review}/peers", {"peers": [made.id("B1")]})
    [line] = manager.get(f"/{review}/peers")
    manager.send(f"/{review}/peers/settle", {"invite": [line["id"]]})
    made.phase("C05")
    for subject in ("A1", "A2"):
        part_id = made.part(subject, "M1", "manager")
        text = _answers("亲眼所见", behaviour="80", contribution="80", goals="80")
        manager.send(f"/parts/{part_id}/submit", {"answers": text, "version": 0})
    sheet = manager.get(f"/{review}")
    assert sheet["live"]["total"] == 8000
    problem = manager.send(f"/{review}/decide", {"grade": "A", "version": sheet["rating_version"]}, 422)
    assert problem["code"] == "reason_needed"
    assert "reason" in problem["fields"]
    manager.send(f"/{review}/decide", {"grade": "A", "reason": REASON, "version": sheet["rating_version"]})
    manager.send(f"/{made.reviews['A1']}/decide", {"grade": "B", "version": 1})
    made.phase("C06")
    made.phase("C07")
    first, second = Hands(made, "HA1"), Hands(made, "HA2")
    assert first.send(f"/plans/{made.plan_id}/lock", {"version": made.version()}, 200) == {"done": False}
    made.second("lock", "HA1", "HA2")
    person.get(f"/{review}/result", 404)
    made.phase("C09")
    assert second.send(f"/plans/{made.plan_id}/release", {"version": made.version()}, 200) == {"done": False}
    made.second("release", "HA2", "HA1")
    result = person.get(f"/{review}/result")
    assert (result["decision"]["final"], result["decision"]["total"]) == ("A", 8000)
    person.send(f"/{review}/acknowledge", {"answer": "acknowledged"})
    assert person.get(f"/{review}/result")["answer"] == "acknowledged"


@pytest.mark.req("BASE-03")
def test_unknown_fields_and_outsiders_are_refused(made):
    made.phase("C03")
    person = Hands(made, "A2")
    part = made.part("A2", "A2", "self")
    problem = person.send(f"/parts/{part}", {"answers": {}, "version": 0, "state": "submitted"}, 422, "put")
    assert "state" in json.dumps(problem["fields"])
    stranger = Hands(made, "B1")
    stranger.get(f"/{made.reviews['A2']}", 404)
    stranger.get(f"/parts/{part}", 404)
    stranger.send(f"/parts/{part}", {"answers": {}, "version": 0}, 404, "put")
    stranger.get(f"/plans/{made.plan_id}/progress", 403)


@pytest.mark.req("BASE-03")
def test_a_plan_is_drafted_and_tried_by_api(made):
    hr = Hands(made, "HR2")
    body = {"name": "试点", "cycle_id": made.cycle_id, "unit_id": made.company.units["U2"].pk, "managers": "out"}
    plan = hr.send("/plans", body, 200)
    assert plan["state"] == "draft"
    dry = hr.get(f"/plans/{plan['id']}/dry-run")
    assert {line["person_id"] for line in dry["seeds"]} == {made.id("B1"), made.id("B2")}
    problem = hr.send(f"/plans/{plan['id']}", {**body, "weights": {"goals": 90}, "version": 1}, 422, "put")
    assert problem["code"] == "bad_weights"
