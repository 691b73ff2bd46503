"""A30: wherever an address of ours sends people on to, it stays ours."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from beichen.platform.auth.tests.makers import PASSWORD, make_account
from tests.attacks.payloads import REDIRECTS

pytestmark = [pytest.mark.django_db, pytest.mark.attack("A30")]
HERE = "http://testserver"


def leads_away(answer: Any, path: str) -> bool:
    """Where a browser would go: backslashes are slashes to it, and tabs and line ends are nothing."""
    target = answer.headers.get("Location", answer.headers.get("HX-Redirect", ""))
    plain = "".join(sign for sign in target if sign not in "\t\r\n").strip().replace("\\", "/")
    found = urlsplit(urljoin(f"{HERE}{path}", plain))
    return found.scheme not in ("http", "https") or found.hostname != "testserver"


@pytest.fixture
def quick(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("path", "share"), [
    ("/account/login/", 1), ("/account/preferences/", 1), ("/account/as/{}/", 4), ("/account/reauthenticate/", 4),
    ("/ui/language/", 4), ("/ui/looks/", 4),
])  # fmt: skip
def test_nothing_that_is_asked_for_leads_to_another_site(path: str, share: int, settings: Any) -> None:
    settings.DEMO = True
    account = make_account(is_demo=True, title="plain employee")
    path, moved = path.format(account.pk), 0
    for payload in REDIRECTS[::share]:
        client = Client()
        if path != "/account/login/":
            client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
        sent = {"next": payload, "login": account.email, "password": PASSWORD, "locale": "en", "language": "en"}
        headers = {"Referer": payload.replace("\r", "").replace("\n", ""), "HX-Current-URL": "https://evil.example/"}
        for answer in (client.post(path, sent, headers=headers), client.get(path, {"next": payload})):
            assert answer.status_code < 500, (path, payload)
            if 300 <= answer.status_code < 400 or "HX-Redirect" in answer.headers:
                moved += 1
                assert not leads_away(answer, path), (path, payload, answer.headers)
    assert len(REDIRECTS) >= 60
    assert moved >= len(REDIRECTS[::share]), "nothing was redirected: the test shows nothing"


def test_the_eye_of_this_test_sees_what_a_browser_does() -> None:
    def sent(target: str) -> Any:
        return type("Answer", (), {"headers": {"Location": target}})

    assert all(leads_away(sent(to), "/x/") for to in ("//evil.example", "/\\evil.example", "/\t/evil.example",
                                                      "javascript:1", "https://testserver@evil.example"))  # fmt: skip
    assert not any(leads_away(sent(to), "/x/") for to in ("/", "goals/", "/a/?next=//evil.example"))
