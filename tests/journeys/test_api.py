"""A token is made on a page, a program works with it, its person and the manager see what it did, it is revoked."""

from __future__ import annotations

import pytest
import requests

from tests.journeys.town import Person, Town

KEY_RESULT = "30 日留存率"


def token_of(me: Person, name: str, *scopes: str) -> str:
    """A new token of this name, as the page shows it this once."""
    me.page.locator('[popovertarget="person-menu"]').click()
    me.go("Access tokens")
    me.fill("Purpose", name)
    for scope in scopes:
        me.tick(scope)
    me.press("Create a token")
    return me.page.locator("code.token-value").inner_text()


class Program:
    """A program that has nothing but the token."""

    def __init__(self, town: Town, token: str = "") -> None:
        self.root = f"{town.url}/api/v1"
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **params: str) -> requests.Response:
        return requests.get(self.root + path, params=params, headers=self.headers, timeout=10)

    def post(self, path: str, **fields: str) -> requests.Response:
        return requests.post(self.root + path, json=fields, headers=self.headers, timeout=10)


@pytest.mark.req("LINK-04")
def test_a_program_reports_with_a_token_until_it_is_revoked(town: Town) -> None:
    me = town.browse("E002")
    token = token_of(me, "留存日报", "Read what colleagues can see (goals, people, own plans)",
                     "Change goals and update progress")  # fmt: skip
    script = Program(town, token)
    [cycle] = script.get("/people/cycles").json()
    goals = script.get("/goals", cycle_id=cycle["id"], scope="mine").json()["items"]
    views = [script.get(f"/goals/{goal['id']}").json() for goal in goals]
    [(goal, measure)] = [
        (view["goal"], one) for view in views for one in view["key_results"] if one["title"] == KEY_RESULT
    ]
    sent = script.post(f"/goals/key-results/{measure['id']}/reports", value="44", text="脚本每日写入")
    assert sent.status_code == 201, sent.text
    closed = script.post("/talks/check-ins")
    assert (closed.status_code, closed.json()["code"]) == (403, "out_of_scope")
    me.menu("Goals")
    assert me.sees("38 → 44 → 45")
    manager = town.browse("E001")
    manager.menu("Goals")
    manager.go("All goals")
    manager.page.get_by_role("link", name=goal["title"]).first.click()
    manager.settled()
    assert manager.sees("脚本每日写入")
    me.page.locator('[popovertarget="person-menu"]').click()
    me.go("Access tokens")
    me.at("留存日报", "Revoke")
    me.again()
    assert me.sees("Revoked")
    assert script.get("/me").status_code == 401


@pytest.mark.req("LINK-04")
def test_the_page_of_the_api_names_every_operation_and_leads_to_the_tokens(town: Town) -> None:
    me = town.browse("E006", locale="zh-hans")
    me.page.goto(town.url + "/api/v1/docs/")
    me.settled()
    described = Program(town).get("/openapi.json").json()["paths"]
    named = {article.get_attribute("id") for article in me.page.locator("article").all()}
    operations = {one["operationId"] for path in described.values() for one in path.values()}
    assert operations <= named
    me.go("Access tokens")
    assert me.sees("Create a token")
