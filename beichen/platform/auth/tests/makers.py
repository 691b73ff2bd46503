"""Accounts for tests, and what the rooms above would do."""

from __future__ import annotations

from typing import Any

from django.test import Client

from beichen.platform.auth.models import Account
from beichen.platform.auth.rules import NewAccount, open_account
from beichen.platform.kit.actor import system

PASSWORD = "many quiet stars"
OPENER = system("import_company", "test")


def make_account(email: str = "ann@example.com", person_id: int = 7, **changes: Any) -> Account:
    """An account with a password; `changes` are fields set afterwards."""
    account = open_account(OPENER, NewAccount(email=email, name="Ann Li", person_id=person_id))
    account.set_password(PASSWORD)
    for field, value in changes.items():
        setattr(account, field, value)
    account.save()
    return account


def signed_in(email: str = "ann@example.com", password: str = PASSWORD, ip: str = "10.0.0.1") -> Client:
    client = Client(REMOTE_ADDR=ip)
    answer = client.post("/account/login/", {"login": email, "password": password})
    assert answer.status_code == 302, answer.content.decode()
    return client
