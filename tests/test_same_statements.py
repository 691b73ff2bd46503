"""A page asks the database as often in a company of fifty as in one of eight hundred."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from beichen.demo.rules import load_demo
from beichen.platform.kit import clock
from benchmarks.pages import CAST, MANY, Answer, doors
from tests.cast import sign_in

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
SMALL, LARGE = 50, 800
DIFFERS = {
    "insight:home": (1, "whose review there is to write or whose peers to choose, once for all; none among fifty"),
    "reviews:index": (1, "as insight:home"),
    "goals:inbox": (3, "what the waiting goals measure, once for all of them; nothing waits among fifty"),
    "people:search": (1, "the cards of those found; nobody has that name among fifty"),
    "people:chart": (1, "the cards of those beside or below; one of the two is empty among fifty"),
    "conversations:team": (5, "the contents of what waits for an answer, once for all; nothing waits among fifty"),
    "conversations:check_in": (4, "the answer to write; among eight hundred this manager has given it"),
    "goals:coverage": (1, "the goals that serve no priority, by name; among fifty each serves one"),
    "audit:export": (5, "each further batch of lines with its names; a company of fifty has one"),
    "audit:export …": (5, "as audit:export"),
}
"""Page → by how many statements, and why: something there is in one company and not in the other."""
ONE_RECORD = 2
"""Pages of one record may differ by so many: it is another record, and what hangs on it may be missing."""

Key = tuple[str, str]


def opened(client: Client, url: str, statements: list[str]) -> Answer:
    """An address as somebody gets it; what it asked the database is added to the statements.

    Not counted: what the test's own transaction adds, savepoints and telling the database afterwards who asked before.
    """

    def heard(execute: Any, sql: str, *rest: Any) -> Any:
        text = re.sub(r"\s+", " ", sql)
        if "SAVEPOINT" not in text and not ("'beichen.actor'" in text and text in statements):
            statements.append(text)
        return execute(sql, *rest)

    with connection.execute_wrapper(heard):
        answer = client.get(url)
        return Answer(answer.status_code, dict(answer.headers), b"".join(answer), 0, 0, len(statements))


def asked(people: int, worker_db: Any) -> dict[Key, tuple[str, list[str]]]:
    """Address and statements by page and person, caches warm; the company goes again afterwards."""
    found = {}
    with transaction.atomic():
        with worker_db():
            persons = load_demo(11, DAY, people).loaded.persons
        for number, who in CAST.items():
            client = sign_in(persons[number])
            for page, url in doors(partial(opened, client, statements=[])).items():
                warm: list[str] = []
                opened(client, url, [])
                opened(client, url, warm)
                found[page, who] = url, warm
        transaction.set_rollback(True)
    return found


def difference(one: list[str], other: list[str]) -> str:
    more = [*(Counter(other) - Counter(one)), *(Counter(one) - Counter(other))]
    return "; ".join(sorted({(re.findall(r' FROM "(\w+)"', text) or [text[:60]])[0] for text in more}))


@pytest.mark.slow
def test_no_page_asks_more_often_where_more_people_are(db: None, worker_db: Any) -> None:
    with clock.frozen(NOON):
        small, large = asked(SMALL, worker_db), asked(LARGE, worker_db)
    both = sorted(set(small) & set(large))
    wrong = []
    for page, who in both:
        (url, few), (_, many) = small[page, who], large[page, who]
        room = max(ONE_RECORD if re.search(r"/\d+/", url) else 0, DIFFERS.get(page, (0, ""))[0])
        if abs(len(few) - len(many)) > room or max(len(few), len(many)) > MANY:
            wrong.append(f"{page} as {who}: {len(few)} → {len(many)}: {difference(few, many)}")
    assert len(both) > 450
    assert not wrong, "\n".join(wrong)
