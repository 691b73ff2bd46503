"""What every answer carries (content policy, no inline code) and every write asks for (the form's token, a version)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.access import worlds
from tests.cast import sign_in
from tests.database import login
from tests.test_every_door import DOORS, SAMPLES, filled, known, operations

STRICT = {"default-src": "'self'", "script-src": "'self'", "style-src": "'self'", "object-src": "'none'",
          "base-uri": "'none'", "form-action": "'self'", "frame-ancestors": "'none'",
          "img-src": "'self' data:"}  # fmt: skip
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|<style|<[^>]*\s(on[a-z]+|style)=\"|javascript:"
)


def api_paths() -> list[tuple[str, str]]:
    """Method and sample address of every operation."""
    return [
        (method, "/api/v1" + re.sub(r"\{(?:(\w+):)?\w+\}", lambda found: SAMPLES.get(found[1] or "int", "1"), path))
        for method, path, _ in operations()
    ]


def policy_of(answer: Any) -> dict[str, str]:
    """The content policy of an answer, by directive."""
    parts = [part.strip().partition(" ") for part in answer.headers.get("Content-Security-Policy", "").split(";")]
    return {name: value for name, _, value in parts if name}


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
@pytest.mark.attack("A09")
def test_every_page_forbids_foreign_code_and_holds_no_inline_code() -> None:
    world = worlds.make("people", "notices", "talks", "reviews", "reward")
    ids = known(world)
    with login(None):
        somebody = sign_in(world.golden.id("E015"))
    html = 0
    for address in DOORS:
        methods = getattr(address.view, "methods", ("GET",))
        for client, path in ((somebody, [*filled(address, ids, world), address.sample][0]), (Client(), address.sample)):
            answer = client.get(path) if "GET" in methods else client.post(path)
            assert policy_of(answer) == STRICT, (path, answer.status_code)
            assert answer.headers["X-Content-Type-Options"] == "nosniff", path
            assert answer.headers["X-Frame-Options"] == "DENY", path
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                html += 1
                assert not INLINE.search(answer.content.decode()), (path, INLINE.search(answer.content.decode()))
    for method, path in api_paths():
        assert policy_of(somebody.generic(method, path, "{}", content_type="application/json")) == STRICT, path
    assert html > 80


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
@pytest.mark.attack("A10")
def test_no_write_is_taken_without_the_token_of_the_form() -> None:
    world = worlds.make()
    with login(None):
        browser = sign_in(world.golden.id("E015"), Client(enforce_csrf_checks=True))
    posts = [address for address in DOORS if "POST" in getattr(address.view, "methods", ())]
    assert len(posts) > 60
    for address in posts:
        answer = browser.post(address.sample, {"csrfmiddlewaretoken": "x" * 64})
        assert answer.status_code == 403, (address.name, answer.status_code)
    writes = [(method, path) for method, path in api_paths() if method != "GET"]
    assert len(writes) > 60
    for method, path in writes:
        answer = browser.generic(method, path, "{}", content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), path


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
@pytest.mark.parametrize("body", ["", "no json", "[]", "[[[[", '{"version": 1e999}', '{"title": "\\u0000"}', '"x"'])
def test_every_refusal_of_the_api_is_a_problem(body: str) -> None:
    world = worlds.make()
    with login(None):
        client = sign_in(world.golden.id("E015"))
    refusals = 0
    for method, path in api_paths():
        answer = client.generic(method, path, body, content_type="application/json")
        assert answer.status_code < 500, (method, path, answer.content)
        if answer.status_code >= 400:
            refusals += 1
            assert answer.headers["Content-Type"] == "application/problem+json", path
            assert set(answer.json()) == {"type", "title", "status", "code", "detail", "fields"}, path
            assert answer.json()["detail"], path
    assert refusals > 80


@pytest.mark.req("BASE-01")
def test_every_operation_that_replaces_something_asks_which_version_was_read() -> None:
    described = json.loads((Path(__file__).parent / "openapi.json").read_text(encoding="utf-8"))
    schemas, bare = described["components"]["schemas"], set()
    for path in described["paths"].values():
        for method in {"put", "patch"} & set(path):
            body = path[method]["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
            if "version" not in schemas[body]["properties"]:
                bare.add(path[method]["operationId"])
    assert bare == set()
