"""The golden company's bonus over HTTP, as programs do it in a session."""

from __future__ import annotations

from typing import Any

import pytest

from beichen.platform.events.tests.drain import drain
from beichen.reward.tests.makers import Money
from beichen.reward.tests.test_golden import POLICY, expected, golden_money
from tests.cast import Golden, sign_in

pytestmark = pytest.mark.django_db
API = "/api/v1/reward"


@pytest.fixture
def made(golden: Golden, owner_db: Any, worker_db: Any) -> Money:
    return golden_money(golden, owner_db, worker_db)


def call(made: Money, number: str, method: str, path: str, **body: Any) -> Any:
    client = sign_in(made.id(number))
    sent = {"content_type": "application/json", "data": body} if method != "get" else {"data": body}
    return getattr(client, method)(f"{API}{path}", **sent)


@pytest.mark.req("OUTCOME-01")
def test_the_golden_cents_come_out_over_http(made):
    plan = call(made, "E017", "post", "/plans", cycle_id=made.cycle_id, name="二季度").json()
    pid = plan["id"]
    for key in "AB":
        assert (
            call(made, "E017", "put", f"/plans/{pid}/policies/{key}", name=key, settings=POLICY, version=1).status_code
            == 200
        )
    assert call(made, "E017", "post", f"/plans/{pid}/simulate", version=plan["version"]).status_code == 202
    drain()
    version = call(made, "E017", "get", f"/plans/{pid}").json()["version"]
    assert call(made, "E017", "post", f"/plans/{pid}/choose", key="A", version=version).status_code == 200
    pools = call(made, "E017", "get", f"/plans/{pid}/pools").json()
    assert {pool["unit_code"]: pool["value"] for pool in pools} == expected("pool (cents)")
    found = [call(made, "E016", "get", f"/pools/{pool['id']}").json() for pool in pools]
    assert {a["number"]: a["amount"] for sheet in found for a in sheet["awards"]} == expected("bonus (cents)")


@pytest.mark.req("OUTCOME-01")
def test_from_choice_to_letter_over_http(made):
    pid = made.plan_id
    assert call(made, "E017", "post", f"/plans/{pid}/choose", key="A", version=made.version).status_code == 200
    pool, awards = made.pools()["U11"], made.awards()
    changes = [
        {"award_id": awards["E006"].pk, "delta": 500, "reason": "带出了新人"},
        {"award_id": awards["E007"].pk, "delta": -500, "reason": "上线晚了"},
    ]
    adjustments = f"/pools/{pool.pk}/adjustments"
    assert call(made, "E004", "put", adjustments, changes=changes).status_code == 428
    read = call(made, "E004", "get", f"/pools/{pool.pk}").json()["version"]
    assert call(made, "E004", "put", adjustments, changes=changes, version=read).json() == {"count": 2}
    assert call(made, "E004", "put", adjustments, changes=[], version=read).status_code == 409
    refused = call(made, "E004", "put", adjustments, changes=changes[:1])
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_value")
    assert call(made, "E006", "put", adjustments, changes=[]).status_code == 404
    for one in made.pools().values():
        call(made, "E002" if one.unit_code != "U2" else "E001", "post", f"/pools/{one.pk}/pass-on")
    assert call(made, "E017", "post", f"/plans/{pid}/consolidate", version=made.version).status_code == 200
    assert call(made, "E001", "post", f"/plans/{pid}/approve", version=made.version).json() == {"done": False}
    assert call(made, "E015", "post", f"/plans/{pid}/approve", version=made.version).status_code == 403
    assert call(made, "E017", "post", f"/plans/{pid}/approve", version=made.version).json() == {"done": True}
    made.release_ratings("E006")
    made.phase("C09")
    assert call(made, "E015", "post", f"/plans/{pid}/letters", version=made.version).json() == {"done": False}
    assert call(made, "E016", "post", f"/plans/{pid}/letters", version=made.version).json() == {"done": True}
    drain()
    letter = call(made, "E006", "get", f"/letters/{pid}").json()
    assert letter["total"] == expected("bonus (cents)")["E006"] + 500
    assert call(made, "E007", "get", f"/letters/{pid}").status_code == 404
    assert call(made, "E015", "get", f"/letters/{pid}", person_id=made.id("E006")).status_code == 404


def test_the_comparison_over_http_is_that_of_the_page(made):
    found = call(made, "E017", "get", f"/plans/{made.plan_id}/comparison").json()
    assert (found["gain"], found["lose"], found["same"]) == (1, 1, 5)
    assert found["gains"] == -found["losses"]
    assert call(made, "E015", "get", f"/plans/{made.plan_id}/comparison").status_code == 404
    assert call(made, "E006", "get", f"/plans/{made.plan_id}").status_code == 404
    out = call(made, "E017", "get", f"/plans/{made.plan_id}/out").json()
    assert "E013" in {line["number"] for line in out}
