"""Goals, strategy and metrics by program: the same rules as the pages, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from beichen.goals.models import Alignment, Goal, KeyResult
from beichen.goals.rules import rollup
from beichen.people.models import Cycle
from beichen.platform.access.current import acting
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from tests.cast import client_as, golden
from tests.database import put_in_phase

__all__ = ["client_as", "golden"]
AT = "/api/v1/goals"


@pytest.fixture(autouse=True)
def cycle_id(golden):
    with clock.frozen(datetime(2026, 5, 16, 4, tzinfo=UTC)):
        put_in_phase("C02")
        found = Cycle.objects.get().pk
        rollup.drain(system("goals.drain", "t"), found)
        yield found


def send(client: Client, method: str, at: str, body=None):
    return getattr(client, method)(at, data=body or {}, content_type="application/json")


@pytest.mark.req("GOAL-11")
def test_lists_pages_and_plans(client_as, cycle_id):
    client = client_as("E006")
    first = client.get(f"{AT}?cycle_id={cycle_id}&limit=5").json()
    rest = client.get(f"{AT}?cycle_id={cycle_id}&limit=5&cursor={first['next']}").json()
    keys = [g["key"] for g in (*first["items"], *rest["items"])]
    assert sorted(keys) == ["G1", "G11", "G111", "G12", "G21", "G22", "G31", "G41"]
    assert rest["next"] is None
    plan = client.get(f"{AT}/plan?cycle_id={cycle_id}").json()
    assert (plan["weight"], [line["goal"]["key"] for line in plan["lines"]]) == (10_000, ["G21", "G22"])
    coverage = client.get(f"{AT}/coverage?cycle_id={cycle_id}").json()
    assert [(p["key"], p["attainment"]) for p in coverage["priorities"]] == [
        ("P1", 573000),
        ("P2", None),
        ("P3", 500000),
    ]
    team = client_as("E004").get(f"{AT}/team?cycle_id={cycle_id}").json()
    assert {line["name"] for line in team} >= {"何雨桐"}


@pytest.mark.req("GOAL-01", "GOAL-04", "GOAL-09")
def test_a_goal_from_draft_to_its_first_report(golden, client_as, cycle_id):
    owner, manager = client_as("E009"), client_as("E005")
    made = send(owner, "post", AT, {"cycle_id": cycle_id, "title": "验证三个场景", "weight": 10_000})
    assert made.status_code == 201, made.content
    goal_id = made.json()["id"]
    body = {
        "title": "付费意向用户",
        "title_en": "People who mean to pay",
        "measure": "increase",
        "baseline": "0",
        "target": "30",
        "version": made.json()["version"],
    }
    added = send(owner, "post", f"{AT}/{goal_id}/key-results", body)
    assert added.status_code == 201, added.content
    kr_id = added.json()["id"]
    assert manager.get(f"{AT}/{goal_id}").status_code == 404
    assert owner.get(f"{AT}/{goal_id}").json()["key_results"][0]["title_en"] == "People who mean to pay"
    version = owner.get(f"{AT}/{goal_id}").json()["goal"]["version"]
    assert send(owner, "post", f"{AT}/{goal_id}/propose", {"version": version}).json()["state"] == "proposed"
    assert [g["id"] for g in manager.get(f"{AT}/waiting").json()["goals"]] == [goal_id]
    stale = send(manager, "post", f"{AT}/{goal_id}/approve", {"version": version})
    assert (stale.status_code, stale.json()["code"]) == (409, "changed")
    assert send(owner, "post", f"{AT}/{goal_id}/approve", {"version": version + 1}).status_code == 403
    assert send(manager, "post", f"{AT}/{goal_id}/approve", {"version": version + 1}).json()["state"] == "active"
    told = send(owner, "post", f"{AT}/key-results/{kr_id}/reports", {"value": "12", "confidence": "on_track"})
    assert told.status_code == 201, told.content
    lines = owner.get(f"{AT}/key-results/{kr_id}/reports").json()
    assert (lines[0]["progress"], lines[0]["confidence"]) == (400_000, "on_track")
    with acting(golden.actor("E009")):
        parent = Goal.objects.get(key="G41").pk
    asked = send(owner, "post", f"{AT}/{goal_id}/alignments", {"parent_id": parent})
    with acting(golden.actor("E005")):
        line_version = Alignment.objects.get(pk=asked.json()["id"]).version
    accepted = send(manager, "post", f"{AT}/alignments/{asked.json()['id']}/accept", {"version": line_version})
    assert accepted.status_code == 204, accepted.content
    assert owner.get(f"{AT}/{goal_id}").json()["chain"][0]["title"] == "新业务验证"


def test_bad_input_is_named_by_its_field(client_as, cycle_id):
    client = client_as("E009")
    unknown = send(client, "post", AT, {"cycle_id": cycle_id, "title": "x", "state": "active"})
    assert unknown.status_code == 422
    made = send(client, "post", AT, {"cycle_id": cycle_id, "title": "x"}).json()
    body = {"title": "k", "measure": "increase", "baseline": "1", "target": "1", "version": made["version"]}
    answer = send(client, "post", f"{AT}/{made['id']}/key-results", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["target"])


@pytest.mark.parametrize("number", [0, -143, 105501298])
def test_a_cycle_that_is_not_there_is_not_found(client_as, number):
    answer = send(client_as("E009"), "post", AT, {"cycle_id": number, "title": "x"})
    assert answer.status_code == 404


def test_others_do_not_report(golden, client_as):
    with acting(golden.actor("E006")):
        kr_id = KeyResult.objects.get(key="K111").pk
    assert send(client_as("E006"), "post", f"{AT}/key-results/{kr_id}/reports", {"value": "1"}).status_code == 403


@pytest.mark.req("GOAL-01", "GOAL-02")
def test_a_step_handed_on_and_several_agreed_to_by_program(golden, client_as, cycle_id):
    owner, manager, partner = client_as("E009"), client_as("E005"), client_as("E014")
    goal_id = send(owner, "post", AT, {"cycle_id": cycle_id, "title": "验证一个场景", "kind": "behaviour"}).json()["id"]
    assert send(owner, "post", f"{AT}/{goal_id}/doubt").json()["is_doubted"] is True
    version = owner.get(f"{AT}/{goal_id}").json()["goal"]["version"]
    version = send(owner, "post", f"{AT}/{goal_id}/propose", {"version": version}).json()["version"]
    (step,) = owner.get(f"{AT}/{goal_id}/agreement").json()["steps"]
    assert (step["name"], step["role"], step["state"]) == ("郑一鸣", "LM", "asked")
    assert partner.get(f"{AT}/{goal_id}/agreement").json()["steps"] == []
    waits = manager.get(f"{AT}/waiting").json()["goals"][0]
    assert (waits["is_my_turn"], waits["is_doubted"], waits["agree_by"]) == (True, True, "2026-05-21")
    body = {"to": golden.id("E014"), "last_day": "2026-05-18", "version": version}
    assert send(owner, "post", f"{AT}/{goal_id}/hand-on", body).status_code == 403
    refused = send(manager, "post", f"{AT}/{goal_id}/hand-on", {**body, "to": golden.id("E010")})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_delegable")
    assert send(manager, "post", f"{AT}/{goal_id}/hand-on", body).status_code == 200
    chosen = {"goals": [{"goal_id": goal_id, "version": version}]}
    assert send(partner, "post", f"{AT}/approve", chosen).json() == {"count": 1, "refused": []}
    again = send(partner, "post", f"{AT}/approve", chosen).json()
    assert again == {"count": 1, "refused": []}
    (step,) = owner.get(f"{AT}/{goal_id}/agreement").json()["steps"]
    assert (step["decided_by_name"], step["on_behalf_of_name"]) == ("赵一", "郑一鸣")
