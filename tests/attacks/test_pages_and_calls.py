"""LINK-04: whatever a page does, a program does: each door that writes has its operation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import beichen
from tests.access import acts, worlds
from tests.attacks.test_mass_assignment import described
from tests.cast import sign_in
from tests.database import login
from tests.test_every_door import DOORS, operations

CALLS = {
    "files:ask": "files_ask",
    "goals:new": "goals_create", "goals:edit": "goals_update", "goals:propose": "goals_propose",
    "goals:align": "alignments_create", "goals:new_key_result": "key_results_create",
    "goals:edit_key_result": "key_results_update", "goals:drop_key_result": "key_results_drop",
    "goals:season": "goals_set_rules", "goals:unit_preset": "goal_presets_set",
    "goals:update": "reports_create",
    "strategy:edit": "strategy_save_draft",
    "strategy:statement_edit": "statements_save", "people:imports": "imports_upload",
    "people:waiting_withdraw": "second_person_withdraw", "notify:read_all": "notices_read",
    "notify:follow": "notices_read_one", "reviews:withdraw": "reviews_withdraw_nomination",
}  # fmt: skip
"""Doors that ask for less than the act behind them (the form is open to whoever sees the thing) → the operation."""
PAGES_ALONE = {
    "people:codes": "one-time codes are shown once, on a page, to whoever hands them out (18e, 18f: never by token)",
    "people:code": "as people:codes",
    "ui:language": "a cookie of the browser", "ui:looks": "a cookie of the browser",
    "ui:parts": "the catalogue of the building blocks", "ui:parts_drawer": "as ui:parts",
    "account_login": "signing in: a program has a token", "account_begin": "as account_login",
    "account_logout": "as account_login", "account_as": "the demo alone", "account_reauthenticate": "as account_login",
    "account_change_password": "a password is changed by a person at a page", "account_reset_password": "as before",
    "account_sessions": "the browsers of a person", "account_tokens": "a token makes no token (G16)",
    "account_token_revoke": "as account_tokens", "account_preferences": "language and colours of the pages",
}  # fmt: skip
"""Doors that write and have no operation, with the reason."""


def by_permission() -> dict[str, set[str]]:
    """Permission → the operations that write under it."""
    found: dict[str, set[str]] = {}
    for method, _, one in operations():
        if method != "GET":
            found.setdefault(one.view_func.permission.key, set()).add(str(one.operation_id))  # type: ignore[attr-defined]
    return found


@pytest.mark.req("LINK-04")
def test_every_door_that_writes_has_an_operation() -> None:
    names = {operation["operationId"] for path in described()["paths"].values() for operation in path.values()}
    ours, missing = by_permission(), []
    writing = [address for address in DOORS if "POST" in getattr(address.view, "methods", ())]
    for address in writing:
        key = getattr(address.view.permission, "key", "")
        if not (ours.get(key) or CALLS.get(address.name) in names or address.name in PAGES_ALONE):
            missing.append(f"{address.name} ({key})")
    assert missing == []
    assert len(writing) > 70
    assert set(CALLS) | set(PAGES_ALONE) <= {address.name for address in writing}, "a reason is left over"
    assert set(CALLS.values()) <= names


@pytest.mark.req("LINK-04")
def test_every_operation_is_described_in_one_sentence_at_least() -> None:
    bare = [
        operation["operationId"]
        for path in described()["paths"].values() for operation in path.values()
        if not operation.get("description") or not operation["responses"]
    ]  # fmt: skip
    assert bare == []


@pytest.mark.django_db
@pytest.mark.req("LINK-04")
def test_a_notice_is_read_by_its_number_and_by_its_addressee_alone() -> None:
    from beichen.platform.notify.models import Notice

    world = worlds.make("notices")
    with login(None):
        mine, theirs = (sign_in(world.golden.id(number)) for number in ("E006", "E007"))
        notice = Notice.objects.get(addressee_id=world.golden.id("E006")).pk
    path = f"/api/v1/notify/{notice}/read"
    assert theirs.post(path).status_code == 404
    assert [mine.post(path).json()["marked"] for _ in range(2)] == [1, 0]


@pytest.mark.django_db
@pytest.mark.req("LINK-04", "REVIEW-03")
def test_a_proposed_peer_is_taken_back_by_whoever_proposed() -> None:
    from tests.access.acts.reviews import in_phase

    world = acts.make()
    with login(None):
        in_phase(world, "draft", "C04")
        mine, boss = (sign_in(world.golden.id(number)) for number in ("E006", "E004"))
    review = f"/api/v1/reviews/{world.ids['draft', 'E006']}/peers"
    sent: Any = {"peers": [world.golden.id("E010")]}
    assert mine.post(review, sent, content_type="application/json").status_code == 204
    [made] = [one for one in mine.get(review).json() if one["peer_id"] == sent["peers"][0]]
    assert boss.post(f"{review}/{made['id']}/withdraw").status_code == 404
    assert mine.post(f"{review}/{made['id']}/withdraw").status_code == 204
    assert mine.post(f"{review}/{made['id']}/withdraw").status_code == 404


@pytest.mark.django_db
@pytest.mark.req("LINK-04", "BASE-02")
def test_an_auditor_has_the_audit_verified_by_program() -> None:
    world = worlds.make()
    with login(None):
        auditor, other = (sign_in(world.golden.id(number)) for number in ("E019", "E006"))
    assert other.post("/api/v1/audit/verify").status_code == 403
    answer = auditor.post("/api/v1/audit/verify")
    assert answer.status_code == 200, answer.content
    assert answer.json()["finding"] is None


@pytest.mark.django_db
@pytest.mark.req("LINK-04")
@pytest.mark.parametrize("language", ["", ".zh"])
def test_the_guide_names_addresses_that_there_are(language: str) -> None:
    """Each address of docs/api is one of the description, and its examples are read by nobody without a token."""
    import re

    text = (Path(beichen.__file__).parents[1] / "docs" / f"api{language}.md").read_text(encoding="utf-8")
    paths = {re.sub(r"\{\w+\}", "{}", path) for path in described()["paths"]}
    named = {re.sub(r"/\d+(?=/|$)", "/{}", found) for found in re.findall(r"(/api/v1(?:/[\w{}-]+)+)", text)}
    named = {re.sub(r"\{\w+\}", "{}", path) for path in named} - {"/api/v1/docs", "/api/v1/openapi"}
    assert named - paths == set()
    assert len(named) >= 8
    for path in named:
        assert Client().get(path.replace("{}", "1")).status_code in (401, 405)
