from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client

from beichen.platform.api.tests.doors import ThingIn
from beichen.platform.audit.models import Entry
from beichen.platform.auth import rules
from beichen.platform.auth.choices import Scope
from beichen.platform.auth.models import Account
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor, system

pytestmark = [pytest.mark.django_db, pytest.mark.urls("beichen.platform.api.tests.doors")]
JSON = "application/json"


@pytest.fixture
def ann():
    return rules.open_account(
        system("import_company", "test"), rules.NewAccount(email="ann@example.com", name="Ann", person_id=7)
    )


@pytest.fixture
def browser(ann):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    return client


def bearer(account, *scopes, **token):
    _, value = rules.create_token(rules.actor_of(account), "test", scopes, **token)
    return Client(headers={"Authorization": f"Bearer {value}"})


@pytest.fixture
def script(ann):
    return bearer(ann, "read:c3", "write:goals")


def key(at=None):
    made = int((at or clock.now()).timestamp() * 1000)
    return str(uuid.UUID(int=made << 80 | 7 << 76 | 2 << 62 | uuid.uuid4().int % 2**60))


def problem(answer, status, code):
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "code", "detail", "fields"}
    assert (body["status"], body["code"]) == (status, code)
    return body


def done(owner_db):
    with owner_db():
        return Entry.objects.filter(act="test.done").count()


def test_a_read_runs_as_its_actor_and_tells_the_database(script, browser):
    for client in (script, browser):
        assert client.get("/api/v1/who").json() == {"told": "7", "same": True, "version": 0}


def test_nobody_is_told_to_sign_in_on_every_method():
    for client in (Client(), Client(headers={"Authorization": "Bearer bct_nothing"})):
        assert problem(client.get("/api/v1/who"), 401, "not_signed_in")
        answer = client.post("/api/v1/things", "{}", content_type=JSON)
        assert problem(answer, 401, "not_signed_in")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_session_writes_only_with_its_csrf_token(browser, owner_db):
    body = json.dumps({"title": "x"})
    problem(browser.post("/api/v1/things", body, content_type=JSON), 403, "forbidden")
    assert done(owner_db) == 0
    token = "a" * 32
    browser.cookies["csrftoken"] = token
    answer = browser.post("/api/v1/things", body, content_type=JSON, headers={"X-CSRFToken": token})
    assert answer.status_code == 201
    assert answer.json() == {"id": 5}


def test_a_bad_token_is_not_saved_by_a_good_session(browser):
    problem(browser.get("/api/v1/who", headers={"Authorization": "Bearer bct_no"}), 401, "not_signed_in")


def test_a_field_nobody_declared_fails_the_whole_request(script, owner_db):
    answer = script.post("/api/v1/things", {"title": "x", "owner": 1}, content_type=JSON)
    assert list(problem(answer, 422, "invalid")["fields"]) == ["owner"]
    assert list(problem(script.post("/api/v1/things", {}, content_type=JSON), 422, "invalid")["fields"]) == ["title"]
    assert list(problem(script.get("/api/v1/who?grade__gte=4"), 422, "unknown_parameter")["fields"]) == ["grade__gte"]
    assert done(owner_db) == 0


def test_input_is_trimmed_and_never_guessed():
    assert ThingIn(title="  x ").title == "x"
    with pytest.raises(ValueError):
        ThingIn.model_validate({"title": "x", "rank": 1})


def test_refusals_are_problems_with_sentences(script, owner_db):
    answer = script.post("/api/v1/things", {"title": "x", "refuse": True}, content_type=JSON)
    assert problem(answer, 422, "invalid")["fields"] == {"title": "Not this one."}
    assert done(owner_db) == 0
    problem(script.post("/api/v1/things", "{not json", content_type=JSON), 400, "bad_request")


def test_what_is_hidden_and_what_does_not_exist_are_the_same_bytes(script):
    answers = [script.get(path) for path in ("/api/v1/hidden/1", "/api/v1/hidden/0", "/api/v1/nowhere")]
    for answer in answers:
        problem(answer, 404, "not_found")
    assert len({answer.content for answer in answers}) == 1


def test_wrong_method_and_crash_say_nothing_of_the_inside(script, caplog):
    answer = script.delete("/api/v1/things")
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "POST"
    assert b"secret" not in script.get("/api/v1/crash").content
    problem(script.get("/api/v1/crash"), 500, "broken")
    assert "a secret inside" in caplog.text


def test_answers_are_kept_out_of_caches(script):
    for path in ("/api/v1/who", "/api/v1/nowhere", "/api/v1/crash"):
        assert script.get(path).headers["Cache-Control"] == "no-store", path


def test_changed_without_a_version_asks_for_one(script):
    problem(script.post("/api/v1/changed"), 428, "version_missing")
    problem(script.post("/api/v1/changed", headers={"If-Match": '"3"'}), 409, "changed")
    problem(script.post("/api/v1/changed", {"version": 3}, content_type=JSON), 409, "changed")
    assert script.get("/api/v1/who", headers={"If-Match": 'W/"12"'}).json()["version"] == 12


def test_pages_follow_one_another_without_gap_or_repeat(script):
    Account.objects.bulk_create(
        Account(email=f"p{n}@example.com", name=f"N{n % 3}", person_id=100 + n, password="!") for n in range(24)
    )
    seen, cursor = [], ""
    while cursor is not None:
        page = script.get("/api/v1/accounts", {"limit": 7, "cursor": cursor}).json()
        assert len(page["items"]) <= 7
        seen += [item["email"] for item in page["items"]]
        cursor = page["next"]
    expected = list(Account.objects.order_by("-name", "pk").values_list("email", flat=True))
    assert seen == expected


@pytest.mark.attack("A31")
def test_a_cursor_is_bound_to_its_person_and_a_page_to_its_size(script):
    eve = rules.open_account(
        system("import_company", "test"), rules.NewAccount(email="eve@example.com", name="Eve", person_id=8)
    )
    cursor = script.get("/api/v1/accounts", {"limit": 1}).json()["next"]
    assert script.get("/api/v1/accounts", {"limit": 1, "cursor": cursor}).status_code == 200
    other = bearer(eve, "read:c3")
    for client, wrong in ((other, cursor), (script, cursor[:-2]), (script, "nonsense")):
        problem(client.get("/api/v1/accounts", {"cursor": wrong}), 422, "bad_cursor")
    for limit in ("0", "201", "x"):
        assert list(problem(script.get("/api/v1/accounts", {"limit": limit}), 422, "invalid")["fields"]) == ["limit"]


def test_a_token_stays_inside_its_scopes_and_never_reads_c5(ann, script):
    problem(bearer(ann, "read:c4").post("/api/v1/things", {"title": "x"}, content_type=JSON), 403, "out_of_scope")
    problem(bearer(ann, "write:goals").get("/api/v1/who"), 403, "out_of_scope")
    problem(script.get("/api/v1/by-state"), 403, "out_of_scope")
    assert bearer(ann, "read:c4").get("/api/v1/by-state").status_code == 200
    everything = bearer(ann, "read:c3", "read:c4", "write:goals", "write:reviews")
    problem(everything.get("/api/v1/pay"), 403, "out_of_scope")


@pytest.mark.fault("F17")
def test_the_same_key_acts_once(script, owner_db):
    body, headers = {"title": "x"}, {"Idempotency-Key": key()}
    first = script.post("/api/v1/things", body, content_type=JSON, headers=headers)
    again = script.post("/api/v1/things", body, content_type=JSON, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == {"replayed": True, "id": "5", "location": None}
    assert done(owner_db) == 1
    other = script.post("/api/v1/things", {"title": "y"}, content_type=JSON, headers=headers)
    problem(other, 422, "idempotency_key_reused")
    assert done(owner_db) == 1


def test_a_refused_act_frees_its_key(script, owner_db):
    headers = {"Idempotency-Key": key()}
    refused = script.post("/api/v1/things", {"title": "x", "refuse": True}, content_type=JSON, headers=headers)
    assert refused.status_code == 422
    assert script.post("/api/v1/things", {"title": "x"}, content_type=JSON, headers=headers).status_code == 201
    assert done(owner_db) == 1


def test_old_and_odd_keys_are_refused(script, owner_db):
    for bad in (
        "abc",
        str(uuid.uuid4()),
        key(clock.now() - timedelta(hours=73)),
        key(clock.now() + timedelta(hours=1)),
    ):
        answer = script.post("/api/v1/things", {"title": "x"}, content_type=JSON, headers={"Idempotency-Key": bad})
        problem(answer, 422, "bad_idempotency_key")
    assert done(owner_db) == 0


@pytest.mark.fault("F17")
def test_a_form_pressed_twice_goes_to_the_same_place_and_acts_once(ann, owner_db):
    client = Client()
    client.force_login(ann)
    form = {"title": "x", "idempotency_key": key()}
    answers = [client.post("/form/", {**form, "csrfmiddlewaretoken": str(n)}) for n in range(2)]
    assert [answer.headers["Location"] for answer in answers] == ["/things/5/"] * 2
    assert [answer.status_code for answer in answers] == [303, 303]
    assert done(owner_db) == 1


def test_me_says_who_asks(script, browser):
    assert script.get("/api/v1/me").json()["scopes"] == ["read:c3", "write:goals"]
    me = browser.get("/api/v1/me").json()
    assert (me["person_id"], me["scopes"]) == (7, None)


@pytest.mark.parametrize(
    ("row", "code", "scopes", "inside"),
    [
        ("01d", "w", {"write:goals"}, True),
        ("01d", "w", {"read:c4"}, False),
        ("12a", "r", set(Scope.values), False),
        ("12a", "w", set(Scope.values), False),
        ("01d", "r", {"read:c3"}, True),
    ],
)
def test_the_rule_itself_keeps_a_token_inside_its_scopes(monkeypatch, row, code, scopes, inside):
    from beichen.platform.access import permissions, policy

    everyone = frozenset(policy.COLUMNS)
    monkeypatch.setattr(permissions, "_columns", lambda *asked: everyone)
    permission = permissions.Permission(key="goals.any", label="any", row=lambda obj: row, code=code, subject=None)
    assert permissions.may(Actor(person_id=7, scopes=frozenset(scopes)), permission) is inside
    assert permissions.may(Actor(person_id=7), permission)
