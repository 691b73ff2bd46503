"""F17: the same request twice and more: pressed twice, sent again when no reply came, sent again from the history."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Barrier, Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import connection

from beichen.goals import queries
from beichen.goals.models import Goal
from beichen.goals.tests.makers import NOON, World, world
from beichen.goals.tests.test_rules import draft
from beichen.platform.api.idempotency import KeyReused
from beichen.platform.auth import rules as accounts
from beichen.platform.kit import clock
from beichen.platform.ui.keys import idempotency_key
from tests.cast import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
PRESSES = 5
FORM = {  # without an owner: the own goal
    "kind": "objective", "ambition": "committed", "visibility": "public", "weight": "100",
    "verification": "数据仓库",
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the body, and whether it is told again."""

    status: int
    body: dict[str, Any]
    again: bool


@pytest.fixture
def made(owner_db: Any) -> World:
    """The small company with open goals; A1 and M1 can sign in."""
    with owner_db():
        found = world()
        for number in ("A1", "M1"):
            get_user_model()._default_manager.create(
                email=f"{number.lower()}@example.com", name=number, person_id=found.company.id(number), locale="en"
            )
    return found


@pytest.fixture
def token(made: World, owner_db: Any) -> str:
    with owner_db():
        account = get_user_model()._default_manager.get(person_id=made.company.id("A1"))
    return accounts.create_token(accounts.actor_of(account), "test", ["write:goals", "read:c3"])[1]


def _post(url: str, token: str, key: str, body: dict[str, Any]) -> Answer:
    """A program begins a goal."""
    address = urlsplit(url)
    link = http.client.HTTPConnection(str(address.hostname), address.port, timeout=20)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key}
    try:
        link.request("POST", "/api/v1/goals", json.dumps(body), headers)
        with link.getresponse() as reply:
            content = json.loads(reply.read() or b"{}")
            return Answer(reply.status, content, reply.headers.get("Idempotent-Replayed") == "true")
    finally:
        link.close()


def _at_once(act: Callable[[], Any], times: int = PRESSES) -> list[Any]:
    gate = Barrier(times)

    def one(_: int) -> Any:
        gate.wait(20)
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def _titles(owner_db: Any) -> list[str]:
    with owner_db():
        return sorted(Goal.objects.values_list("title", flat=True))


@pytest.mark.fault("F17")
@pytest.mark.req("BASE-07")
@pytest.mark.parametrize("rounds", [4, pytest.param(60, marks=pytest.mark.slow)])
def test_five_at_once_are_one_goal_and_one_reply(made, token, live_server, owner_db, rounds):
    for number in range(rounds):
        key, body = idempotency_key(), {"cycle_id": made.cycle.pk, "title": f"留存 {number}"}
        answers = _at_once(lambda: _post(live_server.url, token, key, body))  # noqa: B023
        assert {(answer.status, str(answer.body["id"])) for answer in answers} == {(201, str(answers[0].body["id"]))}
        assert sum(not answer.again for answer in answers) == 1
    assert len(_titles(owner_db)) == rounds


@contextmanager
def _deaf_proxy(url: str, lost: int) -> Iterator[tuple[str, list[bytes]]]:
    """Passes requests on; of the first so many it swallows the reply and hangs up."""
    address = urlsplit(url)
    swallowed: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                with client, socket.create_connection((str(address.hostname), address.port or 80)) as server:
                    server.sendall(_request(client))
                    reply = _all(server)
                    if len(swallowed) < lost:
                        swallowed.append(reply)
                    else:
                        client.sendall(reply)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", swallowed
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(20)


def _request(client: socket.socket) -> bytes:
    """One request with its body, asked to close the connection after the reply."""
    text = b""
    while b"\r\n\r\n" not in text:
        text += client.recv(65536)
    head, _, body = text.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        body += client.recv(65536)
    return head + b"\r\nConnection: close\r\n\r\n" + body


def _all(server: socket.socket) -> bytes:
    parts = []
    while part := server.recv(65536):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.fault("F17")
@pytest.mark.req("BASE-07")
def test_whoever_gets_no_reply_sends_it_again_and_gets_the_same(made, token, live_server, owner_db):
    key, body, lost = idempotency_key(), {"cycle_id": made.cycle.pk, "title": "留存"}, 2
    with _deaf_proxy(live_server.url, lost) as (url, swallowed):
        for _ in range(lost):
            with pytest.raises((OSError, http.client.HTTPException)):
                _post(url, token, key, body)
        answer = _post(url, token, key, body)
    assert len(swallowed) == lost
    assert (answer.status, answer.again) == (201, True)
    assert _titles(owner_db) == ["留存"]
    with owner_db():
        assert str(Goal.objects.get().pk) == str(answer.body["id"])


@pytest.fixture
def drafted(made: World) -> int:
    """A goal of A1 that may be proposed."""
    return int(draft(made).id)


@pytest.mark.fault("F17")
@pytest.mark.req("GOAL-01", "BASE-07")
def test_a_form_pressed_five_times_proposes_once_and_mails_once(made, drafted, owner_db, drain_jobs, settings):
    settings.NOTIFY_BY_MAIL = True
    version = queries.goal(made.actor("A1"), drafted).version
    form = {"version": str(version), "idempotency_key": idempotency_key()}
    answers = _at_once(lambda: sign_in(made.company.id("A1")).post(f"/goals/{drafted}/propose/", form))
    assert {(answer.status_code, answer.headers.get("Location")) for answer in answers} == {(303, f"/goals/{drafted}/")}
    drain_jobs()
    assert [message.to for message in mail.outbox] == [["m1@example.com"]]
    again = sign_in(made.company.id("A1")).post(f"/goals/{drafted}/propose/", form)
    assert (again.status_code, again.headers["Location"]) == (303, f"/goals/{drafted}/")
    drain_jobs()
    assert len(mail.outbox) == 1


@pytest.mark.fault("F17")
def test_a_form_from_the_history_with_another_text_is_refused(made, owner_db):
    with clock.frozen(NOON):
        _from_the_history(made, owner_db)


def _from_the_history(made: World, owner_db: Any) -> None:
    client, fields = sign_in(made.company.id("A1")), {"idempotency_key": idempotency_key(), **FORM}
    first = client.post("/goals/new/", {**fields, "title": "留存"})
    assert first.status_code == 303, first.content.decode()
    again = client.post("/goals/new/", {**fields, "title": "留存"})
    assert (again.status_code, again.headers["Location"]) == (303, first.headers["Location"])
    other = client.post("/goals/new/", {**fields, "title": "增长"})
    assert other.status_code == 422
    assert str(KeyReused.text) in other.content.decode()
    assert fields["idempotency_key"] not in other.content.decode()
    assert _titles(owner_db) == ["留存"]
