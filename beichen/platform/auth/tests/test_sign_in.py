from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from beichen.platform.auth import rules
from beichen.platform.auth.models import OneTimeCode
from beichen.platform.auth.tests.makers import OPENER, PASSWORD, make_account, signed_in
from beichen.platform.kit import clock

pytestmark = pytest.mark.django_db


def who(client, path="/who/", **headers):
    return client.get(path, **headers).json()["actor"]


def refused(email, password, ip="10.0.0.9", client=None):
    answer = (client or Client(REMOTE_ADDR=ip)).post("/account/login/", {"login": email, "password": password})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_password_opens_the_session_of_the_person():
    make_account()
    client = signed_in("ANN@example.com")
    assert who(client) == "person:7"
    assert who(Client()) is None


@pytest.mark.attack("A16")
def test_the_session_key_changes_at_sign_in_and_dies_at_sign_out():
    make_account()
    client = Client()
    client.session["x"] = 1
    before = client.session.session_key
    client = signed_in()
    key = client.cookies["sessionid"].value
    assert key != before
    client.post("/account/logout/")
    thief = Client()
    thief.cookies["sessionid"] = key
    assert who(thief) is None


@pytest.mark.attack("A14")
def test_an_unknown_address_and_a_wrong_password_read_the_same():
    make_account()
    known = refused("ann@example.com", "wrong wrong wrong").replace("ann@example.com", "")
    unknown = refused("bob@example.com", "wrong wrong wrong").replace("bob@example.com", "")
    strip = lambda text: "".join(line for line in text.splitlines() if "csrf" not in line)  # noqa: E731
    assert strip(known) == strip(unknown)


@pytest.mark.attack("A14")
def test_ten_guesses_an_hour_and_the_owner_still_enters_from_a_known_device():
    make_account()
    owner = signed_in()
    owner.post("/account/logout/")
    for n in range(10):
        refused("ann@example.com", f"guess number {n}", ip=f"10.1.0.{n}")
    assert rules_limit() in refused("ann@example.com", PASSWORD, ip="10.2.0.1")
    assert owner.post("/account/login/", {"login": "ann@example.com", "password": PASSWORD}).status_code == 302


@pytest.mark.req("BASE-01", "BASE-09")
def test_another_port_in_the_name_of_the_host_is_no_fresh_ten():
    make_account()
    for n in range(10):
        form = {"login": "Ann@example.com", "password": f"guess number {n}"}
        Client(REMOTE_ADDR=f"10.1.0.{n}").post("/account/login/", form, headers={"host": f"localhost:{8000 + n}"})
    assert rules_limit() in refused("ann@example.com", PASSWORD, ip="10.2.0.1")


def rules_limit() -> str:
    from beichen.platform.auth.adapter import AccountAdapter

    return str(AccountAdapter.error_messages["too_many_login_attempts"])


@pytest.mark.attack("A14")
def test_a_device_mark_serves_only_the_account_it_was_made_for():
    make_account()
    make_account("eve@example.com", person_id=8)
    eve = signed_in("eve@example.com")
    eve.post("/account/logout/")
    for n in range(10):
        refused("ann@example.com", f"guess number {n}", client=eve)
    assert rules_limit() in refused("ann@example.com", PASSWORD, client=eve)


@pytest.mark.attack("A16")
def test_disabling_ends_sessions_and_tokens_in_the_same_commit():
    account = make_account()
    client = signed_in()
    _, value = rules.create_token(rules.actor_of(account), "script", ["read:c3"])
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {value}"}
    assert who(Client(), "/api/who", **bearer) == "person:7"
    rules.disable_account(OPENER, account.pk)
    assert who(client) is None
    assert who(Client(), "/api/who", **bearer) is None
    assert Session.objects.count() == 0
    rules.enable_account(OPENER, account.pk)
    assert who(client) is None
    assert who(Client(), "/api/who", **bearer) is None


def test_sign_out_everywhere_reaches_sessions_that_are_on_no_list():
    account = make_account()
    one, two = signed_in(), signed_in(ip="10.0.0.2")
    from allauth.usersessions.models import UserSession

    UserSession.objects.all().delete()
    assert two.post("/account/sessions/").status_code == 302
    assert (who(one), who(two)) == (None, None)
    assert account.epoch == 0
    account.refresh_from_db()
    assert account.epoch == 1


def test_one_place_is_signed_out_and_a_strangers_place_is_not_found():
    make_account()
    make_account("eve@example.com", person_id=8)
    here, there, eve = signed_in(), signed_in(ip="10.0.0.2"), signed_in("eve@example.com")
    from allauth.usersessions.models import UserSession

    place = UserSession.objects.get(session_key=there.session.session_key).pk
    assert eve.post("/account/sessions/", {"session": place}).status_code == 404
    assert here.post("/account/sessions/", {"session": place}).status_code == 302
    assert (who(here), who(there), who(eve)) == ("person:7", None, "person:8")


def test_a_session_ends_when_unused_and_at_the_latest_after_twelve_hours():
    start = clock.now()
    make_account(idle_minutes=30)
    client = signed_in()
    with clock.frozen(start):
        assert who(client) == "person:7"
    for minutes in range(20, 12 * 60, 20):
        with clock.frozen(start + timedelta(minutes=minutes)):
            assert who(client) == "person:7", minutes
    with clock.frozen(start + timedelta(hours=12, minutes=1)):
        assert who(client) is None
    client = signed_in()
    with clock.frozen(start):
        assert who(client) == "person:7"
    with clock.frozen(start + timedelta(minutes=31)):
        assert who(client) is None


def begin(code: str, password: str = "a night of my own", email: str = "ann@example.com") -> tuple[Client, Any]:
    client = Client(REMOTE_ADDR="10.0.0.9")
    form = {"email": email, "code": code, "password1": password, "password2": password}
    return client, client.post("/account/begin/", form)


@pytest.mark.req("BASE-01", "PEOPLE-02")
def test_a_one_time_code_sets_a_password_once_and_ends_what_was_before():
    account = make_account()
    old = signed_in()
    code = rules.issue_codes(OPENER, [account.pk])[account.pk]
    assert who(old) is None
    assert code not in str(list(OneTimeCode.objects.values_list()))
    fresh, answer = begin(code.lower().replace("-", " "))
    assert answer.headers["Location"] == "/"
    assert who(fresh) == "person:7"
    assert begin(code)[1].status_code == 422
    assert who(signed_in(password="a night of my own")) == "person:7"
    assert Client().post("/account/login/", {"login": account.email, "password": PASSWORD}).status_code == 200


@pytest.mark.req("BASE-01")
def test_a_code_dies_of_age_of_a_newer_one_of_another_address_and_of_a_changed_password():
    account, start = make_account(), clock.now()
    first = rules.issue_codes(OPENER, [account.pk])[account.pk]
    second = rules.issue_codes(OPENER, [account.pk])[account.pk]
    assert begin(first)[1].status_code == 422
    assert begin(second, email="bob@example.com")[1].status_code == 422
    with clock.frozen(start + timedelta(days=8)):
        assert begin(second)[1].status_code == 422
    rules.password_changed(account)
    assert begin(second)[1].status_code == 422
    third = rules.issue_codes(OPENER, [account.pk])[account.pk]
    assert begin(third, "1234567890")[1].status_code == 422
    assert begin(third)[1].status_code == 302


def test_nobody_signs_up():
    assert Client().get("/account/signup/").status_code == 404


def test_the_link_by_mail_sets_the_first_password_and_unknown_addresses_get_no_mail():
    make_account()
    Client().post("/account/password/reset/", {"email": "nobody@example.com"})
    assert mail.outbox == []
    Client().post("/account/password/reset/", {"email": "ann@example.com"})
    link = next(line for line in mail.outbox[0].body.splitlines() if "/account/password/reset/key/" in line)
    client = Client()
    answer = client.get(link.removeprefix("http://testserver"), follow=True)
    assert answer.status_code == 200
    path = answer.redirect_chain[-1][0]
    client.post(path, {"password1": "another quiet night", "password2": "another quiet night"})
    assert who(signed_in(password="another quiet night")) == "person:7"


def test_every_page_of_the_account_is_kept_out_of_caches():
    make_account()
    client = signed_in()
    for path in ("/account/login/", "/account/sessions/", "/account/tokens/", "/account/password/change/", "/who/"):
        assert "no-store" in client.get(path).headers["Cache-Control"], path


def test_an_account_without_a_person_does_not_enter():
    make_account(person_id=9)
    from beichen.platform.auth.models import Account

    Account.objects.update(person_id=None)
    answer = Client().post("/account/login/", {"login": "ann@example.com", "password": PASSWORD})
    assert answer.headers["Location"] == "/account/inactive/"


def test_the_cast_is_offered_in_the_demo_only(settings):
    account = make_account(is_demo=True, title="plain employee")
    other = make_account("bob@example.com", person_id=8)
    assert "plain employee" not in Client().get("/account/login/").content.decode()
    assert Client().post(f"/account/as/{account.pk}/").status_code == 404
    settings.DEMO = True
    assert "plain employee" in Client().get("/account/login/").content.decode()
    assert Client().post(f"/account/as/{other.pk}/").status_code == 404
    client = Client()
    assert client.get(f"/account/as/{account.pk}/").status_code == 405
    assert client.post(f"/account/as/{account.pk}/", {"next": "//evil.example/"}).headers["Location"] == "/"
    assert who(client) == "person:7"
