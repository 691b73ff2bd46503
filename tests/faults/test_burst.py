"""F28: everybody writes in the last minutes, and then the window closes. Nothing is lost; how long it took is told."""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, Queue
from urllib.parse import urlencode
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection

from beichen.launch import environment, serve
from beichen.launch.environment import CHECKOUT
from beichen.people import queries as people
from beichen.people.rules import move_cycle
from beichen.platform.access.current import acting
from beichen.platform.ui.keys import idempotency_key
from beichen.reviews.models import PartVersion
from tests.cast import sign_in
from tests.faults.crowd import Crowd, as_owner, crowd
from tests.launch.running import free_port

pytestmark = pytest.mark.django_db(transaction=True)
CSRF = "a" * 32
HANDS = 16
SLOW_PHONES = 0.2
MOST_CONNECTIONS = 90
HANDED_IN = "SELECT id FROM reviews_part WHERE role = 'self' AND state = 'submitted'"


@dataclass
class Writer:
    """One person at the form: the cookie, the part, and what the server confirmed."""

    cookie: str
    part: UUID
    foreign: UUID
    slow: bool
    version: int = 0
    kept: dict[int, str] = field(default_factory=dict)
    handed_in: bool = False
    refused: bool = False


@dataclass
class Told:
    """What all of them were answered, and how long it took."""

    seconds: list[float] = field(default_factory=list)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    leaks: int = 0

    def at(self, share: float) -> float:
        """The time below which so many answers were."""
        return sorted(self.seconds)[int(share * (len(self.seconds) - 1))]


class Hand:
    """One connection after the other; whoever is refused for now comes back with the very same request."""

    def __init__(self, port: int, told: Told) -> None:
        self.port, self.told = port, told

    def post(self, who: Writer, act: str, body: dict[str, object]) -> tuple[int, bytes]:
        """Until there is an answer that says what became of it."""
        for _ in range(60):
            status, content = self._once(who, f"/reviews/parts/{who.part}/{act}/", body)
            self.told.answers[act, status] += 1
            if status not in (0, 503):
                return status, content
            time.sleep(0.2)
        raise AssertionError("nobody answered for a long time")

    def get(self, who: Writer, path: str) -> int:
        return self._once(who, path, None)[0]

    def _once(self, who: Writer, path: str, body: dict[str, object] | None) -> tuple[int, bytes]:
        began = time.monotonic()
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            if body is None:
                link.request("GET", path, headers={"Cookie": who.cookie})
            else:
                self._send(link, path, who, urlencode(body).encode())
            with link.getresponse() as answer:
                return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            link.close()
            self.told.seconds.append(time.monotonic() - began)

    @staticmethod
    def _send(link: http.client.HTTPConnection, path: str, who: Writer, content: bytes) -> None:
        """A slow phone sends in three pieces."""
        link.putrequest("POST", path)
        for name, value in (
            ("Cookie", who.cookie), ("Content-Type", "application/x-www-form-urlencoded"),
            ("Content-Length", str(len(content))), ("X-CSRFToken", CSRF),
        ):  # fmt: skip
            link.putheader(name, value)
        link.endheaders()
        third = len(content) // 3
        for piece in (content[:third], content[third : 2 * third], content[2 * third :]) if who.slow else (content,):
            link.send(piece)
            time.sleep(0.15 if who.slow else 0)


def _answers(text: str) -> dict[str, object]:
    scored = {f"{kind}_{key}": value for key in ("behaviour", "contribution") for kind, value in (("score", "80"),)}
    return {**scored, "text_behaviour": text, "text_contribution": "上线了三次，没有回滚"}


def _write(hand: Hand, who: Writer, draw: random.Random) -> None:
    """Saved by itself once or twice, then handed in; now and then the form of somebody else is tried."""
    for number in range(draw.randint(1, 2)):
        text = f"第 {number + 1} 稿，{who.part}"
        status, content = hand.post(who, "save", {**_answers(text), "version": who.version})
        if status == 409:
            who.refused = True
            return
        assert status == 200, (status, content[:300])
        who.version = int(json.loads(content)["version"])
        who.kept[who.version] = text
    if draw.random() < 0.1:
        hand.told.leaks += hand.get(who, f"/reviews/parts/{who.foreign}/") not in (404, 503)
    body = {**_answers(f"交稿，{who.part}"), "version": who.version, "idempotency_key": idempotency_key()}
    status, content = hand.post(who, "submit", body)
    assert status in (303, 409), (status, content[:300])
    who.handed_in, who.refused = status == 303, status == 409


@contextmanager
def _web(folder: Path) -> Iterator[int]:
    """A web process as the launcher starts it, on the database of the tests."""
    port = free_port()
    url = f"postgresql://beichen_web@/{connection.settings_dict['NAME']}?host={settings.DATABASES['default']['HOST']}"
    env = {**os.environ, "BEICHEN_DATABASE_URL": url, "BEICHEN_DB_ROLE": "web", "BEICHEN_DATA_DIR": str(folder)}
    env["BEICHEN_SECRET_KEY"] = settings.SECRET_KEY
    command = serve.web_command(replace(environment.read(), host="127.0.0.1", port=port))
    with (
        (folder / "web.log").open("wb") as log,
        subprocess.Popen(command, env=env, cwd=CHECKOUT, stdout=log, stderr=log) as web,
    ):
        try:
            _ready(port, web, folder / "web.log")
            yield port
        finally:
            web.terminate()


def _ready(port: int, web: subprocess.Popen[bytes], log: Path) -> None:
    while True:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            link.request("GET", "/healthz")
            if link.getresponse().status == 200:
                return
        except OSError:
            assert web.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.1)
        finally:
            link.close()


def _writers(made: Crowd, draw: random.Random) -> list[Writer]:
    numbers = list(made.parts)
    with made.world.owner():
        accounts = get_user_model()._default_manager
        accounts.bulk_create(
            accounts.model(email=f"{number.lower()}@example.com", name=number, person_id=made.world.id(number))
            for number in numbers
        )
    found = []
    for place, number in enumerate(numbers):
        session = sign_in(made.world.id(number)).cookies[settings.SESSION_COOKIE_NAME].value
        cookie = f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={CSRF}"
        other = made.parts[numbers[place - 1]]
        found.append(Writer(cookie, made.parts[number], other, draw.random() < SLOW_PHONES))
    return found


def _close(made: Crowd) -> set[UUID]:
    hr, cycle_id = made.actor("HA2"), made.world.cycle_id
    version = people.cycle(hr, cycle_id).version
    with acting(hr):
        move_cycle(hr, cycle_id, "C04", version)
        return {pk for (pk,) in as_owner(HANDED_IN)}


def _work(port: int, told: Told, queue: Queue[Writer], seed: int, faults: list[BaseException]) -> None:
    hand, draw = Hand(port, told), random.Random(seed)
    while True:
        try:
            _write(hand, queue.get_nowait(), draw)
        except Empty:
            return
        except BaseException as fault:
            faults.append(fault)
            raise


def _connections() -> int:
    found = connection.settings_dict
    with psycopg.connect(host=found["HOST"], user=found["USER"], dbname=found["NAME"], autocommit=True) as other:
        return int((other.execute("SELECT count(*) FROM pg_stat_activity").fetchone() or [0])[0])


@pytest.mark.fault("F28")
@pytest.mark.req("REVIEW-03", "BASE-07")
@pytest.mark.parametrize("count", [20, pytest.param(2_000, marks=pytest.mark.slow)])
def test_the_last_minutes_lose_nothing_of_anybody(owner_db, worker_db, tmp_path, capsys, count):
    made, draw, told = crowd(owner_db, worker_db, count), random.Random(28), Told()
    writers, queue, faults = _writers(made, draw), Queue[Writer](), list[BaseException]()
    first, cycle_id = made.actor("HA1"), made.world.cycle_id
    move_cycle(first, cycle_id, "C04", people.cycle(first, cycle_id).version)
    for who in writers:
        queue.put(who)
    with _web(tmp_path) as port:
        began = time.monotonic()
        hands = [threading.Thread(target=_work, args=[port, told, queue, seed, faults]) for seed in range(HANDS)]
        for hand in hands:
            hand.start()
        connections = 0
        while queue.qsize() > count // 10 and not faults:
            connections = max(connections, _connections())
            time.sleep(0.1)
        seen = _close(made)
        for hand in hands:
            hand.join(120)
        took = time.monotonic() - began
    assert faults == []
    _judge(made, writers, seen)
    assert told.leaks == 0
    assert connections <= MOST_CONNECTIONS
    with capsys.disabled():
        sys.stderr.write(
            f"\n{len(told.seconds)} requests in {took:.0f} s, p50 {told.at(0.5):.3f}, p95 {told.at(0.95):.3f}, "
            f"p99 {told.at(0.99):.3f} s, at most {connections} connections, {dict(told.answers)}\n"
        )


def _judge(made: Crowd, writers: list[Writer], seen: set[UUID]) -> None:
    """Confirmed is there, in time and word for word; refused is not; nothing else is."""
    assert {who.part for who in writers if who.handed_in} == made.submitted() == seen
    assert all(who.handed_in != who.refused for who in writers)
    with made.world.owner():
        texts = {
            (part, number): answers["behaviour"]["text"]
            for part, number, answers in PartVersion.objects.values_list("part_id", "number", "answers")
        }
    kept = {(who.part, number): text for who in writers for number, text in who.kept.items()}
    kept |= {(who.part, who.version + 1): f"交稿，{who.part}" for who in writers if who.handed_in}
    assert texts == kept
    assert any(who.refused for who in writers)
