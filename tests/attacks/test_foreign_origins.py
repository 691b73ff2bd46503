"""A10: requests that another site makes a browser send, and pages that another site shows in a frame."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.access import worlds
from tests.cast import sign_in
from tests.database import login
from tests.test_every_answer import api_paths
from tests.test_every_door import DOORS

TOKEN = "a" * 32
FOREIGN = ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://testserver.evil.example"})


def with_token(client: Client, method: str, path: str, **headers: str) -> Any:
    """A write with the right token, as a browser sends it."""
    client.cookies["csrftoken"] = TOKEN
    sent = {"X-CSRFToken": TOKEN, **headers}
    kind = "application/json" if path.startswith("/api/") else "application/x-www-form-urlencoded"
    return client.generic(method, path, b"{}" if "json" in kind else b"", content_type=kind, headers=sent)


@pytest.mark.django_db
@pytest.mark.attack("A10")
@pytest.mark.req("BASE-01")
def test_a_right_token_from_a_foreign_origin_is_refused_everywhere() -> None:
    world = worlds.make()
    with login(None):
        browser = sign_in(world.golden.id("E015"), Client(enforce_csrf_checks=True))
    posts = [("POST", address.sample) for address in DOORS if "POST" in getattr(address.view, "methods", ())]
    writes = [*posts, *((method, path) for method, path in api_paths() if method != "GET")]
    for turn, (method, path) in enumerate(writes):
        answer = with_token(browser, method, path, **FOREIGN[turn % len(FOREIGN)])
        assert answer.status_code == 403, (method, path, answer.status_code)
    assert len(writes) > 140
    at_home = with_token(browser, "POST", "/api/v1/notify/read", Origin="http://testserver")
    assert at_home.status_code == 200, "the token itself is good"


@pytest.mark.django_db
@pytest.mark.attack("A10")
def test_no_other_site_reads_an_answer_or_frames_a_page() -> None:
    world = worlds.make()
    with login(None):
        browser = sign_in(world.golden.id("E015"))
    for path in ("/", "/goals/", "/api/v1/me", "/api/v1/goals", "/account/login/", "/nowhere/", "/api/v1/docs/"):
        for method in ("GET", "OPTIONS"):
            answer = browser.generic(method, path, headers={"Origin": "https://evil.example"})
            told = [name for name in answer.headers if name.lower().startswith("access-control-")]
            assert told == [], (method, path)
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], path
            assert answer.headers["X-Frame-Options"] == "DENY", path


@pytest.mark.attack("A10")
def test_the_session_travels_to_our_own_pages_only(settings: Any) -> None:
    assert (settings.SESSION_COOKIE_SAMESITE, settings.CSRF_COOKIE_SAMESITE) == ("Lax", "Lax")
    assert settings.SESSION_COOKIE_HTTPONLY
