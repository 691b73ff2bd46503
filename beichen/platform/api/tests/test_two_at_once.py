from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from beichen.platform.api.tests.test_api import JSON, key
from beichen.platform.audit.models import Entry
from beichen.platform.auth import rules
from beichen.platform.auth.models import Account
from beichen.platform.auth.tests.makers import OPENER, PASSWORD, make_account

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("beichen.platform.api.tests.doors"),
]


def at_once(work, times):
    def one(number):
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))


@pytest.mark.fault("F17")
def test_eight_requests_with_one_key_act_once(owner_db):
    account = rules.open_account(OPENER, rules.NewAccount(email="ann@example.com", name="Ann", person_id=7))
    _, value = rules.create_token(rules.actor_of(account), "test", ["write:goals"])
    headers = {"Authorization": f"Bearer {value}", "Idempotency-Key": key()}
    answers = at_once(lambda _: Client().post("/api/v1/things", {"title": "x"}, content_type=JSON, headers=headers), 8)
    acted = [answer for answer in answers if "Idempotent-Replayed" not in answer.headers]
    assert [answer.status_code for answer in acted] == [201]
    # A replay that comes before the first answer is drawn knows that it was done, not yet with which status.
    assert {answer.status_code for answer in answers} == {201}
    with owner_db():
        assert Entry.objects.filter(act="test.done").count() == 1


@pytest.mark.urls("beichen.platform.auth.tests.urls")
def test_guesses_made_at_once_are_counted_one_by_one(settings, monkeypatch):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    make_account()
    tried = []

    def check(account, raw):
        tried.append(raw)
        return raw == PASSWORD

    monkeypatch.setattr(Account, "check_password", check)
    guess = {"login": "ann@example.com", "password": "a wrong one, again"}
    at_once(lambda n: Client(REMOTE_ADDR=f"10.0.1.{n}").post("/account/login/", guess), 16)
    assert 0 < len(tried) <= 10
