"""Who finds what in the audit."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.db import connection

from beichen.people.models import OrgUnit, Seat
from beichen.people.rules import places
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
        places.renumber()
        for number in ("A1", "M1", "B2", "HA1"):
            Account.objects.create(
                email=f"{number.lower()}@example.cn", name=f"Name {number}", person_id=made.id(number), locale="en"
            )
    with acting(made.actor("HA1")):
        audit.record_read(
            made.actor("HA1"), "reviews.result", [made.id("A1")], {"seat": "HA", "channel": "page", "row": "10d"}
        )
    with acting(made.actor("M1")):
        audit.record(made.actor("M1"), "goals.decide", subjects=[made.id("A1")], details={"goal": "次日留存提升"})
    return made


APPROVED = ("Name M1", "U1", "Approve a goal or send it back", "A1")
READ = ("Name HA1", "HR", "View · Result", "A1")


def found(client, **asked) -> list[tuple[str, str, str, str]]:
    """What the page says in words: who, their unit, did what, about whom."""
    html = client.get("/company/audit/", asked).content.decode()
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", html, re.S)
    cells = [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.split(r"<t[hd]", row)[1:]] for row in rows]
    return [_shown(row, cell) for row, cell in zip(rows, cells, strict=True)]


def _shown(row: str, cell: list[str]) -> tuple[str, str, str, str]:
    name, unit = (re.findall(rf'class="person-{part}"[^>]*>([^<]*)<', row) for part in ("name", "unit"))
    about = re.findall(r'subject=[^"]*">([^<]*)<', row)
    return (name or [cell[0]])[0], (unit or [""])[0], cell[2].lstrip("> "), " ".join(about)


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
    assert found(client) == [APPROVED, READ]
    for asked, expected in [
        ({"person": "M1"}, [APPROVED]), ({"person": "HA1"}, [READ]), ({"person": "nobody"}, []),
        ({"subject": "A1"}, [APPROVED, READ]), ({"subject": "A2"}, []),
        ({"sort": "reads"}, [READ]), ({"sort": "changes"}, [APPROVED]), ({"sort": "refusals"}, []),
        ({"act": "goals.decide"}, [APPROVED]), ({"act": "goals."}, [APPROVED]), ({"act": "reviews."}, []),
        ({"kind": "reviews.result"}, [READ]), ({"until": "2020-01-01"}, []),
        ({"since": "2020-01-01"}, [APPROVED, READ]),
    ]:  # fmt: skip
        assert found(client, **asked) == expected, asked
    assert "Nothing found" in client.get("/company/audit/", {"until": "2020-01-01"}).content.decode()
    rows = client.get("/api/v1/audit/entries", {"act": "goals."}).json()["items"]
    assert [(row["who"], row["unit"], row["did"]) for row in rows] == [APPROVED[:3]]


@pytest.mark.req("BASE-02")
@pytest.mark.parametrize("number", ["A1", "M1", "HA1"])
def test_nobody_else_searches_the_audit(enter, number):
    client = enter(number)
    for address in ("/company/audit/", "/api/v1/audit/entries"):
        answer = client.get(address)
        assert answer.status_code in (403, 404)
        assert "Approve a goal" not in answer.content.decode()
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
    assert "Verify the audit" in html
    assert "2 rows in 1 seals, no tampering found." in html


def test_request_carries_its_id_into_the_audit(enter, company):
    answer = enter("B2").post("/company/audit/verify/", headers={"X-Request-ID": "from-the-proxy-1"})
    assert answer["X-Request-ID"] == "from-the-proxy-1"
    rows = enter("B2").get("/api/v1/audit/entries", {"act": "audit.verify"}).json()["items"]
    assert [row["request_id"] for row in rows] == ["from-the-proxy-1"]
    assert len(enter("B2").get("/company/looked/", headers={"X-Request-ID": "no id\n"})["X-Request-ID"]) == 24


@pytest.mark.req("BASE-02")
def test_auditor_reads_no_title_grade_amount_or_reason(enter, company):
    """18b opens who, what and when; the text of a goal (01c, 01e) and a grade (10b) are closed to the seat."""
    client = enter("B2")
    assert "次日留存提升" not in client.get("/company/audit/").content.decode()
    (row,) = client.get("/api/v1/audit/entries", {"act": "goals."}).json()["items"]
    assert row["details"] == {}
    assert "次日留存提升" not in b"".join(client.get("/company/audit/export/").streaming_content).decode()


@pytest.mark.req("BASE-01", "BASE-02")
def test_seat_of_the_auditor_has_its_conflicts_and_its_scope(enter, company, owner_db):
    """G2: nothing about oneself or whoever stands above; G20: nothing outside the scope; on page, API and file."""
    with acting(company.actor("HA1")):
        for about in (["B2"], ["M2"], ["E1"], ["M2", "B1"]):
            audit.record_read(company.actor("HA1"), "reviews.board", [company.id(number) for number in about])
    client = enter("B2")
    boards = [row for row in found(client, sort="reads") if "Calibration list" in row[2]]
    assert boards == [("Name HA1", "HR", "View · Calibration list", "B1")]
    rows = client.get("/api/v1/audit/entries", {"kind": "reviews.board"}).json()["items"]
    assert [(row["subjects"], row["more"]) for row in rows] == [([company.id("B1")], 1)]
    for hidden in ("B2", "M2", "E1"):
        assert found(client, subject=hidden) == []
        assert client.get("/api/v1/audit/entries", {"subject_id": company.id(hidden)}).json()["items"] == []
    lines = exported(client, kind="reviews.board")
    assert [line[7] for line in lines] == ["B1 (B1); and 1 more"]
    with owner_db():
        Seat.objects.filter(person=company.people["B2"], seat="AU").update(scope=company.units["U2"])
        places.renumber()
    assert [row[3] for row in found(client, sort="reads")] == ["B1"]


def exported(client, **asked) -> list[list[str]]:
    text = b"".join(client.get("/company/audit/export/", asked).streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


@pytest.mark.req("BASE-02")
def test_export_holds_the_rows_of_the_search_and_is_itself_audited(enter, company):
    client = enter("B2")
    (line,) = exported(client, person="M1")
    assert line[1:9] == ["Name M1", "M1", "U1", "Approve a goal or send it back", "goals.decide", "", "A1 (A1)", ""]
    noted = [row for row in found(client) if row[2] == "Export the audit"]
    assert noted == [("Name B2", "U2", "Export the audit", "")]
    assert enter("HA1").get("/company/audit/export/").status_code in (403, 404)


@pytest.mark.req("BASE-02")
def test_cells_of_the_file_are_no_formulas(company, settings, owner_db):
    from beichen.platform.audit import queries

    with owner_db():
        Account.objects.filter(person_id=company.id("M1")).update(name="=HYPERLINK(1)")
    actor = company.actor("B2")
    with acting(actor):
        rows = list(queries.export(actor, queries.Wanted(people=(company.id("M1"),))))
    assert rows[1][1] == "'=HYPERLINK(1)"


@pytest.mark.req("BASE-02")
def test_act_on_many_rows_is_one_line_that_opens_to_its_batches(enter, company):
    with acting(company.actor("HA1")):
        audit.record_bulk(company.actor("HA1"), "reviews.release", "reviews.rating", range(1, 2_502))
    client = enter("B2")
    html = client.get("/company/audit/", {"act": "reviews.release"}).content.decode()
    assert html.count("2501 rows") == 1
    (address,) = set(re.findall(r"/company/audit/bulk/[-0-9a-f]+/", html))
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", client.get(address).content.decode()))
    assert [
        f"{n} rows · no. {a} to {b}" in words for n, a, b in ((1000, 1, 1000), (1000, 1001, 2000), (501, 2001, 2501))
    ] == [True] * 3
    (row,) = client.get("/api/v1/audit/entries", {"act": "reviews.release"}).json()["items"]
    assert len(client.get("/api/v1/audit/entries", {"bulk": row["id"]}).json()["items"]) == 3
    assert len(exported(client, act="reviews.release")) == 3
    assert enter("HA1").get(address).status_code in (403, 404)


@pytest.mark.req("BASE-02")
def test_refusals_are_rows_with_the_act_in_words_and_the_door(enter, company):
    assert enter("A1").get("/company/audit/").status_code == 403
    assert enter("M1").get("/api/v1/audit/entries").status_code == 403
    client = enter("B2")
    assert [(row[0], row[2]) for row in found(client, sort="refusals")] == [
        ("Name M1", "Refused: Search the audit"), ("Name A1", "Refused: Search the audit"),
    ]  # fmt: skip
    rows = client.get("/api/v1/audit/entries", {"sort": "refusals"}).json()["items"]
    assert [row["channel"] for row in rows] == ["api", "page"]


@pytest.mark.req("BASE-02")
def test_page_names_the_first_bad_row_in_words(enter, company, worker_db, owner_db):
    with worker_db():
        sealing.seal_all()
    with owner_db(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE audit_entry SET object_id = '9' WHERE act = 'goals.decide'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    client = enter("B2")
    client.post("/company/audit/verify/")
    words = " ".join(re.sub(r"<[^>]+>", " ", client.get("/company/audit/").content.decode()).split())
    assert "A row was changed after it was sealed" in words
    assert re.search(r"First bad row: .*, Name M1: Approve a goal or send it back", words)


@pytest.mark.req("BASE-02")
def test_seat_of_who_looked_is_as_it_was_at_that_moment(enter, company):
    with acting(company.actor("M1")):
        audit.record_read(company.actor("M1"), "reviews.result", [company.id("A1")])
    html = enter("A1").get("/company/looked/").content.decode()
    assert ("the line manager" in html, "Result" in html) == (True, True)
