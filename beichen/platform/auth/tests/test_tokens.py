from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from beichen.platform.audit.models import Entry
from beichen.platform.auth import choices, errors, hooks, queries, rules
from beichen.platform.auth.models import Account, PersonalToken
from beichen.platform.auth.tests.makers import PASSWORD, make_account, signed_in
from beichen.platform.kit import clock
from beichen.platform.kit.errors import NotFound

pytestmark = pytest.mark.django_db


def who(value, path="/api/who"):
    return Client().get(path, HTTP_AUTHORIZATION=f"Bearer {value}").json()


def test_a_token_acts_for_its_owner_on_api_paths_only_and_only_its_hash_is_kept():
    actor = rules.actor_of(make_account())
    token, value = rules.create_token(actor, "script", ["read:c4", "read:c3"])
    assert who(value) == {"actor": "person:7", "scopes": ["read:c3", "read:c4"]}
    assert who(value, "/who/")["actor"] is None
    assert who(value + "x")["actor"] is None
    assert value not in str(PersonalToken.objects.values().get())
    assert queries.my_tokens(actor).get().last_used_on == clock.today()
    assert token.expires_at - token.created_at == timedelta(days=90)


def test_a_token_dies_at_its_end_and_when_revoked():
    account = make_account()
    actor = rules.actor_of(account)
    token, value = rules.create_token(actor, "script", ["read:c3"], days=1)
    with clock.frozen(token.expires_at):
        assert who(value)["actor"] is None
    assert who(value)["actor"] == "person:7"
    rules.revoke_token(actor, token.pk)
    rules.revoke_token(actor, token.pk)
    assert who(value)["actor"] is None


def test_what_a_token_may_not_be():
    actor = rules.actor_of(make_account())
    with pytest.raises(errors.WrongDays):
        rules.create_token(actor, "script", ["read:c3"], days=366)
    with pytest.raises(errors.WrongScopes):
        rules.create_token(actor, "script", ["read:c5"])
    with pytest.raises(errors.WrongScopes):
        rules.create_token(actor, "script", [])
    by_token = rules.actor_of(queries.account_by_email("ann@example.com"), scopes=frozenset({"read:c3"}))
    with pytest.raises(errors.NotByToken):
        rules.create_token(by_token, "child", ["read:c3"])
    token, _ = rules.create_token(actor, "script", ["read:c3"])
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonalToken.objects.filter(pk=token.pk).update(expires_at=clock.now() + timedelta(days=400))
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonalToken.objects.filter(pk=token.pk).update(scopes=["read:c5"])


def test_nobody_revokes_a_strangers_token():
    token, _ = rules.create_token(rules.actor_of(make_account()), "script", ["read:c3"])
    eve = rules.actor_of(make_account("eve@example.com", person_id=8))
    with pytest.raises(NotFound):
        rules.revoke_token(eve, token.pk)
    assert signed_in("eve@example.com").post(f"/account/tokens/{token.pk}/revoke/").status_code == 404


@pytest.mark.parametrize(
    ("scopes", "data_class", "allowed"),
    [
        ({"read:c3"}, "C2", True),
        ({"read:c3"}, "C3", True),
        ({"read:c3"}, "C4", False),
        ({"read:c4"}, "C4", True),
        (set(choices.Scope.values), "C5", False),
        ({"write:goals"}, "C2", False),
    ],
)
def test_classes_a_scope_opens(scopes, data_class, allowed):
    assert choices.may_read(frozenset(scopes), data_class) is allowed


def test_areas_a_scope_changes():
    everything = frozenset(choices.Scope.values)
    assert choices.may_write(everything, "goals")
    assert not choices.may_write(frozenset({"write:goals"}), "reviews")
    assert not choices.may_write(everything, "reward")
    assert not choices.may_write(everything, "access")


def test_the_page_asks_for_the_password_and_shows_the_value_once():
    make_account()
    client = signed_in()
    asked = client.post("/account/tokens/", {"name": "script", "scopes": ["read:c3"], "days": 30})
    assert asked.headers["Location"].startswith("/account/reauthenticate/")
    assert PersonalToken.objects.count() == 0
    assert client.get(asked.headers["Location"]).status_code == 200
    answer = client.post(asked.headers["Location"], {"password": PASSWORD})
    value = re.findall(r"(bct_[\w-]+)</code>", answer.content.decode())[0]
    assert who(value)["actor"] == "person:7"
    page = client.get("/account/tokens/").content.decode()
    assert value not in page
    assert value[:8] in page
    assert client.post("/account/tokens/", {"name": "", "scopes": ["all"], "days": 999}).status_code == 422


def test_acts_are_in_the_audit(owner_db):
    account = make_account()
    rules.create_token(rules.actor_of(account), "script", ["read:c3"])
    signed_in()
    with owner_db():
        acts = set(Entry.objects.values_list("act", flat=True))
    assert {"identity.account_opened", "identity.token_created", "identity.signed_in"} <= acts


def test_the_first_administrator_is_made_once(monkeypatch, capsys):
    made = []

    def make(*person):
        made.append(person)
        return 41

    monkeypatch.setattr(hooks, "make_first_person", make)
    monkeypatch.setenv("BEICHEN_FIRST_PASSWORD", PASSWORD)
    call_command("first_administrator", email="Hua@Example.com", name="Hua", number="E001")
    assert made == [("Hua", "E001", "Hua@Example.com")]
    assert Account.objects.get().person_id == 41
    assert signed_in("hua@example.com")
    with pytest.raises(CommandError):
        call_command("first_administrator", email="b@example.com", name="B", number="E002")
    call_command("first_administrator", if_none=True)
    assert Account.objects.count() == 1


def test_a_weak_first_password_makes_nothing(monkeypatch):
    monkeypatch.setattr(hooks, "make_first_person", lambda *who: 41)
    monkeypatch.setenv("BEICHEN_FIRST_PASSWORD", "12345678")
    with pytest.raises(CommandError):
        call_command("first_administrator", email="hua@example.com", name="Hua", number="E001")
    assert not queries.any_account()


def test_no_first_account_for_what_is_no_address(monkeypatch):
    monkeypatch.setattr(hooks, "make_first_person", lambda *who: 41)
    monkeypatch.setenv("BEICHEN_FIRST_PASSWORD", PASSWORD)
    with pytest.raises(CommandError, match="“hua” is not an e-mail address"):
        call_command("first_administrator", email="hua", name="Hua", number="E001")
    assert not queries.any_account()


def test_on_a_terminal_a_password_is_asked_for_until_it_is_safe_and_typed_twice_alike(monkeypatch, capsys):
    typed = iter(["12345678", "12345678", PASSWORD, "something else", PASSWORD, PASSWORD])
    monkeypatch.setattr(hooks, "make_first_person", lambda *who: 41)
    monkeypatch.delenv("BEICHEN_FIRST_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    call_command("first_administrator", email="hua@example.com", name="Hua", number="E001")
    said = capsys.readouterr().out
    assert "This password is not safe enough" in said
    assert "The two passwords do not match." in said
    assert signed_in("hua@example.com")


def test_the_token_command_prints_a_value_that_works(capsys):
    make_account()
    call_command("token", "ann@example.com", scopes="read:c3,write:goals", days=5)
    assert who(capsys.readouterr().out.strip())["scopes"] == ["read:c3", "write:goals"]
    with pytest.raises(CommandError):
        call_command("token", "nobody@example.com")


@pytest.mark.req("BASE-07")
@pytest.mark.parametrize(
    ("terminal", "unknown", "beyond"),
    [
        ("zh_CN.UTF-8", "没有人用 nobody@example.com 登录", "令牌有效期为 1 至 365 天"),
        ("C.UTF-8", "Nobody signs in with 'nobody@example.com'", "between 1 and 365 days"),
    ],
)
def test_a_refused_token_is_said_in_the_language_of_the_terminal(monkeypatch, terminal, unknown, beyond):
    make_account()
    monkeypatch.setenv("LC_ALL", terminal)
    with pytest.raises(CommandError, match=unknown):
        call_command("token", "nobody@example.com")
    with pytest.raises(CommandError, match=beyond):
        call_command("token", "ann@example.com", days=400)


def test_the_cast_command_names_the_demo_people(capsys):
    make_account(is_demo=True, title="plain employee")
    make_account("bob@example.com", person_id=8)
    call_command("cast")
    assert capsys.readouterr().out == "ann@example.com\tAnn Li\tplain employee\n"


def test_an_address_is_one_whatever_its_case(owner_db):
    make_account()
    with pytest.raises(errors.AddressTaken):
        make_account("ANN@Example.com", person_id=8)
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.update(email="Ann@example.com")
