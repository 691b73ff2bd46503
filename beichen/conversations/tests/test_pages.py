"""The doors of check-ins in the golden company: a person writes, the manager answers, both on pages and by program."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from beichen.conversations.models import CheckIn
from beichen.conversations.tests.makers import CANARY, on, sent
from beichen.platform.access.current import acting
from beichen.platform.registry import todo_providers, todos
from tests.database import put_in_phase

SUBJECT, MANAGER = "E006", "E004"
COUNTS = json.loads(Path(__file__).with_name("query_counts.json").read_text(encoding="utf-8"))


@pytest.fixture
def running(golden: Any, owner_db: Any) -> Any:
    """The golden company in the execution of its quarter."""
    with owner_db():
        put_in_phase("C02")
    return golden


def _open(client: Client) -> int:
    client.post("/talks/begin/")
    found = client.get("/api/v1/talks/check-ins/open").json()
    return int(found["id"])


@pytest.mark.req("TALK-02")
def test_a_person_writes_keeps_a_draft_and_sends(running: Any, client_as: Callable[[str], Client]) -> None:
    client = client_as(SUBJECT)
    with on("2026-05-12"):
        number = _open(client)
        page = client.get(f"/talks/{number}/").content.decode()
        assert "只有你和直属上级可见" in page
        assert "线上缺陷率下降" in page, "the goals stand beside the questions"
        saved = client.post(f"/talks/{number}/draft/", {"plan": "canary-draft", "version": 1})
        assert saved.status_code == 204
        assert "canary-draft" in client.get(f"/talks/{number}/").content.decode()
        refused = client.post(f"/talks/{number}/send/", {"plan": "canary-draft", "version": 1})
        assert (refused.status_code, "canary-draft" in refused.content.decode()) == (422, True)
        done = client.post(f"/talks/{number}/send/", {**CANARY, "version": 1})
        assert (done.status_code, done["Location"]) == (303, f"/talks/{number}/")
        assert "canary-plan" in client.get("/talks/").content.decode()


@pytest.mark.req("TALK-03")
def test_the_manager_answers_in_place(running: Any, client_as: Callable[[str], Client]) -> None:
    with on("2026-05-12"):
        made = sent(running.actor(SUBJECT))
        client = client_as(MANAGER)
        assert "canary-obstacles" in client.get("/talks/team/").content.decode()
        headers = {"HX-Request": "true", "HX-Target": "check-in"}
        empty = client.post(f"/talks/{made.pk}/reply/", {"version": 2}, headers=headers)
        assert empty.status_code == 422
        piece = client.post(f"/talks/{made.pk}/reply/", {"reaction": "good", "version": 2}, headers=headers)
        assert (piece.status_code, "<html" in piece.content.decode()) == (200, False)
        assert "做得好" in client_as(SUBJECT).get(f"/talks/{made.pk}/").content.decode()
        stale = client.post(f"/talks/{made.pk}/reply/", {"text": "again", "version": 2})
        assert stale.status_code == 409


@pytest.mark.req("TALK-02", "TALK-03")
def test_the_same_by_program(running: Any, client_as: Callable[[str], Client]) -> None:
    writer, manager = client_as(SUBJECT), client_as(MANAGER)
    with on("2026-05-12"):
        begun = writer.post("/api/v1/talks/check-ins")
        url = f"/api/v1/talks/check-ins/{begun.json()['id']}"
        assert begun.status_code == 201
        body: dict[str, Any] = {"answers": CANARY, "version": 1}
        assert writer.put(f"{url}/draft", body, content_type="application/json").status_code == 200
        assert writer.get(f"{url}/draft").json() == CANARY
        for other in (manager, client_as("E015"), client_as("E011")):
            assert other.get(f"{url}/draft").status_code == 404
        wrong = writer.post(f"{url}/send", {"answers": {"load": "x"}, "version": 1}, content_type="application/json")
        assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid")
        assert writer.post(f"{url}/send", body, content_type="application/json").json()["state"] == "filled"
        assert {who.get(f"{url}/draft").status_code for who in (writer, manager)} == {404}
        assert manager.get("/api/v1/talks/to-answer").json()[0]["answers"] == CANARY
        answer = {"text": "canary-reply", "version": 2}
        assert manager.post(f"{url}/reply", answer, content_type="application/json").json()["state"] == "replied"
        assert writer.get(url).json()["reply"]["text"] == "canary-reply"
        assert manager.get("/api/v1/talks/rates").json()["own"]["answered"] == 1


@pytest.mark.req("TALK-02", "BASE-01")
def test_no_token_opens_what_only_two_may_read(running: Any) -> None:
    from dataclasses import replace

    from beichen.conversations import access, queries
    from beichen.platform.access.permissions import may

    with on("2026-05-12"):
        made = sent(running.actor(SUBJECT))
        token = replace(running.actor(MANAGER), scopes=frozenset({"read", "read:C4", "talks:write", "write"}))
        with acting(token):
            head = queries.card(token, made.pk)
            assert not may(token, access.READ, head)
            assert not may(token, access.REPLY, head)


@pytest.mark.req("TALK-03")
def test_what_is_owed_reaches_the_list_of_each(running: Any) -> None:
    with on("2026-05-12"):
        made = sent(running.actor(SUBJECT))
        for number, wanted in ((MANAGER, True), (SUBJECT, False), ("E001", False), ("E015", False)):
            actor = running.actor(number)
            with acting(actor):
                found = any(entry.key == f"check-in-answer:{made.pk}" for entry in todos(actor, 50))
            assert found == wanted, number


def test_every_provider_answers_every_member_of_the_cast(running: Any) -> None:
    with on("2026-05-12"):
        for number in running.people:
            actor = running.actor(number)
            with acting(actor):
                for provider in todo_providers():
                    assert len(provider(actor, 5)) <= 5, (number, provider)


def test_pages_cost_what_they_cost(running: Any, client_as: Callable[[str], Client]) -> None:
    with on("2026-05-12"):
        for number in (SUBJECT, "E007"):
            sent(running.actor(number))
        with acting(running.actor(SUBJECT)):
            made = CheckIn.objects.get(person_id=running.id(SUBJECT))
        cost: dict[str, int] = {}
        for name, number, url in (
            ("mine", SUBJECT, "/talks/"), ("team", MANAGER, "/talks/team/"), ("read", MANAGER, f"/talks/{made.pk}/"),
        ):  # fmt: skip
            client = client_as(number)
            client.get(url)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(url).status_code == 200
            cost[name] = sum(1 for line in seen if "SAVEPOINT" not in line["sql"])
    assert cost == COUNTS


@pytest.mark.req("TALK-02")
def test_the_daily_job_begins_check_ins(running: Any, worker_db: Any) -> None:
    from beichen.conversations.jobs import open_due

    with on("2026-05-12"), worker_db():
        open_due.now()
        open_due.now()
        days = set(CheckIn.objects.values_list("due_on", flat=True))
    assert days == {date(2026, 5, 13)}
