"""Who finds what in the audit."""

from __future__ import annotations

import pytest

from beichen.people.models import OrgUnit, Seat
from beichen.people.tests.makers import START, small
from beichen.platform import audit
from beichen.platform.access.current import acting
from beichen.platform.audit import sealing
from beichen.platform.auth.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(owner_db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with owner_db():
        made = small()
        Seat.objects.create(
            person=made.people["B2"], seat="AU", scope=OrgUnit.objects.get(code="U0"), granted_at=START, granted_by=0
        )
        for number in ("A1", "M1", "B2", "HA1"):
            Account.objects.create(
                email=f"{number.lower()}@example.cn", name=f"Name {number}", person_id=made.id(number), locale="en"
            )
    with acting(made.actor("HA1")):
        audit.record_read(
            made.actor("HA1"), "reviews.result", [made.id("A1")], {"seat": "HA", "channel": "page", "row": "10d"}
        )
    with acting(made.actor("M1")):
        audit.record(made.actor("M1"), "goals.approve", subjects=[made.id("A1")], details={"goal": "次日留存提升"})
    return made


@pytest.fixture
def enter(client, company):
    def run(number: str):
        account = Account.objects.get(person_id=company.id(number))
        client.force_login(account)
        return client

    return run


@pytest.mark.req("BASE-02")
def test_auditor_finds_acts_by_person_act_and_day(enter, company):
    client = enter("B2")
    everything = client.get("/company/audit/").content.decode()
    assert "goals.approve" in everything
    assert "reviews.result" in everything
    found = client.get("/company/audit/", {"person": company.id("M1")}).content.decode()
    assert ("goals.approve" in found, "reviews.result" in found) == (True, False)
    found = client.get("/company/audit/", {"act": "read"}).content.decode()
    assert ("goals.approve" in found, "reviews.result" in found) == (False, True)
    assert "Nothing found" in client.get("/company/audit/", {"until": "2020-01-01"}).content.decode()
    rows = client.get("/api/v1/audit/entries", {"act": "goals."}).json()["items"]
    assert [(row["who"], row["details"]) for row in rows] == [("Name M1", {"goal": "次日留存提升"})]


@pytest.mark.req("BASE-02")
@pytest.mark.parametrize("number", ["A1", "M1", "HA1"])
def test_nobody_else_searches_the_audit(enter, number):
    client = enter(number)
    for address in ("/company/audit/", "/api/v1/audit/entries"):
        answer = client.get(address)
        assert answer.status_code in (403, 404)
        assert "goals.approve" not in answer.content.decode()
    assert client.post("/company/audit/verify/").status_code in (403, 404)


@pytest.mark.req("BASE-02")
def test_people_read_who_looked_at_them_and_nothing_more(enter, company):
    html = enter("A1").get("/company/looked/").content.decode()
    assert "Name HA1" in html
    assert "the HR administrator" in html
    assert "On a page" in html
    assert "次日留存提升" not in html
    (look,) = enter("A1").get("/api/v1/audit/looked").json()["items"]
    assert {**look, "at": ""} == {
        "at": "", "who": "Name HA1", "seat": "HA", "kind": "reviews.result", "channel": "page",
    }  # fmt: skip
    assert "Name HA1" not in enter("M1").get("/company/looked/").content.decode()


@pytest.mark.req("BASE-02")
def test_auditor_verifies_and_the_run_is_audited(enter, company, worker_db):
    with worker_db():
        sealing.seal_all()
    client = enter("B2")
    assert client.post("/company/audit/verify/").status_code == 303
    html = client.get("/company/audit/").content.decode()
    assert "The audit holds: 2 rows in 1 seals." in html
    assert "audit.verify" in html


def test_request_carries_its_id_into_the_audit(enter, company):
    answer = enter("B2").post("/company/audit/verify/", headers={"X-Request-ID": "from-the-proxy-1"})
    assert answer["X-Request-ID"] == "from-the-proxy-1"
    rows = enter("B2").get("/api/v1/audit/entries", {"act": "audit.verify"}).json()["items"]
    assert [row["request_id"] for row in rows] == ["from-the-proxy-1"]
    assert len(enter("B2").get("/company/looked/", headers={"X-Request-ID": "no id\n"})["X-Request-ID"]) == 24
