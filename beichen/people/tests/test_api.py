"""People by program: the same rules as the pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cast import WORKBOOK, Golden

SignIn = Callable[[str], Client]
ROOT = "/api/v1/people"


def send(client: Client, method: str, path: str, body: dict[str, Any]) -> Any:
    """One request with a JSON body."""
    return getattr(client, method)(f"{ROOT}{path}", json.dumps(body), content_type="application/json")


@pytest.mark.req("PEOPLE-01", "PEOPLE-02")
def test_reading_people_and_units(client_as: SignIn, golden: Golden) -> None:
    client = client_as("E006")
    listed = client.get(ROOT, {"limit": 5}).json()
    assert len(listed["items"]) == 5
    after = client.get(ROOT, {"limit": 200, "cursor": listed["next"]}).json()
    assert len(after["items"]) == 11
    assert client.get(f"{ROOT}/units").json()[0]["code"] == "U0"
    assert client.get(f"{ROOT}/{golden.id('E004')}").json()["name"] == "许知微"
    assert client.get(f"{ROOT}/{10**9}").status_code == 404


@pytest.mark.req("PEOPLE-02", "BASE-01")
@pytest.mark.parametrize(
    ("viewer", "allowed"), [("E009", True), ("E005", True), ("E002", True), ("E015", True), ("E011", False)]
)
def test_level_and_dates_follow_the_table(client_as: SignIn, golden: Golden, viewer: str, allowed: bool) -> None:
    answer = client_as(viewer).get(f"{ROOT}/{golden.id('E009')}/employment")
    assert answer.status_code == (200 if allowed else 404)


@pytest.mark.req("PEOPLE-02")
def test_past_assignments_follow_the_table(client_as: SignIn, golden: Golden) -> None:
    address = f"{ROOT}/{golden.id('E008')}/assignments"
    assert len(client_as("E015").get(address).json()) == 2
    assert len(client_as("E008").get(address).json()) == 2
    assert client_as("E011").get(address).json() == []


@pytest.mark.req("PEOPLE-02")
def test_a_move_is_asked_for_and_confirmed(client_as: SignIn, golden: Golden) -> None:
    body = {"first": "2026-06-01", "unit_id": golden.unit("U11"), "manager_id": golden.id("E004")}
    path = f"/{golden.id('E009')}/moves"
    assert send(client_as("E006"), "post", path, body).status_code == 403
    asked = send(client_as("E015"), "post", path, body)
    assert asked.status_code == 202
    confirm = f"/changes/{asked.json()['change_id']}/confirm"
    assert send(client_as("E015"), "post", confirm, {}).status_code == 403
    assert send(client_as("E016"), "post", confirm, {}).status_code == 204
    assert client_as("E006").get(f"{ROOT}/{golden.id('E009')}").json()["manager_id"] == golden.id("E004")


@pytest.mark.req("PEOPLE-05")
def test_a_workbook_is_uploaded_and_looked_at(client_as: SignIn, golden: Golden) -> None:
    client = client_as("E015")
    file = SimpleUploadedFile(WORKBOOK.name, WORKBOOK.read_bytes())
    made = client.post(f"{ROOT}/imports", {"file": file})
    assert made.status_code == 201, made.content
    assert made.json()["refused"] == []
    assert client.get(f"{ROOT}/imports").json()["items"][0]["id"] == made.json()["id"]
    assert client_as("E006").get(f"{ROOT}/imports/{made.json()['id']}").status_code == 404
    refused = client.post(f"{ROOT}/imports", {"file": SimpleUploadedFile("x.xlsx", b"\x89PNG0000")})
    assert (refused.status_code, refused.json()["code"]) == (422, "not_a_table")
