"""What Prometheus reads: shut without the operator's token, right figures, no label that names anybody."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from beichen.launch import environment
from beichen.platform.audit import rules as audit
from beichen.platform.events import queries
from beichen.platform.events.tests.makers import make_failed, make_job
from beichen.platform.kit.actor import system
from tests.cast import Golden, sign_in
from tests.database import login

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-the-operator-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def scraped(settings) -> Client:
    """A client of an installation whose operator asked for metrics."""
    settings.METRICS_TOKEN = TOKEN
    return Client()


def figures(client: Client) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Sample and labels → value, as Prometheus reads them."""
    answer = client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


@pytest.mark.req("BASE-09")
def test_the_address_does_not_exist_without_a_token(golden: Golden) -> None:
    client = Client()
    assert client.get("/metrics", headers=BEARER).status_code == 404
    with login(None):
        sign_in(golden.id("E015"), client)
    assert client.get("/metrics").status_code == 404


@pytest.mark.req("BASE-09")
def test_only_the_token_opens_it_and_no_session_does(scraped: Client, golden: Golden) -> None:
    with login(None):
        sign_in(golden.id("E015"), scraped)
    for header in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": TOKEN},
                   {"Authorization": "Bearer 令牌"}):  # fmt: skip
        answer = scraped.get("/metrics", headers=header)
        assert (answer.status_code, answer.content) == (401, b""), header
    assert scraped.get("/metrics", headers=BEARER).status_code == 200


@pytest.mark.req("BASE-09")
def test_a_weak_token_is_refused_at_the_start() -> None:
    with pytest.raises(environment.BadEnvironment, match="BEICHEN_METRICS_TOKEN must be at least 24"):
        environment.read({"BEICHEN_METRICS_TOKEN": "short"})
    with pytest.raises(environment.BadEnvironment, match="BEICHEN_METRICS_TOKEN_FILE names /nowhere"):
        environment.read({"BEICHEN_METRICS_TOKEN_FILE": "/nowhere"})
    assert environment.read({"BEICHEN_METRICS_TOKEN": TOKEN}).metrics_token == TOKEN


@pytest.mark.req("BASE-09")
def test_a_request_counts_under_the_name_of_its_door(scraped: Client, golden: Golden) -> None:
    with login(None):
        sign_in(golden.id("E004"), scraped)
    before = figures(scraped)
    scraped.get(f"/people/{golden.id('E006')}/")
    for _ in range(2):
        scraped.get("/nobody/knows/E006/")
    after = figures(scraped)

    def grew(name: str, **labels: str) -> float:
        key = (name, tuple(sorted(labels.items())))
        return after.get(key, 0) - before.get(key, 0)

    assert grew("beichen_requests_total", door="people:person", method="GET", status="200") == 1
    assert grew("beichen_request_seconds_count", door="people:person") == 1
    assert grew("beichen_request_statements_total", door="people:person") > 3
    assert grew("beichen_requests_total", door="unknown", method="GET", status="404") == 2


@pytest.mark.req("BASE-09")
def test_jobs_mails_events_and_seals_are_counted(scraped: Client) -> None:
    make_job("notify.mail", queue="mail")
    make_job("on:goals.listen", queue="events")
    make_failed()
    make_failed()
    with login("beichen_worker"):
        from beichen.platform.access.current import acting

        actor = system("test", "one row to seal")
        with acting(actor):
            audit.record(actor, "read")
    found = figures(scraped)
    assert found["beichen_jobs", (("job", "notify.mail"), ("state", "waiting"))] == 1
    assert found["beichen_jobs", (("job", "notify.mail"), ("state", "failed"))] == 2
    assert found["beichen_mail_unsent", ()] == 1
    assert found["beichen_events_unsent", ()] == 1
    assert found["beichen_job_oldest_seconds", (("job", "notify.mail"),)] >= 0
    assert found["beichen_audit_unsealed", ()] == 1
    assert 0 <= found["beichen_audit_unsealed_oldest_seconds", ()] < 60
    assert found["beichen_workers", ()] == 0
    assert found["beichen_database_up", ()] == 1
    assert found["beichen_release", (("version", environment.version()),)] == 1


@pytest.mark.req("BASE-09")
def test_a_scrape_is_cheap_and_its_labels_are_names_of_the_program(
    scraped: Client, golden: Golden, django_assert_max_num_queries
) -> None:
    make_failed()
    scraped.get("/people/")
    with django_assert_max_num_queries(4):
        found = figures(scraped)
    known = {"door", "method", "status", "le", "job", "state", "version", "generation", "implementation", "major",
             "minor", "patchlevel"}  # fmt: skip
    for name, labels in found:
        assert {key for key, _ in labels} <= known, name
        for key, value in labels:
            assert key in ("le", "version", "patchlevel", "major", "minor", "status", "generation") or re.fullmatch(
                r"[A-Za-z_.:-]+", value
            ), (name, key, value)


@pytest.mark.req("BASE-09")
def test_without_the_database_it_says_so_and_tells_the_rest(scraped: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(queries, "kinds", away)
    found = figures(scraped)
    assert found["beichen_database_up", ()] == 0
    assert not [name for name, _ in found if name.startswith("beichen_jobs")]
    assert any(name == "beichen_release" for name, _ in found)
