"""A31, A33, A34: what is typed stays a value: in a query, in a log, in a mail; and lists cannot be abused."""

from __future__ import annotations

import ast
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

import beichen
from beichen.config import logs
from beichen.launch import roles
from beichen.platform.kit.actor import system
from tests.access import acts
from tests.access.worlds import World
from tests.attacks.payloads import INJECTIONS, LINES
from tests.attacks.test_mass_assignment import operation
from tests.cast import sign_in
from tests.database import login

SEARCHES = ("/people/search/?q=", "/people/?unit=", "/goals/all/?q=", "/goals/all/?owner=", "/company/audit/?act=",
            "/company/audit/?person=", "/people/options/person/?q=", "/metrics/?q=")  # fmt: skip


def signed(world: World, number: str) -> Client:
    with login(None):
        return sign_in(world.golden.id(number))


def text_parameters() -> Iterator[tuple[str, str]]:
    """Address and name of every parameter of a list that takes text."""
    for name, (method, path) in acts.addresses().items():
        if method == "GET" and "{" not in path:
            yield from ((path, one["name"]) for one in operation(name).get("parameters", ()) if one["in"] == "query")


@pytest.mark.django_db
@pytest.mark.attack("A33")
@pytest.mark.req("BASE-01")
def test_what_is_searched_for_is_never_part_of_a_statement() -> None:
    world = acts.make()
    clients, asked = (signed(world, "E015"), signed(world, "E019")), 0
    leaked: list[str] = []
    required: dict[str, dict[str, Any]] = {
        path: {"cycle_id": world.cycles["2026G1"].pk} for path in ("/api/v1/goals", "/api/v1/goals/board")
    }

    def watched(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        text = sql if isinstance(sql, str) else str(sql)
        if current in text:
            leaked.append(f"{current!r} in {text[:200]}")
        return execute(sql, params, many, context)

    targets = [*((path, name) for path, name in text_parameters()), *(_split(one) for one in SEARCHES)]
    with connection.execute_wrapper(watched):
        for turn, payload in enumerate(INJECTIONS):
            current = payload + f"~{turn}"
            for path, name in (targets[turn % len(targets)], targets[(turn * 7 + 3) % len(targets)]):
                answer = clients[turn % 2].get(path, {**required.get(path, {}), name: current})
                asked += 1
                assert answer.status_code < 500, (path, name, current)
                if answer.status_code == 200 and path.startswith("/api/") and name == "text":
                    found = answer.json()
                    lists = [found] if isinstance(found, list) else [v for v in found.values() if isinstance(v, list)]
                    assert not any(lists), (path, current)
    assert leaked == []
    assert asked >= 400
    assert len(targets) > 15


def _split(address: str) -> tuple[str, str]:
    path, _, name = address.partition("?")
    return path, name.rstrip("=")


@pytest.mark.attack("A33")
def test_statements_put_together_from_text_stand_in_few_places() -> None:
    """`f"… {name} …"` handed to a cursor, `extra`, `raw`, `RawSQL`: each place is listed here once it was read."""
    root = Path(beichen.__file__).parent
    found = set()
    for path in root.rglob("*.py"):
        if "/tests/" in str(path) or "/migrations/" in str(path) or "/launch/" in str(path):
            continue
        text = path.read_text(encoding="utf-8")
        if re.search(r"execute\(\s*f[\"']|\.extra\(|\.raw\(|RawSQL\(", text):
            found.add(str(path.relative_to(root)))
    assert found == {
        "people/queries/targets.py", "platform/audit/sealing.py", "platform/audit/verification.py",
        "platform/events/progress.py", "platform/access/many.py", "goals/rules/rollup.py", "goals/queries/ways.py",
        "reward/rules/simulation.py",
    }, found  # fmt: skip


@pytest.mark.django_db
@pytest.mark.attack("A33")
def test_keys_of_a_body_are_no_way_in() -> None:
    """Keys of answers, policies and boxes go into JSON columns: as data."""
    world = acts.make()
    client = signed(world, "E006")
    save = next(act for act in acts.every(world, ["talks"]) if act.operation == "talks_save")
    for payload in INJECTIONS[::20]:
        body = {**(save.body or {}), "answers": {payload: payload}}
        with connection.execute_wrapper(_refuses(payload)):
            answer = acts.sent(client, acts.Act(save.operation, save.at, body))
        assert answer.status_code in (200, 422), (payload, answer.status_code)


def _refuses(payload: str) -> Callable[..., Any]:
    def watched(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        assert payload == "?" or payload not in str(sql)
        return execute(sql, params, many, context)

    return watched


@pytest.mark.django_db
@pytest.mark.attack("A31")
@pytest.mark.req("BASE-01")
def test_a_cursor_serves_its_owner_its_list_and_its_order_alone() -> None:
    world = acts.make()
    ours, theirs = signed(world, "E015"), signed(world, "E016")
    cycle = world.cycles["2026G1"].pk
    lists = [(path, {"cycle_id": cycle} if path.endswith(("/goals", "/goals/board")) else {}) for path in paged()]
    cursors = {}
    for path, query in lists:
        answer = ours.get(path, {**query, "limit": 1})
        if answer.status_code == 200 and answer.json()["next"]:
            cursors[path] = answer.json()["next"]
    assert len(cursors) >= 3
    for path, query in lists:
        for limit in (0, -1, 201, 10_000, 2**70, "1e3", "٣"):
            assert ours.get(path, {**query, "limit": limit}).status_code == 422, (path, limit)
        for of, cursor in cursors.items():
            stolen = theirs.get(path, {**query, "cursor": cursor})
            assert stolen.status_code in (403, 404) or stolen.json()["code"] == "bad_cursor", (path, of)
            if of != path:
                answer = ours.get(path, {**query, "cursor": cursor})
                assert answer.status_code in (403, 404) or answer.json()["code"] == "bad_cursor", (path, of)
        for cursor in ("x", "a:b:c", next(iter(cursors.values()))[:-1], "A" * 1999, "A" * 2001):
            assert ours.get(path, {**query, "cursor": cursor}).status_code in (403, 404, 422), (path, cursor[:20])


def paged() -> list[str]:
    """Addresses of the lists that come in pages."""
    found = []
    for name, (method, path) in acts.addresses().items():
        if (
            method == "GET"
            and "{" not in path
            and "cursor" in {p["name"] for p in operation(name).get("parameters", ())}
        ):
            found.append(path)
    return found


@pytest.mark.django_db
@pytest.mark.attack("A31")
def test_huge_ids_deep_bodies_and_long_texts_are_refused() -> None:
    world = acts.make()
    client = signed(world, "E015")
    for path in ("/goals/{}/", "/people/{}/", "/reviews/{}/", "/api/v1/goals/{}", "/api/v1/people/{}"):
        for number in (2**63, 10**40, "9" * 4000):
            assert client.get(path.format(number)).status_code in (404, 422), path
    for body in ("[" * 100_000, '{"a":' * 50_000, '{"title": "' + "x" * 200_000 + '"}', '{"weight": 1e400}'):
        answer = client.generic("POST", "/api/v1/goals", body, content_type="application/json")
        assert answer.status_code in (400, 413, 422), body[:10]


@pytest.mark.attack("A31")
def test_no_statement_of_a_page_runs_longer_than_five_seconds() -> None:
    assert roles.SETTINGS[roles.WEB]["statement_timeout"] == "5s"


@pytest.mark.attack("A31")
def test_no_pattern_of_ours_takes_long_for_a_long_text() -> None:
    """Every regular expression of the product against texts made to make it try again and again."""
    import time

    root, slow, tried = Path(beichen.__file__).parent, [], 0
    for path in root.rglob("*.py"):
        if "/tests/" in str(path) or "/migrations/" in str(path):
            continue
        for pattern in _patterns(path.read_text("utf-8")):
            for bad in (
                "a" * 3000 + "!",
                "0" * 3000 + "x",
                " " * 3000 + "x",
                "a." * 1500 + "@",
                "-" * 3000,
                "{{" * 1500,
            ):
                began = time.process_time()
                pattern.search(bad)
                if time.process_time() - began > 0.5:
                    slow.append(f"{path.relative_to(root)}: {pattern.pattern}")
            tried += 1
    assert slow == []
    assert tried >= 30


def _patterns(source: str) -> Iterator[re.Pattern[str]]:
    """The patterns of text that a file writes out, put together over lines or not, with their flags."""
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "re.compile":
            what, *flags = call.args
            if isinstance(what, ast.Constant) and isinstance(what.value, str):
                yield re.compile(what.value, eval(ast.unparse(flags[0]), {"re": re}) if flags else 0)


@pytest.mark.attack("A34")
@pytest.mark.req("BASE-07")
@pytest.mark.parametrize("payload", LINES)
def test_one_record_is_one_line_of_the_log(payload: str) -> None:
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Fault: %s", (f"/goals/{payload}",), None)
    assert len(logs.Lines().format(record).splitlines()) == 1


@pytest.mark.django_db
@pytest.mark.attack("A34")
def test_the_id_of_a_request_is_an_id_or_ours() -> None:
    for payload in (*LINES, "x" * 200, "id with space", "'; --"):
        answer = Client().get("/healthz", headers={"X-Request-ID": payload})
        assert re.fullmatch(r"[0-9a-f]{24}", answer.headers["X-Request-ID"]), payload


@pytest.mark.attack("A34")
@pytest.mark.parametrize("payload", LINES[::3])
def test_a_name_with_line_ends_is_one_line_of_a_mail(payload: str, settings: Any) -> None:
    from beichen.platform.notify import jobs, queries
    from beichen.platform.notify.queries import Post

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    post = Post(uuid4(), "ann@example.com", "en", "reviews.peer_invited", {"who": payload}, "/reviews/")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "to_mail", lambda *_: post)
        patch.setattr(jobs, "_note", lambda _id: None)
        mail.outbox = []
        jobs.mail.function(system("notify.mail", "a test"), notice=str(post.id))
    [sent] = mail.outbox
    raw = sent.message().as_bytes().split(b"\n\n")[0].decode()
    names = [line.partition(":")[0] for line in raw.splitlines() if not line.startswith((" ", "\t"))]
    assert "Bcc" not in names
    assert names.count("Subject") == 1
    assert json.dumps(sent.subject)
