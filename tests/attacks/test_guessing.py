"""A14: guessing passwords and codes, and finding out who has an account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.test import Client

from beichen.platform.auth import rules
from beichen.platform.auth.models import Account
from beichen.platform.auth.tests.makers import OPENER, PASSWORD, make_account

pytestmark = [pytest.mark.django_db, pytest.mark.attack("A14")]
SECRET = re.compile(r'csrfmiddlewaretoken" value="[^"]*"|name="csrf-token" content="[^"]*"')
MOST_AN_HOUR = 10


@pytest.fixture(autouse=True)
def _cheap(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every password that is really compared or hashed."""
    done: list[str] = []

    def watch(name: str) -> None:
        real = getattr(hashers.MD5PasswordHasher, name)

        def noted(self: object, *given: object) -> object:
            done.append(name)
            return real(self, *given)

        patch.setattr(hashers.MD5PasswordHasher, name, noted)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("encode", "verify"):
            watch(name)
        yield done


def guess(email: str, password: str, ip: str, **headers: str) -> Any:
    return Client(REMOTE_ADDR=ip).post("/account/login/", {"login": email, "password": password}, headers=headers)


def checked(found: list[str]) -> int:
    return found.count("verify")


def test_one_account_from_many_places_is_guessed_at_ten_times_an_hour() -> None:
    make_account()
    with counted() as found:
        for n in range(60):
            guess("ann@example.com", f"guess {n}", f"10.1.{n}.1")
    assert checked(found) <= MOST_AN_HOUR
    with counted() as found:
        for n, email in enumerate(("ANN@example.com", " ann@example.com", "Ann@Example.COM", "ann@example.com ")):
            guess(email, PASSWORD + "!", f"10.2.{n}.1")
    assert checked(found) == 0, "another way to write the address is the same account"


def test_many_accounts_from_one_place_are_guessed_at_a_hundred_times() -> None:
    for n in range(12):
        make_account(f"p{n}@example.com", person_id=100 + n)
    with counted() as found:
        for n in range(115):
            guess(f"p{n % 12}@example.com", "Spring2026!", "10.3.0.1", **{"X-Forwarded-For": f"10.9.{n}.1"})
    assert checked(found) <= 100, "a made-up forwarding address is no other place"


def told(answer: Any, email: str) -> tuple[int, str, str]:
    return answer.status_code, SECRET.sub("", answer.content.decode()).replace(email, ""), answer.get("Location", "")


@pytest.mark.parametrize("path", ["/account/login/", "/account/password/reset/", "/account/begin/"])
def test_known_and_unknown_addresses_get_the_same_text_and_the_same_work(path: str) -> None:
    make_account()
    said, work = [], []
    for email in ("ann@example.com", "nobody@example.com"):
        form = {"login": email, "email": email, "password": "wrong wrong wrong", "code": "AAAA-BBBB-CCCC-DDDD",
                "password1": "a night of my own", "password2": "a night of my own"}  # fmt: skip
        with counted() as found:
            said.append(told(Client(REMOTE_ADDR="10.4.0.1").post(path, form), email))
        work.append(found.count("encode"))
    assert said[0] == said[1]
    assert work[0] == work[1]


@pytest.mark.parametrize("state", ["disabled", "no password", "left"])
def test_nor_does_the_state_of_an_account_show(state: str) -> None:
    account = make_account()
    if state == "disabled":
        rules.disable_account(OPENER, account.pk)
    elif state == "left":
        rules.limit_account(OPENER, account.pk)
    else:
        account.set_unusable_password()
        account.save()
    ours = told(guess("ann@example.com", "wrong wrong wrong", "10.5.0.1"), "ann@example.com")
    theirs = told(guess("bob@example.com", "wrong wrong wrong", "10.5.0.1"), "bob@example.com")
    assert ours == theirs


def test_nobody_locks_another_out() -> None:
    """Whoever guesses at an account, its owner still enters: with a known browser, or with a one-time code."""
    account = make_account()
    owner = Client(REMOTE_ADDR="10.6.0.1")
    owner.post("/account/login/", {"login": account.email, "password": PASSWORD})
    owner.post("/account/logout/")
    code = rules.issue_codes(OPENER, [account.pk])[account.pk]
    for n in range(22):
        guess(account.email, f"guess {n}", f"10.7.{n}.1")
        form = {"email": account.email, "code": f"AAAA-BBBB-CCCC-{n:04}", "password1": "x" * 12, "password2": "x" * 12}
        Client(REMOTE_ADDR=f"10.7.{n}.2").post("/account/begin/", form)
    form = {"login": account.email, "password": PASSWORD}
    assert owner.post("/account/login/", form).status_code == 302
    form = {"email": account.email, "code": code, "password1": "a night of my own", "password2": "a night of my own"}
    assert Client(REMOTE_ADDR="10.8.0.1").post("/account/begin/", form).status_code == 302


def test_common_short_and_own_words_are_no_passwords() -> None:
    account = make_account()
    for weak in ("password123", "1234567890", "qwertyuiop", "short", "ann@example.com"):
        code = rules.issue_codes(OPENER, [account.pk])[account.pk]
        form = {"email": account.email, "code": code, "password1": weak, "password2": weak}
        assert Client().post("/account/begin/", form).status_code == 422, weak
    assert Account.objects.get().check_password(PASSWORD)
