"""A35: nothing that belongs to a person is kept by a cache between us and them, or by the next user of the browser."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.access import worlds
from tests.cast import sign_in
from tests.database import login
from tests.test_every_answer import api_paths
from tests.test_every_door import DOORS, filled, known

PUBLIC = {"ui:manifest", "ui:service_worker", "ui:healthz", "ui:readyz"}
"""The same for everybody."""


@pytest.mark.django_db
@pytest.mark.attack("A35")
@pytest.mark.req("BASE-01")
def test_every_answer_to_a_person_is_kept_nowhere() -> None:
    world = worlds.make("people", "notices", "talks", "reviews", "reward")
    ids, kept, seen = known(world), [], 0
    with login(None):
        clients = [sign_in(world.golden.id(number)) for number in ("E015", "E006")]
    pages = [a for a in DOORS if "GET" in getattr(a.view, "methods", ()) and a.name not in PUBLIC]
    paths = [[*filled(page, ids, world), page.sample][0] for page in pages]
    paths += [path for method, path in api_paths() if method == "GET"]
    for turn, path in enumerate(paths):
        answer = clients[turn % 2].get(path)
        held = answer.headers.get("Cache-Control", "")
        if "no-store" not in held or "public" in held or "ETag" in answer.headers or "Last-Modified" in answer.headers:
            kept.append(f"{path}: {answer.status_code} {held!r}")
        if answer.headers.get("Content-Type", "").startswith("text/html") and "Cookie" not in answer.headers["Vary"]:
            kept.append(f"{path}: does not vary by cookie")
        seen += 1
    assert kept == []
    assert seen > 150


@pytest.mark.django_db
@pytest.mark.attack("A35")
def test_a_refusal_and_a_redirect_are_kept_nowhere_either() -> None:
    world = worlds.make()
    with login(None):
        somebody = sign_in(world.golden.id("E006"))
    for client, path in ((somebody, "/nowhere/"), (somebody, "/people/codes/"), (somebody, "/api/v1/audit/entries"),
                         (Client(), "/account/login/"), (Client(), "/api/v1/me")):  # fmt: skip
        assert "no-store" in client.get(path).headers["Cache-Control"], path


@pytest.mark.attack("A35")
def test_the_worker_script_of_the_browser_keeps_no_answer_about_a_person() -> None:
    script = Client().get("/worker.js").content.decode()
    assert "/api/" not in script
    assert "/static/" in script
