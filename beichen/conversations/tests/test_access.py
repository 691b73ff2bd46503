"""Rows 23a–23d, cell by cell: by raw SQL as the web login, and by HTTP in the golden company."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from beichen.conversations import queries, rules
from beichen.conversations.tests.makers import CANARY, PRIVATE, PROGRESS, on, sent
from beichen.people.models import Person
from beichen.people.tests.makers import Company
from beichen.platform.access import policy
from beichen.platform.access.current import acting
from beichen.platform.access.permissions import relations_to
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Forbidden, NotFound
from tests.database import put_in_phase

TABLES = {
    "conversations_checkindraft": "23a", "conversations_checkinanswers": "23b",
    "conversations_checkinprivate": "23c", "conversations_reply": "23c",
}  # fmt: skip


def raw(actor: Actor, table: str) -> str:
    """Everything the table shows to this person, as one text."""
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} t")
        return "\n".join(line[0] for line in cursor.fetchall())


def cells(actor: Actor, subject: int, row_id: str) -> str:
    """What the table of rights gives this person about the subject, all columns together."""
    with acting(actor):
        columns = relations_to(actor, subject) & set(policy.COLUMNS)
    return "".join(policy.row(row_id).cells[column] for column in columns)


@pytest.mark.req("TALK-02", "BASE-01")
def test_raw_sql_answers_as_the_table_says(company: Company) -> None:
    ann, bo, subject = company.actor("A1"), company.actor("M1"), company.id("A1")
    with on("2026-04-14"):
        made = sent(ann)
        rules.reply(bo, made.pk, "canary-reply", "", made.version)
        made = rules.open_check_in(ann, subject, date(2026, 4, 20))
        rules.save_draft(ann, made.pk, {"plan": "canary-draft"}, made.version)
    for number in company.people:
        actor = company.actor(number)
        for table, row_id in TABLES.items():
            seen = "canary" in raw(actor, table)
            assert seen == bool(set(cells(actor, subject, row_id)) & set("rw")), (number, table)


@pytest.mark.req("TALK-02", "BASE-01")
def test_without_an_actor_nothing_is_there(company: Company) -> None:
    with on("2026-04-14"):
        made = sent(company.actor("A1"))
        rules.reply(company.actor("M1"), made.pk, "canary-reply", "", made.version)
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] == 0, table


@pytest.mark.req("TALK-02")
def test_a_new_manager_does_not_inherit_and_the_former_keeps_the_own_reply(company: Company, owner_db: Any) -> None:
    ann, bo = company.actor("A1"), company.actor("M1")
    with on("2026-04-14"):
        made = sent(ann)
        rules.reply(bo, made.pk, "canary-reply", "", made.version)
        with owner_db():
            Person.objects.filter(pk=company.id("A1")).update(manager_id=company.id("M2"))
        for number, table, there in (
            ("M2", "conversations_checkinanswers", False), ("M2", "conversations_checkinprivate", False),
            ("M2", "conversations_reply", False), ("M1", "conversations_checkinanswers", False),
            ("M1", "conversations_checkinprivate", False), ("M1", "conversations_reply", True),
        ):  # fmt: skip
            assert ("canary" in raw(company.actor(number), table)) == there, (number, table)
        with pytest.raises(NotFound):
            queries.view(company.actor("M2"), made.pk)


@pytest.mark.req("TALK-02")
def test_nobody_writes_in_anothers_name(company: Company) -> None:
    with on("2026-04-14"):
        made = rules.open_check_in(company.actor("A1"), company.id("A1"))
        for number in ("M1", "A2", "HA1", "E1"):
            with pytest.raises((NotFound, Forbidden)):
                rules.send_check_in(company.actor(number), made.pk, CANARY, made.version)


@pytest.mark.req("TALK-03")
def test_figures_of_a_group_need_five_people_on_either_side(company: Company, owner_db: Any) -> None:
    chief = company.actor("E1")
    with on("2026-04-14"):
        for number in ("A1", "A2", "B1"):
            sent(company.actor(number))
        assert queries.group_rates(chief) is None
        for number in ("B2", "A3", "HA1", "HA2", "M1"):
            sent(company.actor(number))
        found = queries.group_rates(chief)
        assert found is not None
        assert (found.sent, found.answered) == (7, 0), "those written to the chief herself are not a group's"
        assert queries.group_rates(company.actor("A2")) is None


# ── by HTTP, in the golden company ──────────────────────────────────────────────────────────────────────────────

SUBJECT, MANAGER = "E006", "E004"


@pytest.fixture
def talk(golden: Any, owner_db: Any) -> tuple[int, int]:
    """A sent and answered check-in of E006, and one with a draft."""
    with owner_db():
        put_in_phase("C02")
    subject, manager = golden.actor(SUBJECT), golden.actor(MANAGER)
    with on("2026-05-12"):
        made = sent(subject)
        rules.reply(manager, made.pk, "canary-reply", "", made.version)
        draft = rules.open_check_in(subject, golden.id(SUBJECT), date(2026, 5, 20))
        rules.save_draft(subject, draft.pk, {"plan": "canary-draft"}, draft.version)
    return made.pk, draft.pk


@pytest.mark.req("TALK-02", "BASE-01")
def test_every_door_answers_as_the_table_says(
    golden: Any, talk: tuple[int, int], client_as: Callable[[str], Client]
) -> None:
    made, drafted = talk
    for number in golden.people:
        if not _has_account(golden.id(number)):
            continue
        actor, client = golden.actor(number), client_as(number)
        progress, private = (set(cells(actor, golden.id(SUBJECT), row)) for row in ("23b", "23c"))
        with on("2026-05-12"):
            pages = [client.get(f"/talks/{made}/"), client.get(f"/api/v1/talks/check-ins/{made}")]
            lists = [client.get("/talks/"), client.get("/talks/team/"), client.get("/"), client.get("/home/people/"),
                     client.get(f"/talks/of/{golden.id(SUBJECT)}/"), client.get("/api/v1/talks/to-answer"),
                     client.get(f"/api/v1/talks/check-ins?person_id={golden.id(SUBJECT)}")]  # fmt: skip
            draft = client.get(f"/talks/{drafted}/")
        knows, reads = bool(progress & set("xr")), "r" in private
        assert [page.status_code for page in pages] == ([200, 200] if knows else [404, 404]), number
        for page in pages:
            for canary in (*PROGRESS, *PRIVATE, "canary-reply"):
                assert (canary in page.content.decode()) == reads, (number, canary)
        for page in lists:
            text = page.content.decode()
            assert reads or "canary" not in text, number
        assert ("canary-draft" in draft.content.decode()) == (number == SUBJECT), number


def _has_account(person_id: int) -> bool:
    from django.contrib.auth import get_user_model

    return bool(get_user_model()._default_manager.filter(person_id=person_id).exists())


@pytest.mark.req("TALK-02")
def test_what_is_hidden_reads_like_what_does_not_exist(
    talk: tuple[int, int], client_as: Callable[[str], Client]
) -> None:
    client = client_as("E008")
    hidden, random = client.get(f"/api/v1/talks/check-ins/{talk[0]}"), client.get("/api/v1/talks/check-ins/987654")
    assert (hidden.status_code, hidden.content) == (random.status_code, random.content)
